// Sources of inbound webhooks over REST: secrets and addresses that change, who may, and what is left after deletion.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { ask, startSender } from '../inbound-sender.ts'

describe('inbound sources', () => {
  let harness: Harness
  let customer: Customer
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
  })
  after(() => harness?.stop())

  const count = async (table: 'inbound_sources' | 'inbound_messages', orgId: string) => {
    const { rows } =
      await sql<Json>`select count(*)::int as n from ${sql.table(table)} where org_id = ${orgId}`.execute(
        harness.app.db,
      )
    return rows[0].n
  }

  test('address and secret are shown once, and are not in the database in clear', async () => {
    const { source, secret, url, api } = await startSender(harness, customer)
    const token = new URL(url).pathname.split('/').at(-1) as string
    assert.match(token, /^inb_[\w-]{43}$/)
    for (const seen of [await api('GET'), await ask(harness, customer, 'GET', '')]) {
      const text = JSON.stringify(seen.body)
      assert.ok(text.includes(source.source_id) && !text.includes(secret) && !text.includes(token))
    }
    for (const table of ['inbound_sources', 'audit_events', 'idempotency_keys']) {
      const { rows } = await sql<Json>`select t::text as row from ${sql.table(table)} t`.execute(harness.app.db)
      const text = JSON.stringify(rows)
      for (const hidden of [token, secret, Buffer.from(secret).toString('hex')])
        assert.ok(!text.includes(hidden), table)
    }
  })

  test('a secret changes with an overlap; three are good at most; without overlap the one before ends', async () => {
    const sender = await startSender(harness, customer)
    const status = async (secret: string) => (await sender.send({ n: Math.random() }, { secret })).status
    const rotate = async (body: object): Promise<string> => {
      const { status, body: answer } = await sender.api('POST', '/rotate-secret', body)
      assert.equal(status, 200, JSON.stringify(answer))
      return answer.secret ?? (body as Json).secret
    }
    const first = sender.secret
    const second = await rotate({})
    const third = await rotate({ secret: 'given-by-the-other-system', overlap_hours: 1 })
    assert.deepEqual(await Promise.all([first, second, third].map(status)), [200, 200, 200])
    const fourth = await rotate({ overlap_hours: 24 })
    assert.deepEqual(await Promise.all([first, second, third, fourth].map(status)), [401, 200, 200, 200])
    const { secrets } = (await sender.api('GET')).body
    assert.equal(secrets.length, 3)
    assert.equal(secrets[0].until, null)
    assert.ok(Date.parse(secrets[2].until) - Date.now() < 3_700_000, 'a longer overlap does not lengthen a shorter one')
    const last = await rotate({ overlap_hours: 0 })
    assert.deepEqual(await Promise.all([second, third, fourth, last].map(status)), [401, 401, 401, 200])
  })

  test('an address that is replaced leads nowhere; a paused source asks for another try later', async () => {
    const sender = await startSender(harness, customer)
    const { body } = await sender.api('POST', '/rotate-address')
    const url = `${harness.url}${new URL(body.url).pathname}`
    assert.equal((await sender.send({})).status, 404)
    assert.equal((await sender.send({}, { url })).status, 200)
    await sender.api('PATCH', '', { status: 'paused' })
    const paused = await sender.send({}, { url })
    assert.deepEqual([paused.status, paused.headers.get('retry-after')], [503, '300'])
    assert.equal((await sender.api('GET')).body.last_refusal, 'source_paused')
    await sender.api('PATCH', '', { status: 'active' })
    assert.equal((await sender.send({ more: 1 }, { url })).status, 200)
  })

  test('a source goes with its messages, an organisation with both', async () => {
    const other = await harness.customer()
    const one = await startSender(harness, other)
    const two = await startSender(harness, other)
    for (const sender of [one, two]) assert.equal((await sender.send({})).status, 200)
    assert.equal((await one.api('DELETE')).status, 204)
    assert.deepEqual([(await one.api('GET')).status, (await one.send({})).status], [404, 404])
    assert.deepEqual(
      [await count('inbound_sources', other.orgId), await count('inbound_messages', other.orgId)],
      [1, 1],
    )
    await sql`delete from orgs where id = ${other.orgId}`.execute(harness.app.db)
    assert.deepEqual(
      [await count('inbound_sources', other.orgId), await count('inbound_messages', other.orgId)],
      [0, 0],
    )
    assert.equal((await two.send({})).status, 404)
  })

  test('the same request with the same key makes one source, with the same secret; a name is taken once', async () => {
    const body = { name: 'Once', scheme: 'standard-webhooks' }
    const key = { 'idempotency-key': 'k-1' }
    const [one, two] = await Promise.all([1, 2].map(() => ask(harness, customer, 'POST', '', body, key)))
    const answers = [one, two].map((given) => given?.body)
    assert.deepEqual(answers[0], answers[1])
    assert.match(answers[0].secret, /^whsec_/)
    assert.equal((await ask(harness, customer, 'POST', '', { ...body, name: 'ONCE' })).status, 409)
  })

  test('who may not, and what is not a source', async () => {
    const sender = await startSender(harness, customer)
    const stranger = await harness.customer()
    const id = sender.source.source_id
    const { message_id: messageId } = (await sender.send({})).body
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
      ['POST', '/rotate-address'],
      ['GET', '/messages'],
      ['GET', `/messages/${messageId}`],
      ['POST', `/messages/${messageId}/process`],
    ] as const) {
      assert.equal(
        (await ask(harness, stranger, method, `/${id}${path}`, method === 'GET' ? undefined : {})).status,
        404,
      )
    }
    const reader = await harness.customer({}, ['calls:read', 'calls:write', 'ingest:manage', 'webhooks:manage'])
    assert.equal((await ask(harness, reader, 'GET', '')).status, 403)
    const refused = async (body: object) => {
      const answer = await ask(harness, customer, 'POST', '', body)
      return [answer.status, answer.body.error?.details?.field]
    }
    const good = { name: 'x', scheme: 'hmac-sha256' }
    assert.deepEqual(await refused({ ...good, scheme: 'md5' }), [400, 'scheme'])
    assert.deepEqual(await refused({ ...good, scheme: 'slack' }), [400, 'secret'])
    assert.deepEqual(await refused({ ...good, secret: 'short' }), [400, 'secret'])
    assert.deepEqual(await refused({ ...good, secret: 'with spaces and é, and more' }), [400, 'secret'])
    assert.deepEqual(await refused({ ...good, scheme: 'standard-webhooks', secret: 'no-prefix-at-all-here' }), [
      400,
      'secret',
    ])
    assert.deepEqual(await refused({ ...good, settings: { encoding: 'rot13' } }), [400, 'settings.encoding'])
    assert.deepEqual(await refused({ ...good, settings: { colour: 'red' } }), [400, 'settings.colour'])
    assert.deepEqual(await refused({ ...good, settings: { signed: '{timestamp}' } }), [400, 'settings.signed'])
    assert.deepEqual(await refused({ ...good, reader: 'salesforce' }), [400, 'reader'])
    assert.deepEqual(await refused({ ...good, reader: 'conversations' }), [400, 'reader_settings.kind'])
    const mapping = { kind: 'call', fields: { interaction_id: '/id' } }
    assert.deepEqual(await refused({ ...good, reader: 'conversations', reader_settings: mapping }), [
      400,
      'reader_settings.fields',
    ])
    assert.deepEqual(await refused({ ...good, name: ' ' }), [400, 'name'])
    assert.deepEqual(await refused({ ...good, is_admin: true }), [400, 'is_admin'])
  })

  test('every change is in the audit, and none with a secret', async () => {
    const sender = await startSender(harness, customer)
    const { message_id: id } = (await sender.send({})).body
    await sql`update inbound_messages set state = 'failed' where id = ${id}`.execute(harness.app.db)
    await sender.api('PATCH', '', { name: 'Renamed here' })
    await sender.api('POST', '/rotate-secret', {})
    await sender.api('POST', '/rotate-address')
    assert.equal((await sender.api('POST', `/messages/${id}/process`)).status, 202)
    assert.equal((await sender.api('POST', `/messages/${id}/process`)).status, 409)
    await sender.api('DELETE')
    const { rows } = await sql<Json>`select action from audit_events
      where target in (${sender.source.source_id}, ${id}) and result = 'ok' and action like 'inbound_%' order by seq`.execute(
      harness.app.db,
    )
    assert.deepEqual(
      rows.map(({ action }) => action),
      [
        'inbound_source.create',
        'inbound_source.change',
        'inbound_source.rotate_secret',
        'inbound_source.rotate_address',
        'inbound_message.process',
        'inbound_source.delete',
      ],
    )
  })
})
