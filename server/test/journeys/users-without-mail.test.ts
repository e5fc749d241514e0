// An installation without a mail server: what is shown to whom, and the commands of the operator.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminCommands } from '../../src/cli/admin.ts'
import type { Operator } from '../../src/cli/operator.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type Harness, type Json, startHarness } from '../harness.ts'

let app: Harness
before(async () => {
  app = await startHarness({ env: { INDABA_STRANGERS_PER_SECOND: '0' } })
})
after(() => app.stop())

const good = 'tea with lemon 7'

/** A command as on the console of the server: what it prints as its result, and beside it. */
async function operate(verb: string, ...args: string[]): Promise<{ result: string[]; notes: string[] }> {
  const [result, notes]: [string[], string[]] = [[], []]
  const print = (line: string) => void result.push(line)
  const note = (line: string) => void notes.push(line)
  // Neither command that is run here seals anything.
  const operator = { db: app.app.db, publicUrl: app.url, print, note } as unknown as Operator
  await everyOrg(() => adminCommands[verb]?.run(operator, args) ?? assert.fail(verb))
  return { result, notes }
}

const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  const response = await fetch(`${app.url}${path}`, init)
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return { status: response.status, body: (await response.json()) as Json, cookie }
}

const tokenIn = (link: string) =>
  /^http:\/\/127\.0\.0\.1:\d+\/set-password#\w+=([\w-]{43})$/.exec(link)?.[1] ?? assert.fail(link)

test('the operator makes the first owner, who invites by a link that only the inviter sees', async () => {
  const { result, notes } = await operate('create', '--email', 'First@Example.org', '--org', 'Kwena Insurance')
  assert.equal(result.length, 1)
  assert.match(notes.join(), /Kwena Insurance/)
  const accepted = await post('/v1/invitations/accept', { token: tokenIn(result[0] ?? ''), password: good })
  assert.deepEqual(accepted.body, { email: 'first@example.org', organisation: 'Kwena Insurance' })
  const owner = await post('/v1/session', { email: 'first@example.org', password: good })
  assert.equal(owner.body.organisation.role, 'owner')
  const headers = { cookie: owner.cookie, 'x-indaba-csrf': owner.body.csrf_token }
  const invited = await post('/v1/users', { email: 'second@example.org', role: 'analyst' }, headers)
  const token = tokenIn(invited.body.invitation_url)
  const list = await fetch(`${app.url}/v1/users`, { headers }).then((response) => response.text())
  assert.ok(!list.includes(token))
  assert.equal((await post('/v1/invitations/accept', { token, password: good })).status, 200)
  const { user } = (await post('/v1/session', { email: 'second@example.org', password: good })).body
  assert.equal(user.email, 'second@example.org')
})

test('whoever asks for a new password is shown nothing; the operator prints the link', async () => {
  const asked = await post('/v1/password/forgot', { email: 'first@example.org' })
  assert.equal(asked.status, 202)
  assert.doesNotMatch(JSON.stringify(asked.body), /set-password|#/)
  const { result } = await operate('reset', '--email', 'first@example.org')
  const reset = await post('/v1/password/reset', { token: tokenIn(result[0] ?? ''), password: 'another tea 8' })
  assert.equal(reset.status, 200)
  assert.equal((await post('/v1/session', { email: 'first@example.org', password: 'another tea 8' })).status, 200)
})

test('the operator makes an owner of somebody who is there already, and is told what is missing', async () => {
  const again = await operate('create', '--email', 'second@example.org', '--org', 'Kwena Insurance')
  assert.deepEqual(again.result, [])
  const { organisation } = (await post('/v1/session', { email: 'second@example.org', password: good })).body
  assert.equal(organisation.role, 'owner')
  await assert.rejects(operate('create', '--org', 'Kwena Insurance'), /--email/)
  await assert.rejects(operate('create', '--email', 'no address', '--org', 'Kwena Insurance'), {
    code: 'invalid_email',
  })
  await assert.rejects(operate('create', '--email', 'a@example.org', '--org', '999'), {
    code: 'organisation_not_found',
  })
  await assert.rejects(operate('reset', '--email', 'nobody@example.org'), { code: 'unknown_user' })
})
