// What people may do to each other: never give more than they hold, never send what breaks anything; and what the audit
// keeps of it.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { everyOrg } from '../../src/platform/db/scope.ts'
import type { Json } from '../harness.ts'
import { good, startPeople } from './people.ts'

const { app, browser, freshAddress, newOwner, newMember, stop } = await startPeople()
after(stop)

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

test('nobody grants more than they hold, and unknown fields are refused', async () => {
  const owner = await newOwner()
  const admin = await newMember(owner, { role: 'admin' })
  const email = freshAddress('new')
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

test('two who change somebody at once do not overwrite each other', async () => {
  const owner = await newOwner()
  const second = await newMember(owner, { role: 'owner' })
  const { id } = await newMember(owner, { role: 'analyst' })
  const path = `/v1/users/${id}`
  const read = await owner.send('GET', path)
  const etag = read.headers.get('etag') as string
  assert.equal(etag, `"${read.body.etag}"`)
  const [one, other] = await Promise.all([
    owner.send('PATCH', path, { role: 'supervisor' }, { 'if-match': etag }),
    second.send('PATCH', path, { view_redactions: true }, { 'if-match': etag }),
  ])
  const [won, lost] = one.status === 200 ? [one, other] : [other, one]
  assert.deepEqual([won.status, lost.status, lost.code], [200, 409, 'changed_meanwhile'])
  assert.deepEqual(lost.body.error.details, { etag: won.body.etag })
  const now = await second.send('GET', path)
  assert.deepEqual([now.body.role, now.body.view_redactions], [won.body.role, won.body.view_redactions])
  assert.equal((await second.send('PATCH', path, { role: 'admin' }, { 'if-match': `"${won.body.etag}"` })).status, 200)
  assert.equal((await owner.send('PATCH', path, { role: 'analyst' })).status, 200, 'whoever does not ask overwrites')
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
