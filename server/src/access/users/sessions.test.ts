import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { createOrg } from '../orgs.ts'
import { refuseCrossSite, userSessions } from './sessions.ts'
import { createUser } from './users.ts'

let db: Db
let database: Awaited<ReturnType<typeof freshDatabase>>
before(async () => {
  database = await freshDatabase()
  db = openDb({ url: database.url, connectionsMax: 4 })
})
after(async () => {
  await db.destroy()
  await database.drop()
})

const sessions = userSessions({ publicUrl: () => 'https://indaba.example.org' })

async function signedIn(email: string) {
  return everyOrg(async () => {
    const org = await createOrg(db, { name: 'Kwena' })
    const user = await createUser(db, { email, name: null })
    const row = { org_id: org.id, user_id: user.id, role: 'analyst', level: 'organisation', state: 'active' }
    await db.insertInto('memberships').values(row).execute()
    const started = await sessions.start(db, { user, membership: { org_id: org.id }, address: '::1', headers: {} })
    return { ...started, cookie: started.cookies.map((one) => one.split(';')[0]).join('; ') }
  })
}

test('over https the cookies are of this host alone, and of no script', async () => {
  const { cookies } = await signedIn('one@example.org')
  assert.equal(cookies.length, 2)
  for (const cookie of cookies) {
    assert.match(cookie, /^__Host-indaba_(session|device)=[\w-]{43}; /)
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/'])
      assert.ok(cookie.split('; ').includes(part), part)
    assert.doesNotMatch(cookie, /Domain/i)
  }
})

test('a cookie without the prefix, or beside one that was planted, opens nothing', async () => {
  const { cookie } = await signedIn('two@example.org')
  assert.ok(await sessions.of(db, { cookie }))
  assert.equal(await sessions.of(db, { cookie: cookie.replaceAll('__Host-', '') }), null)
  assert.equal(await sessions.of(db, { cookie: `__Host-indaba_session=${'A'.repeat(43)}; ${cookie}` }), null)
  assert.equal(await sessions.of(db, { cookie: cookie.replace(/.{5}; /, `AAAAA; `) }), null)
  for (const hostile of ['__Host-indaba_session=', ';;;=', `__Host-indaba_session=${"' or 1=1 --".repeat(4)}`])
    assert.equal(await sessions.of(db, { cookie: hostile }), null)
})

test('what changes something needs the token of this very session', async () => {
  const [mine, other] = [await signedIn('three@example.org'), await signedIn('four@example.org')]
  const ask = (method: string, token?: string) =>
    sessions.require(db, { method, headers: { cookie: mine.cookie, ...(token ? { 'x-indaba-csrf': token } : {}) } })
  assert.equal((await ask('GET')).id, mine.id)
  assert.equal((await ask('DELETE', mine.csrfToken)).id, mine.id)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    await assert.rejects(ask(method), { code: 'cross_site' })
    await assert.rejects(ask(method, other.csrfToken), { code: 'cross_site' })
  }
})

test('pages of other sites are told apart, also behind a proxy', () => {
  const allowed = [
    {},
    { origin: 'https://indaba.example.org', host: '10.0.0.7:8080', 'sec-fetch-site': 'same-origin' },
    { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' },
  ]
  for (const headers of allowed) refuseCrossSite(headers, 'https://indaba.example.org')
  const refused = [
    { origin: 'https://indaba.example.org.evil.example', host: 'indaba.example.org' },
    { origin: 'https://evil.example', host: 'indaba.example.org' },
    { origin: 'null', host: 'indaba.example.org' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://indaba.example.org' },
  ]
  for (const headers of refused)
    assert.throws(() => refuseCrossSite(headers, 'https://indaba.example.org'), { code: 'cross_site' })
})
