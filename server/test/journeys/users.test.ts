// People: invited, signed in, slowed down when they guess, and never able to give more than they hold. Over HTTP, with a
// mail server that speaks SMTP.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { TOTP } from 'otpauth'
import { createOrg, makeOwner } from '../../src/access/index.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type SmtpServer, startSmtpServer } from '../fakes/smtp-server.ts'
import { type Harness, type Json, startHarness } from '../harness.ts'

let app: Harness
let smtp: SmtpServer
before(async () => {
  smtp = await startSmtpServer()
  app = await startHarness({
    env: {
      INDABA_SMTP_URL: smtp.url,
      INDABA_MAIL_FROM: 'indaba@example.org',
      INDABA_SMTP_TLS: 'false',
      INDABA_STRANGERS_PER_SECOND: '0',
    },
  })
})
after(async () => {
  await app.stop()
  await smtp.stop()
})

/** `code` and `detail` of a refusal. */
type Said = { status: number; body: Json; headers: Headers; code?: string; detail?: string }

/** A browser: keeps cookies, and sends the session's token as our own page would. */
function browser() {
  const jar = new Map<string, string>()
  const self = {
    jar,
    csrf: '',
    async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Said> {
      const response = await fetch(`${app.url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
          ...(self.csrf ? { 'x-indaba-csrf': self.csrf } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=')
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
      const text = await response.text()
      const said: Said = { status: response.status, headers: response.headers, body: text }
      if (text.startsWith('{')) said.body = JSON.parse(text)
      if (!response.ok) Object.assign(said, { code: said.body.error?.code.toLowerCase(), detail: said.body.message })
      if (said.body?.csrf_token) self.csrf = said.body.csrf_token
      return said
    },
    signIn: (email: string, password: string) => self.send('POST', '/v1/session', { email, password }),
  }
  return self
}

const good = 'tea with lemon 7'
let count = 0

/** A new organisation whose owner is signed in. */
async function newOwner(email = `owner-${++count}@example.org`) {
  const db = app.app.db
  const org = await everyOrg(() => db.transaction().execute((tx) => createOrg(tx, { name: `Org ${count}` })))
  const input = { email, actor: 'operator', publicUrl: app.url, orgId: org.id, name: null }
  const made = await everyOrg(() => makeOwner(db, input))
  const person = browser()
  const accepted = await person.send('POST', '/v1/invitations/accept', { token: made?.token, password: good })
  assert.equal(accepted.status, 200, JSON.stringify(accepted.body))
  const session = await person.signIn(email, good)
  assert.equal(session.status, 200, JSON.stringify(session.body))
  return Object.assign(person, { email, orgId: org.id, id: session.body.user.id as string })
}

const tokenIn = (text: string) => /#\w+=([\w-]+)/.exec(text)?.[1] ?? assert.fail(`no link in ${text}`)

/** Somebody who was invited by mail, has accepted and is signed in. */
async function newMember(
  by: Awaited<ReturnType<typeof newOwner>>,
  fields: object,
  email = `user-${++count}@example.org`,
) {
  const invited = await by.send('POST', '/v1/users', { email, ...fields })
  assert.equal(invited.status, 201, JSON.stringify(invited.body))
  assert.equal(invited.body.invitation_url, undefined, 'the link goes by mail alone')
  const token = tokenIn((await smtp.next(email)).text)
  const person = browser()
  assert.equal((await person.send('POST', '/v1/invitations/accept', { token, password: good })).status, 200)
  assert.equal((await person.signIn(email, good)).status, 200)
  return Object.assign(person, { email, id: invited.body.id as string, orgId: by.orgId })
}

test('the first owner invites; the invited one accepts by the link, signs in, and may what the role may', async () => {
  const owner = await newOwner()
  const analyst = await newMember(owner, { role: 'analyst', name: 'Thandi Mokoena' })
  const session = await analyst.send('GET', '/v1/session')
  assert.equal(session.body.organisation.role, 'analyst')
  assert.equal((await analyst.send('GET', '/v1/conversations')).status, 200, 'the cookie opens the API')
  assert.equal((await analyst.send('POST', '/v1/users', { email: 'x@example.org', role: 'analyst' })).status, 403)
  const users = await owner.send('GET', '/v1/users?limit=1')
  assert.equal(users.body.users.length, 1)
  const rest = await owner.send('GET', `/v1/users?cursor=${users.body.next_cursor}`)
  assert.deepEqual([rest.body.users.length, rest.body.next_cursor], [1, null])
  assert.equal((await owner.send('GET', '/v1/users?search=MOKOENA')).body.users[0].id, analyst.id)
  for (const { body } of [users, rest]) assert.doesNotMatch(JSON.stringify(body), /argon2|hash|secret/)
})

test('cookies: HttpOnly, SameSite, a new one at every sign-in, and none that somebody else chose', async () => {
  const owner = await newOwner()
  const planted = 'A'.repeat(43)
  const victim = browser()
  victim.jar.set('indaba_session', planted)
  const said = await victim.signIn(owner.email, good)
  assert.notEqual(victim.jar.get('indaba_session'), planted)
  const [cookie = ''] = said.headers.getSetCookie()
  for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Max-Age=2592000']) assert.ok(cookie.includes(part), cookie)
  const fixed = browser()
  fixed.jar.set('indaba_session', planted)
  assert.equal((await fixed.send('GET', '/v1/session')).status, 401)

  const before = victim.jar.get('indaba_session') as string
  await victim.signIn(owner.email, good)
  const old = browser()
  old.jar.set('indaba_session', before)
  assert.equal((await old.send('GET', '/v1/session')).status, 401, 'the one of before has ended')
})

test('another site can neither act as somebody who is signed in, nor sign them in', async () => {
  const owner = await newOwner()
  const invite = { email: 'csrf@example.org', role: 'analyst' }
  const send = (headers: Record<string, string>) => owner.send('POST', '/v1/users', invite, headers)
  assert.equal((await send({ 'x-indaba-csrf': '' })).status, 403)
  assert.equal((await send({ 'x-indaba-csrf': 'B'.repeat(43) })).status, 403)
  assert.equal((await send({ origin: 'https://evil.example' })).status, 403)
  assert.equal((await send({ origin: 'null' })).status, 403)
  assert.equal((await send({ 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await send({ 'sec-fetch-site': 'same-site' })).status, 403)
  const { csrf } = owner
  owner.csrf = ''
  assert.equal((await owner.send('DELETE', '/v1/session')).status, 403)
  assert.equal((await owner.send('PATCH', '/v1/me', { name: 'Evil' })).status, 403)
  owner.csrf = csrf
  const login = { email: owner.email, password: good }
  assert.equal((await browser().send('POST', '/v1/session', login, { origin: 'https://evil.example' })).status, 403)
  assert.equal((await send({ origin: app.url, 'sec-fetch-site': 'same-origin' })).status, 201)
})

test('a wrong key is not covered up by a cookie, and the organisation is not taken from a header', async () => {
  const [owner, other] = [await newOwner(), await newOwner()]
  assert.equal((await owner.send('GET', '/v1/users', undefined, { authorization: 'Bearer wrong' })).status, 401)
  const smuggled = { 'x-org-id': other.orgId, 'x-organisation': other.orgId, 'x-forwarded-user': other.id }
  const seen = await owner.send('GET', `/v1/users?org_id=${other.orgId}`, undefined, smuggled)
  assert.deepEqual(
    seen.body.users.map((one: Json) => one.id),
    [owner.id],
  )
  assert.equal((await owner.send('GET', `/v1/users/${other.id}`)).status, 404)
  assert.equal((await owner.send('PATCH', `/v1/users/${other.id}`, { role: 'agent' })).status, 404)
})

test('an unknown address, a wrong password and a dead account are told apart by nobody', async () => {
  const owner = await newOwner()
  const gone = await newMember(owner, { role: 'analyst' })
  assert.equal((await owner.send('POST', `/v1/users/${gone.id}/deactivate`)).status, 200)
  assert.equal((await gone.send('GET', '/v1/session')).status, 401, 'what was open is closed at once')
  const answers = await Promise.all([
    browser().signIn('nobody-at-all@example.org', good),
    browser().signIn(owner.email, 'wrong one 1'),
    browser().signIn(gone.email, 'wrong one 1'),
    browser().signIn('not an address', good),
  ])
  const shown = answers.map(({ status, detail }) => [status, detail])
  assert.deepEqual(shown, Array(4).fill([401, 'Invalid credentials']))
  const right = await browser().signIn(gone.email, good)
  assert.equal(right.status, 403, 'only who knows the password learns more')
  const forgot = [owner.email, 'nobody-at-all@example.org'].map((email) =>
    browser().send('POST', '/v1/password/forgot', { email }),
  )
  const [known, unknown] = await Promise.all(forgot)
  assert.deepEqual([known?.status, known?.body], [202, unknown?.body])
  await smtp.next(owner.email)
  assert.equal(
    (await browser().send('POST', '/v1/session', { email: owner.email })).detail,
    'Please fill in all fields.',
  )
})

test('an unknown address takes as long as a wrong password', async () => {
  const owner = await newOwner()
  const times = { known: [] as number[], unknown: [] as number[] }
  for (let round = 0; round < 7; round++) {
    for (const [kind, email] of [
      ['known', owner.email],
      ['unknown', `nobody-${round}@example.org`],
    ] as const) {
      const start = performance.now()
      assert.equal((await browser().signIn(email, 'wrong one 1')).status, 401)
      times[kind].push(performance.now() - start)
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[3] as number
  const ratio = median(times.unknown) / median(times.known)
  assert.ok(ratio > 0.5 && ratio < 2, `${median(times.unknown)} ms against ${median(times.known)} ms`)
})

test('case and composition of an address make no second account, and its mail goes to the first', async () => {
  const owner = await newOwner()
  const member = await newMember(owner, { role: 'analyst' }, `zoe-${++count}@example.org`)
  const variant = member.email.toUpperCase()
  assert.equal((await owner.send('POST', '/v1/users', { email: variant, role: 'analyst' })).status, 409)
  assert.equal((await browser().signIn(variant, good)).status, 200)
  await browser().send('POST', '/v1/password/forgot', { email: member.email.replace('e', '\uFF45') })
  assert.deepEqual((await smtp.next(member.email)).to, [member.email])
  const twin = member.email.replace('e', '\u0435')
  assert.equal((await owner.send('POST', '/v1/users', { email: twin, role: 'analyst' })).code, 'invalid_email')
})

test('passwords: weak, reused and huge ones are refused; a new one ends all other sessions', async () => {
  const owner = await newOwner()
  const elsewhere = browser()
  await elsewhere.signIn(owner.email, good)
  const change = (new_password: string, password = good) => owner.send('PATCH', '/v1/me', { new_password, password })
  for (const weak of ['short1!', 'Password1!', 'nodigits here', `${owner.email.split('@')[0]}!`, 'x1!'.repeat(60)])
    assert.equal((await change(weak)).code, 'weak_password', weak)
  assert.equal((await change(good)).code, 'weak_password', 'the present one')
  const huge = await owner.send('PATCH', '/v1/me', { new_password: 'x'.repeat(10 * 2 ** 20), password: good })
  assert.equal(huge.status, 413)
  const large = performance.now()
  assert.equal((await browser().signIn(owner.email, 'x'.repeat(7 * 2 ** 20))).status, 401)
  assert.ok(performance.now() - large < 1500, 'nothing was hashed')
  assert.equal((await change('quite another 8', 'wrong one 1')).status, 401)
  const before = owner.jar.get('indaba_session')
  assert.equal((await change('quite another 8')).status, 200)
  assert.notEqual(owner.jar.get('indaba_session'), before)
  owner.csrf = (await owner.send('GET', '/v1/session')).body.csrf_token
  assert.equal((await elsewhere.send('GET', '/v1/session')).status, 401)
  assert.equal((await change(good, 'quite another 8')).code, 'weak_password', 'the one before')
  assert.match((await smtp.next(owner.email)).text, /password was changed/i)
})

test('a link for a new password is good once, for its mailbox alone, and ends all sessions', async () => {
  const owner = await newOwner()
  for (let time = 0; time < 6; time++) await browser().send('POST', '/v1/password/forgot', { email: owner.email })
  const token = tokenIn((await smtp.next(owner.email)).text)
  const reset = (password: string, one = token) =>
    browser().send('POST', '/v1/password/reset', { token: one, password })
  assert.equal((await reset('a fine new one 3', `${token.slice(0, -1)}x`)).code, 'invalid_token')
  assert.equal((await reset('Password1!')).code, 'weak_password')
  const both = await Promise.all([reset('a fine new one 3'), reset('another new one 3')])
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400])
  assert.equal((await owner.send('GET', '/v1/session')).status, 401)
  const mails = smtp.kept.filter(({ to, text }) => to.includes(owner.email) && text.includes('#reset='))
  assert.ok(mails.length <= 2, 'at most three an hour')
  for (const { text } of mails) assert.equal((await reset('a third new one 3', tokenIn(text))).code, 'invalid_token')
})

test('a second factor: enrolled with the password, asked for at sign-in, no code twice, ten ways back', async () => {
  const owner = await newOwner()
  assert.equal((await owner.send('POST', '/v1/me/totp', {})).status, 401)
  const { secret, uri } = (await owner.send('POST', '/v1/me/totp', { password: good })).body
  assert.match(uri, /^otpauth:\/\/totp\/Indaba:/)
  const totp = new TOTP({ secret })
  const codeAt = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 })
  assert.equal((await owner.send('PUT', '/v1/me/totp', { code: codeAt(-5) })).status, 401)
  assert.equal((await browser().signIn(owner.email, good)).body.status, 'signed_in', 'it does not count yet')
  const confirmed = await owner.send('PUT', '/v1/me/totp', { code: codeAt(-1) })
  const { recovery_codes: codes } = confirmed.body
  assert.equal(new Set(codes).size, 10)

  const begin = async () => {
    const person = browser()
    const { body } = await person.signIn(owner.email, good)
    assert.equal(body.status, 'second_factor_needed')
    assert.equal(person.jar.size, 0, 'no session yet')
    const finish = (code: string) =>
      person.send('POST', '/v1/session/second-factor', { challenge: body.challenge, code })
    return { person, finish }
  }
  const first = await begin()
  assert.equal((await first.finish(codeAt(-1))).status, 401, 'the code of the enrolment was used')
  assert.equal((await first.finish(codeAt(0))).status, 200)
  assert.equal((await first.finish(codeAt(1))).status, 401, 'the challenge is used up')
  const second = await begin()
  assert.equal((await second.finish(codeAt(0))).status, 401, 'a code is good once')
  const same = await Promise.all([second.finish(codes[0]), second.finish(codes[0])])
  assert.deepEqual(same.map(({ status }) => status).sort(), [200, 401], 'a recovery code is good once')
  const third = await begin()
  assert.equal((await third.finish(codes[0].toLowerCase())).status, 401)
  assert.equal((await third.finish(codes[1].toLowerCase().replaceAll('-', ' '))).status, 200)
  assert.equal((await owner.send('GET', '/v1/me')).body.second_factor.recovery_codes_left, 8)
  assert.equal((await owner.send('DELETE', '/v1/me/totp', { code: '000000' })).status, 401)
  assert.equal((await owner.send('DELETE', '/v1/me/totp', { code: codes[2] })).status, 204)
  assert.equal((await browser().signIn(owner.email, good)).body.status, 'signed_in')
})

test('five wrong codes end the sign-in, and guessing codes is slowed down', async () => {
  const owner = await newOwner()
  const { secret } = (await owner.send('POST', '/v1/me/totp', { password: good })).body
  const totp = new TOTP({ secret })
  await owner.send('PUT', '/v1/me/totp', { code: totp.generate({ timestamp: Date.now() - 30_000 }) })
  const person = browser()
  const guess = async () => {
    const { challenge } = (await person.signIn(owner.email, good)).body
    const codes = []
    for (let time = 0; time < 6; time++) {
      const said = await person.send('POST', '/v1/session/second-factor', { challenge, code: '000000' })
      codes.push(said.code)
    }
    const right = await person.send('POST', '/v1/session/second-factor', { challenge, code: totp.generate() })
    assert.notEqual(right.status, 200, 'too late for the right one')
    return codes
  }
  assert.deepEqual(await guess(), [...Array(5).fill('wrong_code'), 'sign_in_again'])
  assert.ok((await guess()).includes('too_many_attempts'))
})

test('guessing is slowed down for the guesser alone', async () => {
  const owner = await newOwner()
  const stranger = browser()
  const statuses = []
  for (let time = 0; time < 16; time++) statuses.push((await stranger.signIn(owner.email, `wrong one ${time}`)).status)
  assert.deepEqual(statuses.slice(0, 9), Array(9).fill(401))
  assert.equal(statuses.at(-1), 429)
  const refused = await stranger.signIn(owner.email, good)
  assert.equal(refused.status, 429, 'from the same address, even with the right one')
  assert.match(refused.detail ?? '', /^Too many login attempts.*blocked/)
  assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  const session = owner.jar.get('indaba_session')
  assert.equal((await owner.signIn(owner.email, good)).status, 200, 'the device of the owner is let in')
  assert.notEqual(owner.jar.get('indaba_session'), session)
})

test('nobody grants more than they hold, and unknown fields are refused', async () => {
  const owner = await newOwner()
  const admin = await newMember(owner, { role: 'admin' })
  const email = `new-${++count}@example.org`
  const wrong = await owner.send('POST', '/v1/users', { email, role: 'analyst', is_admin: true, org_id: owner.orgId })
  assert.deepEqual([wrong.status, wrong.code], [400, 'invalid_request'])
  for (const extra of [{ state: 'active' }, { password_hash: 'x' }, { user_id: admin.id }, { scopes: ['audit:read'] }])
    assert.equal((await owner.send('PATCH', `/v1/users/${admin.id}`, extra)).status, 400, JSON.stringify(extra))
  assert.equal((await admin.send('PATCH', '/v1/me', { role: 'owner' })).status, 400)
  assert.equal((await admin.send('POST', '/v1/users', { email, role: 'owner' })).code, 'more_than_held')
  assert.equal((await admin.send('PATCH', `/v1/users/${admin.id}`, { role: 'owner' })).code, 'more_than_held')
  assert.equal(
    (await admin.send('PATCH', `/v1/users/${owner.id}`, { role: 'agent' })).status,
    400,
    'an agent needs level own',
  )
  assert.equal((await admin.send('PATCH', `/v1/users/${owner.id}`, { role: 'analyst' })).code, 'more_than_held')
  assert.equal((await admin.send('POST', `/v1/users/${owner.id}/deactivate`)).code, 'more_than_held')
  assert.equal((await owner.send('POST', '/v1/users', { email, role: 'integration' })).status, 400)
  assert.equal(
    (await owner.send('POST', '/v1/users', { email, role: 'analyst', level: 'team', teams: ['None'] })).code,
    'unknown_teams',
  )
})

test('hostile values are refused or kept as they are, and never break anything', async () => {
  const owner = await newOwner()
  for (const name of ['Sipho Cele', 'Zoë O’Neil {Cc}', '王小明']) {
    const said = await owner.send('PATCH', '/v1/me', { name })
    assert.deepEqual([said.status, said.body.name], [200, name])
  }
  const email = 'x@example.org'
  const bodies: [method: string, path: string, body: unknown][] = [
    ['PATCH', '/v1/me', { name: 'a\u0000b' }],
    ['PATCH', '/v1/me', { name: ' ' }],
    ['PATCH', '/v1/me', { name: 'x'.repeat(201) }],
    ['POST', '/v1/users', { email, role: 'analyst', level: 'team', teams: ['a\u0000b'] }],
    ['POST', '/v1/users', { email, role: 'analyst', level: 'department', departments: ['\ud800'] }],
    ['POST', '/v1/users', { email, role: 'agent', agent_id: 'x' }],
    ['POST', '/v1/users', { email, role: '__proto__' }],
    ['POST', '/v1/users', { email: ['x@example.org'], role: 'analyst' }],
    ['POST', '/v1/users', { email: 'a@example.org\r\nBcc: b@example.org', role: 'analyst' }],
    ['POST', '/v1/users', []],
    ['POST', '/v1/users', 'text'],
    ['POST', '/v1/session', { email: { $ne: '' }, password: { $ne: '' } }],
    ['POST', '/v1/session', { email, password: ['x'] }],
    ['POST', '/v1/session/second-factor', { challenge: 'x'.repeat(300), code: '000000' }],
    ['POST', '/v1/session/organisation', { organisation_id: "'; drop table users" }],
    ['POST', '/v1/password/reset', { token: '\u0000', password: good }],
    ['POST', '/v1/invitations/accept', { token: 'x', password: good, name: '\u202e\u0000' }],
    ['PUT', '/v1/me/totp', { code: 123456 }],
  ]
  for (const [method, path, body] of bodies) {
    const said = await owner.send(method, path, body)
    assert.equal(said.status, 400, `${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(said.body)}`)
  }
  assert.equal((await owner.send('GET', '/v1/users?cursor=xx')).code, 'invalid_cursor')
  assert.equal((await owner.send('GET', "/v1/users?search=%25'--")).status, 200)
  assert.equal((await owner.send('GET', '/v1/users/not-an-id')).status, 404)
})

test('the last owner stays, also when two go at once', async () => {
  const owner = await newOwner()
  const down = await owner.send('PATCH', `/v1/users/${owner.id}`, { role: 'admin' })
  assert.deepEqual([down.status, down.code], [409, 'last_owner'])
  assert.equal((await owner.send('POST', `/v1/users/${owner.id}/deactivate`)).code, 'last_owner')
  const second = await newMember(owner, { role: 'owner' })
  const both = await Promise.all([
    owner.send('PATCH', `/v1/users/${owner.id}`, { role: 'analyst' }),
    second.send('PATCH', `/v1/users/${second.id}`, { role: 'analyst' }),
  ])
  assert.equal(both.filter(({ status }) => status === 200).length, 1, JSON.stringify(both.map(({ body }) => body)))
})

test('somebody who has an account joins a second organisation with it, and the link alone opens nothing', async () => {
  const [one, two] = [await newOwner(), await newOwner()]
  await one.send('PATCH', '/v1/me', { name: 'Known elsewhere' })
  const invited = await two.send('POST', '/v1/users', { email: one.email, role: 'analyst', name: 'As invited' })
  const { text } = await smtp.next(one.email)
  const token = tokenIn(text)
  const accept = (person: ReturnType<typeof browser>, password?: string) =>
    person.send('POST', '/v1/invitations/accept', { token, ...(password ? { password } : {}) })
  assert.deepEqual([invited.body.name, invited.body.has_second_factor], ['As invited', false])
  assert.equal((await accept(browser(), 'a password of the inviter 1')).status, 401)
  assert.equal((await accept(browser())).status, 401)
  assert.equal((await accept(two)).status, 401, 'nor the session of somebody else')
  assert.equal((await browser().signIn(one.email, good)).status, 200, 'the password is what it was')
  assert.equal((await accept(one)).status, 200)
  assert.equal((await accept(one)).code, 'invalid_token')

  assert.equal((await one.send('GET', '/v1/session')).body.organisations.length, 2)
  const elsewhere = await newOwner()
  assert.equal((await one.send('POST', '/v1/session/organisation', { organisation_id: elsewhere.orgId })).status, 404)
  const there = await one.send('POST', '/v1/session/organisation', { organisation_id: two.orgId })
  assert.equal(there.body.organisation.role, 'analyst')
  assert.equal((await one.send('GET', `/v1/users/${two.id}`)).status, 200)
  await two.send('POST', `/v1/users/${invited.body.id}/deactivate`)
  assert.equal((await one.send('GET', '/v1/session')).status, 401)
  const back = await one.signIn(one.email, good)
  assert.deepEqual([back.status, back.body.organisation.id], [200, one.orgId], 'the own organisation is untouched')
})

test('sessions are listed and ended, one or all', async () => {
  const owner = await newOwner()
  const [phone, tablet] = [browser(), browser()]
  await phone.signIn(owner.email, good)
  await tablet.signIn(owner.email, good)
  const { sessions } = (await owner.send('GET', '/v1/sessions')).body
  assert.equal(sessions.length, 3)
  assert.doesNotMatch(JSON.stringify(sessions), /hash/)
  const other = await newOwner()
  assert.equal((await other.send('DELETE', `/v1/sessions/${sessions[0].id}`)).status, 404)
  assert.equal((await owner.send('DELETE', `/v1/sessions/${sessions[0].id}`)).status, 204)
  assert.equal((await tablet.send('GET', '/v1/session')).status, 401)
  assert.equal((await owner.send('DELETE', '/v1/sessions')).status, 204)
  for (const one of [owner, phone]) assert.equal((await one.send('GET', '/v1/session')).status, 401)
})

test('who has no password changes what outlasts a session only soon after signing in', async () => {
  const owner = await newOwner()
  const { db } = app.app
  await db.updateTable('users').set({ password_hash: null }).where('id', '=', owner.id).execute()
  const since = (created_at: Date) =>
    everyOrg(() => db.updateTable('user_sessions').set({ created_at }).where('user_id', '=', owner.id).execute())
  await since(new Date(Date.now() - 3_600_000))
  assert.equal((await owner.send('PATCH', '/v1/me', { new_password: good })).code, 'sign_in_again')
  assert.equal((await owner.send('POST', '/v1/me/totp', {})).code, 'sign_in_again')
  await since(new Date())
  assert.equal((await owner.send('PATCH', '/v1/me', { new_password: good })).status, 200)
  assert.equal((await browser().signIn(owner.email, good)).status, 200)
})

test('a session ends after a day without a request and after thirty days with them', async () => {
  const set = (userId: string, values: object) =>
    everyOrg(() => app.app.db.updateTable('user_sessions').set(values).where('user_id', '=', userId).execute())
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  const owner = await newOwner()
  await set(owner.id, { last_seen_at: ago(23.9) })
  assert.equal((await owner.send('GET', '/v1/session')).status, 200)
  assert.equal((await owner.send('GET', '/v1/sessions')).body.sessions[0].last_seen_at > ago(1).toISOString(), true)
  await set(owner.id, { last_seen_at: ago(24.1) })
  assert.equal((await owner.send('GET', '/v1/session')).status, 401)
  await set(owner.id, { last_seen_at: ago(0), expires_at: ago(0.1) })
  assert.equal((await owner.send('GET', '/v1/session')).status, 401)
})

test('the same invitation with the same key is one, and its mail goes out once', async () => {
  const owner = await newOwner()
  const email = `once-${++count}@example.org`
  const send = () => owner.send('POST', '/v1/users', { email, role: 'analyst' }, { 'idempotency-key': 'invite-1' })
  const [first, again] = [await send(), await send()]
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  await smtp.next(email)
  assert.equal(
    smtp.kept.some(({ to }) => to.includes(email)),
    false,
  )
  const renewed = await owner.send('POST', `/v1/users/${first.body.id}/invitation`)
  assert.equal(renewed.status, 201)
})

test('a mail server that refuses is told of, and the invitation can be sent again', async () => {
  const owner = await newOwner()
  const email = `later-${++count}@example.org`
  smtp.refuse('451 come back later')
  const invited = await owner.send('POST', '/v1/users', { email, role: 'analyst' })
  smtp.refuse(null)
  assert.equal(invited.status, 201)
  assert.match(invited.body.warnings[0], /451/)
  assert.equal((await owner.send('POST', `/v1/users/${invited.body.id}/invitation`)).status, 201)
  await smtp.next(email)
})

test('what was done stands in the audit, without a secret', async () => {
  const owner = await newOwner()
  await browser().signIn(owner.email, 'wrong one 1')
  await delay(200)
  const rows = await everyOrg(() =>
    app.app.db.selectFrom('audit_events').selectAll().where('org_id', '=', owner.orgId).execute(),
  )
  const actions = rows.map(({ action }) => action)
  for (const one of ['user.invite', 'user.accept', 'session.start', 'session.refuse'])
    assert.ok(actions.includes(one), one)
  assert.doesNotMatch(JSON.stringify(rows), /tea with lemon|wrong one|argon2/)
})

test('the page behind the links runs our own script alone, and takes the token from where no log sees it', async () => {
  const page = await browser().send('GET', '/set-password')
  assert.equal(page.status, 200)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe/)
  const script = /<script>(.*)<\/script>/s.exec(page.body)?.[1] ?? ''
  assert.ok(policy.includes(`'sha256-${createHash('sha256').update(script).digest('base64')}'`), 'the script may run')
  assert.match(page.headers.get('content-type') ?? '', /text\/html/)
})
