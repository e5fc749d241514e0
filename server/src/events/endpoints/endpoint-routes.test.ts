import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { adminToken, type Customer, type Harness, startHarness } from '../../../test/harness.ts'

type Delivery = {
  delivery_id: string
  event_id: string
  event: string
  status: string
  status_code: number
  error: string | null
  attempt_count: number
  next_attempt_at: string | null
  attempts: { response: string }[]
}
type Endpoint = { webhook_id: string; url: string; events: string[]; style: string }
// biome-ignore lint/suspicious/noExplicitAny: whatever the server says; the assertions tell what it must be
type Answer = { status: number; body: any; headers: Headers }

describe('webhooks over REST', () => {
  let harness: Harness
  let customer: Customer
  before(async () => {
    harness = await startHarness()
    customer = await harness.customer()
  })
  after(() => harness?.stop())

  const call = async (method: string, path: string, body?: unknown, headers: object = {}): Promise<Answer> => {
    const response = await fetch(harness.url + path, {
      method,
      headers: { ...customer.headers, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers }
  }
  const create = (body: unknown, headers: object = {}) => call('POST', '/v1/webhooks', body, headers)
  const url = 'http://127.0.0.1:9/hook'
  const events = ['call.completed']

  test('an endpoint is made, shown without its secret, and deleted', async () => {
    const { status, body } = await create({ url, events: ['call.*', 'call.*', 'chat.failed'] })
    assert.equal(status, 200)
    const { secret, ...shown } = body
    assert.match(secret, /^whsec_/)
    const hosted = ['created_at', 'events', 'status', 'style', 'url', 'webhook_id']
    const more = [
      'client_certificate',
      'filter',
      'format',
      'headers',
      'health',
      'kind',
      'name',
      'ordering',
      'public_key',
    ]
    const most = ['rate_per_s', 'retry_waits_s', 'revision', 'settings', 'signature', 'status_at', 'status_reason']
    assert.deepEqual(Object.keys(shown).sort(), [...hosted, ...more, ...most, 'updated_at', 'verified_at'].sort())
    assert.deepEqual(shown.events, ['call.*', 'chat.failed'])
    assert.equal(shown.status, 'active')
    assert.equal(shown.style, 'vela')
    const path = `/v1/webhooks/${shown.webhook_id}`
    assert.deepEqual((await call('GET', path)).body, shown)
    assert.deepEqual((await call('GET', '/v1/webhooks')).body.webhooks, [shown])
    assert.equal((await call('DELETE', path)).status, 204)
    assert.equal((await call('GET', path)).status, 404)
    assert.equal((await call('DELETE', path)).status, 404)
    assert.deepEqual((await call('GET', '/v1/webhooks')).body.webhooks, [])
  })

  test('what cannot be used is refused, and it says why', async () => {
    const cases: [object, RegExp][] = [
      [{}, /url, events/],
      [{ url }, /events/],
      [{ url: 5, events }, /^url: /],
      [{ url: '', events }, /^url: /],
      [{ url: `http://127.0.0.1/${'x'.repeat(2100)}`, events }, /^url: /],
      [{ url: 'http://127.0.0.1:9/a b', events }, /spaces or control/],
      [{ url: 'http://127.0.0.1:9/\n', events }, /spaces or control/],
      [{ url, events: [] }, /1 to 50/],
      [{ url, events: Array(51).fill('*') }, /1 to 50/],
      [{ url, events: ['call.finished'] }, /no event "call\.finished".*call\.completed/],
      [{ url, events: ['sms.*'] }, /no event/],
      [{ url, events: 'call.completed' }, /^events: /],
      [{ url, events: [null] }, /^events/],
      [{ url, events, secret: '' }, /1 to 500/],
      [{ url, events, secret: 'x'.repeat(501) }, /1 to 500/],
      [{ url, events, secret: 7 }, /^secret: /],
      [{ url, events, style: 'soap' }, /^style: /],
      [{ url, events: ['*'], style: 'vbot' }, /vbot tells of call\.completed/],
      [{ url, events: ['call.completed', 'call.failed'], style: 'vbot' }, /vbot tells of call\.completed/],
    ]
    for (const [body, reason] of cases) {
      const answer = await create(body)
      assert.equal(answer.status, 400, JSON.stringify(body).slice(0, 100))
      assert.match(answer.body.message, reason)
    }
    assert.deepEqual((await call('GET', '/v1/webhooks')).body.webhooks, [])
  })

  test('destinations that are not public are refused for one generic reason', async () => {
    const urls = [
      'ftp://example.com/',
      'not-a-url',
      'file:///etc/passwd',
      'http://[::1]/',
      'http://10.0.0.1/',
      'http://167772161:81/',
      'http://[::ffff:10.0.0.1]/',
      'http://169.254.169.254/latest/meta-data',
      'http://user:pass@127.0.0.1:9/',
      'http://1.1.1.1:22/',
    ]
    const answers = await Promise.all(urls.map((one) => create({ url: one, events })))
    const told = answers.map(({ status, body }) => `${status} ${body.error.code} ${body.message}`)
    assert.equal(new Set(told).size, 1, told.join('\n'))
    assert.match(told[0] as string, /^400 DESTINATION_NOT_ALLOWED /)
  })

  test('endpoints and logs of others look like unknown ones', async () => {
    const other = await harness.customer()
    const { body } = await create({ url, events })
    const unknown = '0199b1f2-1111-7abc-8def-000000000001'
    for (const id of [body.webhook_id, unknown, 'x', '%00', `${body.webhook_id}'`]) {
      const as = id === body.webhook_id ? other.headers : customer.headers
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/deliveries'],
        ['GET', `/deliveries/${unknown}`],
      ] as const) {
        const answer = await call(method, `/v1/webhooks/${id}${path}`, undefined, as)
        assert.ok(
          answer.status === 404 || (id === '%00' && answer.status === 400),
          `${method} ${id}${path}: ${answer.status}`,
        )
      }
    }
    assert.equal((await call('GET', `/v1/webhooks/${body.webhook_id}`)).status, 200)
    await call('DELETE', `/v1/webhooks/${body.webhook_id}`)
  })

  test('a repeated key is answered with the same secret, which is nowhere at rest in clear', async () => {
    const secret = 'correct horse battery staple'
    const headers = { 'idempotency-key': 'once' }
    const made = await create({ url, events }, headers)
    const given = await create({ url, events, secret }, { 'idempotency-key': 'twice' })
    const again = await create({ url, events }, headers)
    assert.equal(again.status, 200)
    assert.deepEqual(again.body, made.body)
    assert.equal(again.headers.get('idempotency-replayed'), 'true')
    assert.equal((await create({ url, events: ['*'] }, headers)).status, 409)
    assert.equal((await create({ url, events, secret: `${secret}.` }, { 'idempotency-key': 'twice' })).status, 409)

    const admin = { authorization: `Bearer ${adminToken}`, 'idempotency-key': 'customer', 'x-api-key': '' }
    const fields = { name: 'A', company_name: 'A', email: 'a@example.com', webhook_url: url, webhook_secret: secret }
    const first = await call('POST', '/api/customers', fields, admin)
    assert.equal(first.status, 200)
    assert.deepEqual((await call('POST', '/api/customers', fields, admin)).body, first.body)

    const shownOnce = [made.body.secret, given.body.secret, first.body.api_key, first.body.webhook_secret]
    assert.ok(shownOnce.every((text) => typeof text === 'string' && text.length > 20))
    for (const table of ['idempotency_keys', 'webhook_endpoints', 'audit_events', 'api_keys', 'orgs']) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(table)} t`.execute(
        harness.app.db,
      )
      assert.ok(rows.length > 0)
      for (const text of shownOnce) assert.ok(!rows.some(({ row }) => row.includes(text)), table)
    }
    for (const { body } of [made, given]) await call('DELETE', `/v1/webhooks/${body.webhook_id}`)
  })

  test('an organisation has at most 100 endpoints', async () => {
    const other = await harness.customer()
    for (let n = 0; n < 100; n += 1) assert.equal((await create({ url, events }, other.headers)).status, 200)
    const refused = await create({ url, events }, other.headers)
    assert.equal(refused.status, 409)
    assert.match(refused.body.message, /100 webhook endpoints already/)
  })

  test('the log tells each delivery and each attempt; a list shows the beginning of an answer, one delivery all', async (t) => {
    const receiver = await startScriptedReceiver((response, index) =>
      response.writeHead(index === 0 ? 500 : 200).end(index === 0 ? 'x'.repeat(20_000) : 'fine'),
    )
    t.after(() => receiver.close())
    const { body } = await create({ url: receiver.url, events: ['chat.received'] })
    const send = (name: string) =>
      harness.json('/v1/chats/upload', {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ session_id: name, messages: [{ sender: 'customer', message: 'Hello' }] }),
      })
    await send('log-1')
    await receiver.count(1)
    await send('log-2')
    await receiver.count(2)
    const path = `/v1/webhooks/${body.webhook_id}/deliveries`
    let list: Answer
    do list = await call('GET', path)
    while (list.body.deliveries.some((one: Delivery) => one.attempts.length === 0))
    const [second, first] = list.body.deliveries
    assert.equal(list.body.deliveries.length, 2)
    assert.deepEqual([second.status, second.event, second.attempt_count], ['delivered', 'chat.received', 1])
    assert.equal(second.event_id, receiver.received[1]?.headers['webhook-id'])
    assert.equal(second.next_attempt_at, null)
    assert.equal(second.attempts[0].response, 'fine')
    assert.deepEqual([first.status, first.status_code, first.error], ['pending', 500, 'the receiver answered 500'])
    assert.ok(Date.parse(first.next_attempt_at) > Date.now())
    assert.equal(first.attempts[0].response.length, 500)
    const one = await call('GET', `${path}/${first.delivery_id}`)
    assert.equal(one.body.attempts[0].response.length, 16_384)
    const page = await call('GET', `${path}?limit=1&offset=1`)
    assert.deepEqual(
      page.body.deliveries.map((each: Delivery) => each.delivery_id),
      [first.delivery_id],
    )
    for (const query of ['limit=0', 'limit=x', 'offset=-1'])
      assert.equal((await call('GET', `${path}?${query}`)).status, 400)
  })

  test('a vBot customer who is given an endpoint later is told its secret, once', async () => {
    const admin = { authorization: `Bearer ${adminToken}`, 'x-api-key': '' }
    const path = `/api/customers/${customer.id}`
    const useless = await call('PUT', path, { webhook_secret: 'abcdefgh' }, admin)
    assert.equal(useless.status, 400)
    const { status, body } = await call('PUT', path, { webhook_url: url }, admin)
    assert.equal(status, 200)
    assert.ok(new Webhook(body.webhook_secret))
    assert.equal((await call('PUT', path, { webhook_url: `${url}2` }, admin)).body.webhook_secret, undefined)
    const [vbot] = (await call('GET', '/v1/webhooks')).body.webhooks.filter((one: Endpoint) => one.style === 'vbot')
    assert.deepEqual([vbot.url, vbot.events], [`${url}2`, ['call.completed']])
  })
})
