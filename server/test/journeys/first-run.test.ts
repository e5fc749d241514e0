// From an empty installation to a transcribed sample, as a newcomer's browser goes: the first administrator, the samples,
// what they prefer, the operator's page, the logo.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { adminToken, type Json, secretKey } from '../harness.ts'
import { good, startPeople } from './people.ts'
import { operate } from './program-process.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('the first run', () => {
  type People = Awaited<ReturnType<typeof startPeople>>
  let people: People
  let first: ReturnType<People['browser']>
  let link = ''
  before(async () => {
    people = await startPeople()
  })
  after(() => people.stop())

  const given = (fields: object = {}) => ({
    token: /#token=([\w-]{43})$/.exec(link)?.[1] ?? assert.fail(link),
    organisation: 'Example Ltd',
    name: 'Thandi',
    email: 'thandi@example.org',
    password: good,
    time_zone: 'Africa/Maseru',
    ...fields,
  })

  test('the program prints a link while nobody has an account, and keeps only a hash of its token', async () => {
    link = (await people.app.app.makeSetupLink()) ?? ''
    assert.ok(link.startsWith(`${people.app.url}/app/welcome#token=`))
    const rows = await people.app.app.db.selectFrom('setup_tokens').selectAll().execute()
    assert.equal(rows.length, 1)
    assert.ok(!JSON.stringify(rows).includes(given().token))
    assert.deepEqual((await people.browser().send('GET', '/v1/setup')).body, { needed: true })
  })

  test('what is wrong makes nobody', async () => {
    const post = (fields: object, headers = {}) => people.browser().send('POST', '/v1/setup', given(fields), headers)
    assert.deepEqual((await post({ token: 'A'.repeat(43) })).code, 'invalid_token')
    assert.equal((await post({ password: 'short' })).status, 400)
    assert.equal((await post({ email: 'nobody' })).status, 400)
    assert.equal((await post({ time_zone: 'Mars/Olympus' })).status, 400)
    assert.equal((await post({ is_operator: true })).status, 400)
    assert.equal((await post({}, { origin: 'https://evil.example' })).status, 403)
    assert.deepEqual((await people.browser().send('GET', '/v1/setup')).body, { needed: true })
  })

  test('of two at once one is let in, owns the organisation and is an operator', async () => {
    const racers = [people.browser(), people.browser(), people.browser()]
    const said = await Promise.all(
      racers.map((one, n) => one.send('POST', '/v1/setup', given({ email: `thandi-${n}@example.org` }))),
    )
    assert.deepEqual(said.map(({ status }) => status).sort(), [200, 409, 409])
    const won = said.findIndex(({ status }) => status === 200)
    first = racers[won] as typeof first
    const session = said[won]?.body
    assert.deepEqual([session.organisation.name, session.organisation.role], ['Example Ltd', 'owner'])
    assert.ok(session.organisation.scopes.includes('operations:read'))
    assert.deepEqual((await first.send('GET', '/v1/session')).body.user, session.user)
    assert.equal((await first.send('GET', '/v1/organisation')).body.settings.time_zone, 'Africa/Maseru')
    const { db } = people.app.app
    for (const table of ['users', 'memberships'] as const) {
      assert.equal((await everyOrg(() => db.selectFrom(table).selectAll().execute())).length, 1)
    }
    assert.deepEqual((await people.browser().send('GET', '/v1/setup')).body, { needed: false })
    assert.equal((await people.browser().send('POST', '/v1/setup', given())).status, 409)
    assert.equal(await people.app.app.makeSetupLink(), null)
    const actions = (await first.send('GET', '/v1/audit')).body.entries as Json[]
    assert.ok(actions.some(({ action }) => action === 'installation.set_up'))
  })

  test('the samples come in as anybody’s would; a second time they are the same', async () => {
    const once = await first.send('POST', '/v1/samples')
    assert.equal(once.status, 202, JSON.stringify(once.body))
    const [call, chat] = once.body.conversations
    assert.deepEqual([call.channel, call.is_new, chat.channel, chat.is_new], ['voice', true, 'chat', true])
    const twice = await first.send('POST', '/v1/samples')
    assert.deepEqual(
      twice.body.conversations,
      [call, chat].map((one) => ({ ...one, is_new: false })),
    )
    const until = Date.now() + 30_000
    for (const { id } of [call, chat]) {
      for (;;) {
        const { body } = await first.send('GET', `/v1/conversations/${id}`)
        assert.deepEqual(body.tags, ['sample'])
        if (body.status === 'completed') break
        assert.ok(body.status !== 'failed' && Date.now() < until, JSON.stringify(body.failure))
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    const { days } = (await first.send('GET', '/v1/usage/days')).body
    assert.deepEqual(
      days.map(({ calls, chats, minutes }: Json) => ({ calls, chats, minutes })),
      [{ calls: 1, chats: 1, minutes: 0.7 }],
    )
  })

  test('what somebody prefers is there in another browser', async () => {
    const usual = (await first.send('GET', '/v1/me/preferences')).body
    assert.deepEqual([usual.theme, usual.columns], ['auto', {}])
    const patch = (body: object) => first.send('PATCH', '/v1/me/preferences', body)
    const columns = { calls: ['started_at', 'agent'] }
    assert.equal((await patch({ theme: 'dark', locale: 'en-ZA', columns })).status, 200)
    assert.equal((await patch({ columns: { chats: ['started_at'] }, time_zone: 'Asia/Tokyo' })).status, 200)
    const { email } = (await first.send('GET', '/v1/me')).body
    const other = people.browser()
    await other.signIn(email, good)
    assert.deepEqual((await other.send('GET', '/v1/me/preferences')).body, {
      ...usual,
      theme: 'dark',
      locale: 'en-ZA',
      time_zone: 'Asia/Tokyo',
      columns: { ...columns, chats: ['started_at'] },
    })
    for (const bad of [
      { theme: 'pink' },
      { locale: 'en_ZA!' },
      { time_zone: 'Mars/Olympus' },
      { start_page: '//evil.example/x' },
      { start_page: 'javascript:alert(1)' },
      { columns: { calls: Array.from({ length: 51 }, () => 'x') } },
      { columns: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`list-${n}`, ['x']])) },
      { is_operator: true },
    ]) {
      assert.equal((await patch(bad)).status, 400, JSON.stringify(bad))
    }
    assert.equal((await people.browser().send('GET', '/v1/me/preferences')).status, 401)
  })

  test('a logo is a picture, whatever it is called, and is served as nothing else', async () => {
    const send = (method: string, body?: Uint8Array<ArrayBuffer>, type = 'image/png') =>
      fetch(`${people.app.url}/v1/organisation/logo`, {
        method,
        headers: {
          cookie: [...first.jar].map(([name, value]) => `${name}=${value}`).join('; '),
          'x-indaba-csrf': first.csrf,
          ...(body ? { 'content-type': type } : {}),
        },
        ...(body ? { body } : {}),
      })
    assert.equal((await send('GET')).status, 404)
    assert.equal((await send('PUT', new Uint8Array(png))).status, 200)
    const shown = await send('GET')
    assert.deepEqual(Buffer.from(await shown.arrayBuffer()), png)
    assert.equal(shown.headers.get('content-type'), 'image/png')
    assert.equal(shown.headers.get('x-content-type-options'), 'nosniff')
    assert.match(shown.headers.get('content-security-policy') ?? '', /default-src 'none'; sandbox/)
    const text = (words: string) => new Uint8Array(Buffer.from(words))
    assert.equal((await send('PUT', text('<svg onload="alert(1)">'), 'image/svg+xml')).status, 400)
    assert.equal((await send('PUT', text('<html>'), 'image/png')).status, 400)
    assert.equal((await send('PUT', new Uint8Array(Buffer.concat([png, Buffer.alloc(6 * 2 ** 20)])))).status, 413)
    assert.deepEqual(Buffer.from(await (await send('GET')).arrayBuffer()), png, 'what was refused changed nothing')
    assert.equal((await send('DELETE')).status, 204)
    assert.equal((await send('GET')).status, 404)
    const set = (bio: string) => first.send('PATCH', '/v1/organisation', { settings: { bio } })
    assert.equal((await set('We listen.')).body.settings.bio, 'We listen.')
    assert.equal((await set('x'.repeat(101))).status, 400)
  })

  test('the operator sees how the installation is doing, and nobody else does', async () => {
    const seen = await first.send('GET', '/v1/operations')
    assert.equal(seen.status, 200, JSON.stringify(seen.body))
    const { queues, processes, stages, storage, database, deliveries } = seen.body
    assert.ok(queues.some(({ job }: Json) => job === 'pipeline.advance_call'))
    assert.deepEqual(
      processes.map(({ serves, works, is_alive }: Json) => ({ serves, works, is_alive })),
      [{ serves: true, works: true, is_alive: true }],
    )
    assert.ok(processes[0].disk_free_bytes > 0 && processes[0].memory_bytes > 0)
    const analysed = stages.stages.find(({ stage }: Json) => stage === 'analyse')
    assert.ok(analysed.ended >= 2 && analysed.duration_p95_ms >= analysed.duration_p50_ms)
    assert.ok(storage.find(({ kind }: Json) => kind === 'recordings').size_bytes > 300_000)
    assert.ok(database.size_bytes > 0 && database.largest_tables.length > 5)
    assert.match(database.migrations.newest, /^\d{4}_/)
    assert.equal(deliveries.pending, 0)
    assert.doesNotMatch(JSON.stringify(seen.body), /Example Ltd|thandi|Sawubona/i)

    const admin = { authorization: `Bearer ${adminToken}` }
    assert.equal((await people.browser().send('GET', '/v1/operations', undefined, admin)).status, 200)
    const owner = await people.newOwner()
    const refused = await owner.send('GET', '/v1/operations')
    assert.equal(refused.status, 403, 'an owner of an organisation is no operator')
    const key = await first.send('POST', '/v1/api-keys', { name: 'x', scopes: ['operations:read'] })
    assert.equal(key.status, 400, 'no key carries it')
    const customer = await people.app.customer()
    assert.equal((await fetch(`${people.app.url}/v1/operations`, { headers: customer.headers })).status, 403)

    const env = { INDABA_SECRET_KEY: secretKey.toString('base64') }
    const dataDir = await mkdtemp(join(tmpdir(), 'indaba-first-run-'))
    const at = { databaseUrl: people.app.databaseUrl, dataDir, env }
    const made = await operate(at, 'admin', 'operator', '--email', owner.email)
    assert.equal(made.code, 0, made.said)
    assert.equal((await owner.send('GET', '/v1/operations')).status, 200)
    await operate(at, 'admin', 'operator', '--email', owner.email, '--remove')
    assert.equal((await owner.send('GET', '/v1/operations')).status, 403, 'with the next request')
    await rm(dataDir, { recursive: true })
  })
})
