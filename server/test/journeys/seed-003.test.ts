// The examples of seed 003 (vBot): the curl line as it is printed, the webhook with its nine keys, customers, health,
// and each of its error texts.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { skipWithoutCurl } from './client-program.ts'
import { distinctCallFile } from './sample-call.ts'
import { type SpeechServer, startSpeechServer } from './speech-server.ts'
import { startWebhookReceiver, verify, type WebhookReceiver } from './webhook-receiver.ts'

const run = promisify(execFile)
const skip = skipWithoutCurl()
const utcSecond = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

describe('seed 003', () => {
  let harness: Harness
  let speech: SpeechServer
  let receiver: WebhookReceiver
  let customer: Customer
  let secret = ''

  before(async () => {
    speech = await startSpeechServer('thank you so much this was a wonderful and friendly service')
    receiver = await startWebhookReceiver()
    harness = await startHarness({ env: speech.env })
    const made = await asAdmin('POST', '/api/customers', { name: 'With a webhook', webhook_url: receiver.url })
    customer = { id: made.id, orgId: made.org_id, key: made.api_key, headers: { 'x-api-key': made.api_key } }
    secret = made.webhook_secret
  })

  after(async () => {
    await harness?.stop()
    speech?.close()
    receiver?.close()
  })

  const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    fetch(`${harness.url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  const asAdmin = async (method: string, path: string, body?: unknown) => {
    const response = await ask(method, path, { authorization: `Bearer ${adminToken}` }, body)
    assert.equal(response.status, 200, await response.clone().text())
    return (await response.json()) as Json
  }

  /** The printed line with another host, key and file, and what a test adds to it. */
  const curl = async (prefix = '', more = '') => {
    const line = `curl -X POST ${harness.url}${prefix}/api/process-call \\
      -H "X-API-Key: ${customer.key}" \\
      -H "Content-Type: multipart/form-data" \\
      -F "file=@${await distinctCallFile()}" ${more}`
    const { stdout } = await run('sh', ['-c', line])
    return JSON.parse(stdout)
  }

  const assertStarted = (answer: Json) => {
    assert.deepEqual(Object.keys(answer), ['status', 'message', 'call_id'])
    assert.equal(answer.status, 'success')
    assert.equal(answer.message, 'Call processing started')
    assert.match(answer.call_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  }

  /** Exactly the nine documented keys, in their JSON types. */
  const assertWebhook = (body: Json, callId: string, numbers: { caller: string; called: string }) => {
    const { transcription, summary, keywords, timestamp, ...rest } = body
    assert.deepEqual(Object.keys(body).length, 9)
    assert.deepEqual(rest, {
      call_id: callId,
      caller_number: numbers.caller,
      called_number: numbers.called,
      sentiment: 'positive',
      customer_id: customer.id,
    })
    assert.equal(typeof customer.id, 'number')
    assert.match(transcription, /wonderful and friendly service/)
    assert.ok(typeof summary === 'string' && typeof keywords === 'string')
    assert.ok(keywords.length > 0)
    assert.match(timestamp, utcSecond)
  }

  const deliveryOf = (callId: string) => receiver.find(({ body }) => body.call_id === callId)

  for (const prefix of ['', '/v1']) {
    it(`(a, c) takes the curl line as printed and calls the webhook (${prefix || 'no prefix'})`, { skip }, async () => {
      const answer = await curl(prefix)
      assertStarted(answer)
      const delivery = await deliveryOf(answer.call_id)
      verify(secret, delivery)
      assertWebhook(delivery.body, answer.call_id, { caller: '', called: '' })
    })
  }

  it('(b, c) takes both numbers, and shows the same by GET', { skip }, async () => {
    const answer = await curl('', '-F caller_number=+1234567890 -F called_number=+0987654321')
    assertStarted(answer)
    const delivery = await deliveryOf(answer.call_id)
    assertWebhook(delivery.body, answer.call_id, { caller: '+1234567890', called: '+0987654321' })
    const shown = await harness.json(`/api/calls/${answer.call_id}`, { headers: customer.headers })
    const { status, failure, ...nine } = shown
    assert.deepEqual(nine, delivery.body)
    assert.equal(status, 'completed')
    assert.equal(failure, null)
  })

  it('(d) lists, creates, changes and deletes customers, the key in clear only once', async () => {
    const fields = { name: 'Customer Name', company_name: 'Company Name', email: 'customer@example.com' }
    const made = await asAdmin('POST', '/api/customers', fields)
    const documented = ['id', 'name', 'company_name', 'email', 'api_key', 'is_active', 'created_at', 'updated_at']
    assert.deepEqual(Object.keys(made).slice(0, 8), documented)
    assert.ok(Number.isInteger(made.id))
    assert.equal(made.is_active, true)
    assert.match(made.created_at, utcSecond)
    assert.match(made.updated_at, utcSecond)
    const holder = { 'x-api-key': made.api_key }
    assert.equal((await ask('GET', '/v1/calls', holder)).status, 200)

    const masked = `${made.api_key.slice(0, 4)}…${made.api_key.slice(-4)}`
    const { customers } = await asAdmin('GET', '/api/customers')
    assert.deepEqual(
      customers.find(({ id }: { id: number }) => id === made.id),
      { ...made, api_key: masked },
    )
    assert.equal((await asAdmin('GET', '/api/customers?limit=1')).customers.length, 1)

    const change = {
      name: 'Updated Name',
      company_name: 'Updated Company',
      email: 'updated@example.com',
      is_active: true,
    }
    const changed = await asAdmin('PUT', `/api/customers/${made.id}`, change)
    assert.deepEqual(changed, { ...made, ...change, api_key: masked, updated_at: changed.updated_at })
    assert.equal((await ask('GET', '/v1/calls', holder)).status, 200)

    const paused = await asAdmin('PUT', `/api/customers/${made.id}`, { is_active: false })
    assert.equal(paused.name, 'Updated Name')
    assert.equal(paused.is_active, false)
    assert.equal((await ask('GET', '/v1/calls', holder)).status, 401)

    const gone = await asAdmin('DELETE', `/api/customers/${made.id}`)
    assert.deepEqual(gone, { status: 'success', message: 'Customer deleted successfully' })
    assert.equal((await ask('GET', '/v1/calls', holder)).status, 401)
    assert.equal((await ask('DELETE', `/api/customers/${made.id}`, { 'x-api-key': adminToken })).status, 404)
  })

  for (const head of ['GET /health HTTP/1.0\r\n\r\n', 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n']) {
    it(`(e) answers health to ${JSON.stringify(head)}`, async () => {
      const socket = connect(Number(new URL(harness.url).port), '127.0.0.1')
      await once(socket, 'connect')
      socket.write(head)
      const [top = '', body = ''] = (await text(socket)).split('\r\n\r\n')
      assert.match(top, /^HTTP\/1\.1 200 /)
      const { status, version, timestamp, ...more } = JSON.parse(body)
      assert.equal(status, 'healthy')
      assert.match(version, /^\d+\.\d+\.\d+$/)
      assert.match(timestamp, utcSecond)
      assert.deepEqual(more, {})
    })
  }

  describe('(f) error texts', () => {
    const refusals: [name: string, status: number, message: string, () => Promise<Response>][] = [
      ['no key', 401, 'Invalid API key', () => ask('POST', '/api/process-call', {})],
      [
        'a wrong key',
        401,
        'Invalid API key',
        () => ask('POST', '/api/process-call', { 'x-api-key': 'ind_live_wrong' }),
      ],
      [
        'a wrong admin token',
        401,
        'Invalid API key',
        () => ask('GET', '/api/customers', { authorization: 'Bearer no' }),
      ],
      [
        'a customer among customers',
        403,
        'Insufficient permissions',
        () => ask('GET', '/api/customers', customer.headers),
      ],
      [
        'a customer that deletes',
        403,
        'Insufficient permissions',
        () => ask('DELETE', '/api/customers/1', { authorization: `Bearer ${customer.key}` }),
      ],
      ['an unknown call', 404, 'Resource not found', () => ask('GET', '/api/calls/x', customer.headers)],
      ['an unknown path', 404, 'Resource not found', () => ask('GET', '/api/nothing', customer.headers)],
      ...['999999', 'x', '0', '-1', '1.5', '99999999999999999999', '1e1'].map((id): (typeof refusals)[number] => [
        `the unknown customer ${id}`,
        404,
        'Resource not found',
        () => ask('PUT', `/api/customers/${id}`, { 'x-api-key': adminToken }, { name: 'x' }),
      ]),
      ['no file', 400, 'Invalid request parameters', () => ask('POST', '/api/process-call', customer.headers, {})],
      [
        'a customer without a name',
        400,
        'Invalid request parameters',
        () => ask('POST', '/api/customers', { 'x-api-key': adminToken }, { email: 'x@example.com' }),
      ],
      [
        'a change to a wrong type',
        400,
        'Invalid request parameters',
        () => ask('PUT', `/api/customers/${customer.id}`, { 'x-api-key': adminToken }, { is_active: 'perhaps' }),
      ],
    ]

    for (const [name, status, message, request] of refusals) {
      it(`${status} to ${name}`, async () => {
        const response = await request()
        const body = (await response.json()) as Record<string, unknown>
        assert.equal(response.status, status, JSON.stringify(body))
        assert.equal(body.status, 'error')
        assert.equal(body.message, message)
        assert.equal(typeof body.request_id, 'string')
      })
    }

    it('500 when the database fails, and nothing of the cause', async () => {
      const admin = new pg.Client({ connectionString: harness.databaseUrl, options: '-c app.orgs=*' })
      await admin.connect()
      await admin.query('alter table orgs rename to orgs_away')
      const response = await ask('GET', '/api/customers', { 'x-api-key': adminToken })
      await admin.query('alter table orgs_away rename to orgs')
      await admin.end()
      assert.equal(response.status, 500)
      const { request_id, ...body } = (await response.json()) as Record<string, unknown>
      assert.deepEqual(body, {
        status: 'error',
        message: 'Internal server error',
        code: 'internal_error',
        details: null,
      })
      assert.equal(response.headers.get('x-request-id'), request_id)
    })
  })
})
