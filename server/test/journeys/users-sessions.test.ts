// Sessions of people: their cookies, what another site can do with them, and how they end.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { good, startPeople } from './people.ts'

const { app, browser, newOwner, stop } = await startPeople()
after(stop)

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
