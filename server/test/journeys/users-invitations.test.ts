// How people come in: the link of an invitation, by mail, taken up once, also by who has an account already.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { good, startPeople, tokenIn } from './people.ts'

const { smtp, browser, freshAddress, newOwner, newMember, stop } = await startPeople()
after(stop)

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

test('the same invitation with the same key is one, and its mail goes out once', async () => {
  const owner = await newOwner()
  const email = freshAddress('once')
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
  const email = freshAddress('later')
  smtp.refuse('451 come back later')
  const invited = await owner.send('POST', '/v1/users', { email, role: 'analyst' })
  smtp.refuse(null)
  assert.equal(invited.status, 201)
  assert.match(invited.body.warnings[0], /451/)
  assert.equal((await owner.send('POST', `/v1/users/${invited.body.id}/invitation`)).status, 201)
  await smtp.next(email)
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
