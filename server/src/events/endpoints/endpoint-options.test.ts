import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { type EndpointClient, endpointClient } from './endpoint-client.ts'

// biome-ignore lint/suspicious/noExplicitAny: looked for wherever the answer has it
const positionOf = ({ error }: any) => error.position ?? error.facts?.position ?? error.details?.position

describe('options of webhook endpoints', () => {
  let client: EndpointClient
  before(async () => {
    client = await endpointClient()
  })
  after(() => client?.stop())
  const url = 'http://127.0.0.1:9/hook'

  test('all are kept, shown without what is secret, and nowhere at rest in clear', async () => {
    const { status, body } = await client.create({
      url,
      name: ' CRM ',
      filter: 'data.sentiment = negative',
      format: 'cloudevents',
      ordering: 'conversation',
      rate_per_s: 5,
      retry_waits_s: [10, 60],
      headers: { 'X-Api-Key': 'very-secret-value' },
      signature: ['v1', 'v1a'],
    })
    assert.equal(status, 200, JSON.stringify(body))
    const { name, filter, format, ordering, rate_per_s, retry_waits_s, headers, signature, public_key } = body
    assert.deepEqual(
      { name, filter, format, ordering, rate_per_s, retry_waits_s, headers, signature },
      {
        name: 'CRM',
        filter: 'data.sentiment = negative',
        format: 'cloudevents',
        ordering: 'conversation',
        rate_per_s: 5,
        retry_waits_s: [10, 60],
        headers: { 'x-api-key': '***' },
        signature: ['v1', 'v1a'],
      },
    )
    assert.match(public_key, /^whpk_/)
    assert.equal(body.warnings, undefined)
    const { rows } = await sql<{ row: string }>`
      select t::text as row from webhook_endpoints t union all select t::text from audit_events t
      union all select t::text from idempotency_keys t`.execute(client.harness.app.db)
    assert.ok(rows.length > 1 && !rows.some(({ row }) => row.includes('very-secret-value')))
    assert.ok(!rows.some(({ row }) => row.includes(Buffer.from('very-secret-value').toString('hex'))))

    const path = `/v1/webhooks/${body.webhook_id}`
    const kept = await client.call('PATCH', path, {
      headers: { 'X-Api-Key': '***', 'X-More': 'm' },
      signature: ['v1', 'v1a'],
    })
    assert.equal(kept.status, 200, JSON.stringify(kept.body))
    assert.deepEqual(kept.body.headers, { 'x-api-key': '***', 'x-more': '***' })
    assert.equal(kept.body.public_key, public_key, 'a key that is there stays')
    const bare = await client.call('PATCH', path, {
      headers: null,
      signature: ['v1'],
      filter: null,
      ordering: null,
      name: null,
    })
    assert.deepEqual(bare.body.headers, {})
    assert.deepEqual(
      [bare.body.public_key, bare.body.filter, bare.body.ordering, bare.body.name],
      [null, null, null, null],
    )
    assert.deepEqual(bare.body.retry_waits_s, [10, 60], 'what is not named stays')
    assert.equal((await client.call('DELETE', path)).status, 204)
  })

  test('what cannot be is refused, and the field is named', async () => {
    const cases: [object, RegExp][] = [
      [{ filter: 'data.sentiment = ' }, /filter/i],
      [{ filter: 'x'.repeat(2001) }, /filter|room/i],
      [{ format: 'xml' }, /^format/],
      [{ format: 'cloudevents', style: 'vbot', events: ['call.completed'] }, /^format/],
      [{ ordering: 'agent' }, /^ordering/],
      [{ rate_per_s: 0 }, /^rate_per_s/],
      [{ rate_per_s: 501 }, /^rate_per_s/],
      [{ retry_waits_s: Array(21).fill(1) }, /^retry_waits_s/],
      [{ retry_waits_s: [14 * 86_400, 1] }, /14 days/],
      [{ retry_waits_s: [0] }, /^retry_waits_s/],
      [{ headers: { Host: 'other' } }, /set by the sender/],
      [{ headers: { a: 'x\r\ny: z' } }, /visible ASCII/],
      [{ signature: [] }, /must name v1/],
      [{ signature: ['v1a'] }, /must name v1/],
      [{ signature: ['v2'] }, /^signature/],
      [{ client_certificate: { certificate: 'x', key: 'y' } }, /no certificate/],
      [{ settings: { url: 'nats://x' } }, /^settings: is for brokers/],
      [{ kind: 'smtp' }, /^kind/],
      [{ kind: 'nats' }, /^url: is not for nats/],
      [{ kind: 'nats', url: undefined }, /^settings: is required/],
      [{ kind: 'nats', verify: true, settings: { url: 'nats://x' } }, /^url|^verify/],
      [{ name: '' }, /^name/],
      [{ secret: 'fifteen letters' }, /too short: 15 bytes/],
      [{ secret: 'whsec_AAAAAAAAAAAAAAAAAAAA' }, /too short: 15 bytes/],
      [{ url: `http://127.0.0.1:9/${'x'.repeat(10_000)}` }, /^url/],
      [{ url: 'http://user:pass@127.0.0.1:9/' }, /not allowed|user name|password/],
      [{ url: undefined }, /^url: is required/],
    ]
    for (const [given, reason] of cases) {
      const { status, body } = await client.create({ url, ...given })
      assert.equal(status, 400, `${JSON.stringify(given).slice(0, 80)}: ${JSON.stringify(body).slice(0, 200)}`)
      assert.match(body.message, reason, JSON.stringify(given).slice(0, 80))
    }
    const mistaken = await client.create({ url, filter: 'sentiment = negative AND OR x = 1' })
    assert.equal(typeof positionOf(mistaken.body), 'number', JSON.stringify(mistaken.body))
    assert.deepEqual((await client.call('GET', '/v1/webhooks')).body.webhooks, [])
  })

  test('punycode is taken; weak secrets and unknown fields are taken with a warning', async () => {
    const { status, body } = await client.create({
      url: 'https://xn--bcher-kva.example/haken',
      secret: 'seventeen letters',
      rate_per_sec: 5,
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.secret, 'seventeen letters')
    assert.match(body.warnings.join('\n'), /rate_per_sec is not known here.*\nThe secret is short: 17 bytes/)
    await client.call('DELETE', `/v1/webhooks/${body.webhook_id}`)
  })

  test('PATCH is strict, and with If-Match only changes what one has read', async () => {
    const { body } = await client.create({ url })
    const path = `/v1/webhooks/${body.webhook_id}`
    for (const change of [{ secret: 'x' }, { style: 'vbot' }, { kind: 'nats' }, { verify: true }, { rate: 1 }]) {
      assert.equal((await client.call('PATCH', path, change)).status, 400, JSON.stringify(change))
    }
    const read = await client.call('GET', path)
    const etag = read.headers.get('etag') as string
    assert.equal(etag, `"${read.body.revision}"`)
    const first = await client.call('PATCH', path, { rate_per_s: 7 }, { 'if-match': etag })
    assert.equal(first.status, 200)
    assert.equal(first.headers.get('etag'), `"${first.body.revision}"`)
    assert.ok(first.body.revision > read.body.revision)
    const second = await client.call('PATCH', path, { rate_per_s: 8 }, { 'if-match': etag })
    assert.equal(second.status, 409)
    assert.match(second.body.message, /changed since/)
    assert.equal((await client.call('GET', path)).body.rate_per_s, 7)
    const moved = await client.call('PATCH', path, { url: 'http://10.0.0.1/' })
    assert.equal(moved.body.error.code, 'DESTINATION_NOT_ALLOWED')
    await client.call('DELETE', path)
  })

  test('deliveries carry what was asked for: own headers, CloudEvents, both signatures; a filter keeps the rest away', async (t) => {
    const receiver = await startScriptedReceiver()
    t.after(() => receiver.close())
    const made = await client.create({
      url: receiver.url,
      format: 'cloudevents',
      headers: { 'X-Api-Key': 'k-1' },
      signature: ['v1', 'v1a'],
    })
    const other = await client.create({
      url: receiver.url,
      filter: 'data.status = nonsense',
      headers: { 'X-Other': '1' },
    })
    await client.chat()
    await receiver.count(1)
    const [got] = receiver.received as [(typeof receiver.received)[0]]
    assert.equal(got.headers['x-api-key'], 'k-1')
    assert.equal(got.headers['ce-type'], 'chat.received')
    assert.match(got.headers['webhook-signature'] as string, /^v1,\S+ v1a,\S+$/)
    new Webhook(made.body.secret).verify(got.text, got.headers)
    const until = Date.now() + 5000
    const otherPath = `/v1/webhooks/${other.body.webhook_id}`
    while ((await client.call('GET', otherPath)).body.health.waiting > 0) assert.ok(Date.now() < until)
    assert.equal(receiver.received.length, 1)
    const trial = await client.call('POST', '/v1/webhooks/test-filter', {
      events: ['chat.*'],
      filter: 'type = "chat.received"',
    })
    assert.equal(trial.status, 200, JSON.stringify(trial.body))
    assert.ok(trial.body.matched >= 1 && trial.body.looked_at >= trial.body.matched)
    assert.equal(trial.body.samples[0].type, 'chat.received')
    for (const { body } of [made, other]) await client.call('DELETE', `/v1/webhooks/${body.webhook_id}`)
  })

  test('stored headers do not follow an endpoint to another host', async () => {
    const { body } = await client.create({ url, headers: { 'x-api-key': 'k' } })
    const path = `/v1/webhooks/${body.webhook_id}`
    const other = 'http://127.0.0.1:10/hook'
    for (const change of [{ url: other }, { url: other, headers: { 'x-api-key': '***' } }]) {
      const reply = await client.call('PATCH', path, change)
      assert.deepEqual([reply.status, reply.body.error.code], [400, 'SECRET_REQUIRED'], JSON.stringify(reply.body))
    }
    assert.equal((await client.call('PATCH', path, { url: `${url}/2` })).status, 200)
    assert.equal((await client.call('PATCH', path, { url: other, headers: { 'x-api-key': 'k2' } })).status, 200)
    assert.equal((await client.call('PATCH', path, { url, headers: null })).status, 200)
    await client.call('DELETE', path)
  })

  test('of another organisation nothing can be changed or tried', async () => {
    const { body } = await client.create({ url })
    const other = await client.harness.customer()
    const path = `/v1/webhooks/${body.webhook_id}`
    for (const [method, below] of [
      ['PATCH', ''],
      ['POST', '/verify'],
      ['POST', '/test'],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/enable'],
      ['POST', '/secrets'],
      ['GET', '/secrets'],
      ['DELETE', `/secrets/${body.webhook_id}`],
    ] as const) {
      const reply = await client.call(
        method,
        path + below,
        method === 'GET' || method === 'DELETE' ? undefined : {},
        other.headers,
      )
      assert.equal(reply.status, 404, `${method} ${below}`)
    }
    await client.call('DELETE', path)
  })
})
