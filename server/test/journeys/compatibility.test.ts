// Rules that hold over all compatible routes: whose organisation, allocations, forms without a boundary, repeated
// uploads, calls from browsers, and lists in either style.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { pathsOf } from '../../src/platform/http/server.ts'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { distinctCall, monoCall } from './sample-call.ts'
import { allNames, askTicket, chosen, sampleFile } from './upload-ticket.ts'
import { multipartBody, type Part, send } from './wire.ts'

const origin = 'https://crm.example.org'

const chat = (text: string, more: object = {}) => ({
  messages: [{ sender: 'customer', message: text, timestamp: '2024-01-15T10:30:00Z' }],
  ...more,
})

describe('compatible routes', () => {
  let harness: Harness
  let customer: Customer

  before(async () => {
    harness = await startHarness({ env: { INDABA_CORS_ORIGINS: origin } })
    customer = await harness.customer()
  })

  after(() => harness?.stop())

  const post = async (path: string, body: unknown, by = customer, headers: Record<string, string> = {}) => {
    const isForm = body instanceof FormData
    const response = await fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { ...by.headers, ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
      body: isForm ? body : JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }

  const recording = (audio: Buffer, fields: Record<string, string> = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([new Uint8Array(audio)]), 'call.wav')
    return form
  }

  describe('whose organisation', () => {
    const doors = {
      '/asr/async/upload/vela': (orgId: unknown) => ({ org_id: orgId }),
      '/v1/calls/upload': (orgId: unknown) => ({ org_id: orgId, file_url: '/recordings/a.wav' }),
      '/chat/upload/vela': (orgId: unknown) => chat('hello', { org_id: orgId }),
    }
    for (const [path, bodyFor] of Object.entries(doors)) {
      it(`${path} takes its own in each form, and knows no other`, async () => {
        const other = await harness.customer()
        for (const own of [customer.orgId, customer.id, String(customer.id), '', undefined])
          assert.equal((await post(path, bodyFor(own))).status, 200, String(own))
        for (const foreign of [other.orgId, other.id, 'no-such-organisation', '00000000-0000-0000-0000-000000000000']) {
          const { status, body } = await post(path, bodyFor(foreign))
          assert.equal(status, 404)
          assert.equal(body.message, 'Organisation not found')
          assert.equal(body.error.code, 'ORGANISATION_NOT_FOUND')
        }
      })
    }

    it('takes the id that an organisation had with the hosted service', async () => {
      const moved = await harness.customer({ former_ids: ['BotlhaleOrg7'] })
      assert.equal((await post('/chat/upload/vela', chat('hello', { org_id: 'BotlhaleOrg7' }), moved)).status, 200)
      assert.equal((await post('/chat/upload/vela', chat('hello', { org_id: 'BotlhaleOrg7' }))).status, 404)
    })
  })

  it('validate_metadata turns unknown names into 400 with the documented texts', async () => {
    const customer = await harness.customer()
    const send = async (metadata: Record<string, unknown>) => {
      const response = await fetch(`${harness.url}/chats/upload/vela`, {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ chats: [{ message: 'Hello', sender: 'user', time: '06/08/2024, 09:15' }], metadata }),
      })
      return { status: response.status, message: ((await response.json()) as { message: string }).message }
    }
    const refused = (message: string) => ({ status: 400, message })
    const strict = { validate_metadata: true }
    assert.deepEqual(
      await send({ ...strict, agent: 'nobody@example.com' }),
      refused('Could not find agent with the provided metadata'),
    )
    assert.deepEqual(await send({ ...strict, team: 'Nobody' }), refused('Team not found'))
    assert.deepEqual(await send({ ...strict, department: 'None' }), refused('Department not found'))
    assert.equal((await send({ agent: 'nobody@example.com', team: 'Nobody' })).status, 200)
    await harness.json('/v1/agents', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'somebody@example.com', team: 'Somebody' }),
    })
    assert.equal((await send({ ...strict, agent: 'Somebody@example.com', team: 'somebody' })).status, 200)
  })

  describe('allocations', () => {
    it('are unlimited unless they are set', async () => {
      const { minute_allocation } = await askTicket(harness, customer)
      assert.deepEqual(minute_allocation, { used: 0, limit: null, status: 'ok' })
    })

    it('refuse calls at every door once the minutes are used, before a ticket is given', async () => {
      const limited = await harness.customer({ settings: { minutes_per_month: 1 } })
      for (const seconds of [40, 41]) {
        const { body } = await post('/api/process-call', recording(await monoCall(seconds)), limited)
        await harness.finished(limited, body.call_id)
      }
      for (const path of ['/asr/async/upload/vela', '/v1/calls/upload']) {
        const { status, body } = await post(path, { file_url: '/a.wav' }, limited)
        assert.equal(status, 400)
        assert.equal(body.message, 'Allocation exceeded')
        assert.equal(body.error.code, 'ALLOCATION_EXCEEDED')
        assert.deepEqual(body.error.details, { used: 1.35, limit: 1 })
      }
      const { status, body } = await post('/api/process-call', recording(await monoCall(3)), limited)
      assert.equal(status, 400)
      assert.equal(body.message, 'Invalid request parameters')
      assert.equal(body.details.reason, 'Allocation exceeded')
      assert.equal((await post('/chat/upload', chat('hello'), limited)).status, 200)
    })

    it('count chats apart', async () => {
      const limited = await harness.customer({ settings: { chats_per_month: 1 } })
      assert.equal((await post('/chat/upload', chat('one'), limited)).status, 200)
      const { status, body } = await post('/chat/upload', chat('two'), limited)
      assert.equal(status, 400)
      assert.equal(body.message, 'Monthly chats allocation exceeded')
      assert.deepEqual(body.error.details, { used: 1, limit: 1 })
      assert.equal((await post('/asr/async/upload/vela', {}, limited)).status, 200)
    })
  })

  describe('a form whose header has no boundary', () => {
    const postBare = (path: string, parts: Part[], contentType = 'multipart/form-data') =>
      send('POST', `${harness.url}${path}`, multipartBody(parts, 'a boundary, as any'), {
        ...customer.headers,
        'content-type': contentType,
      })

    it('is read at each door', async () => {
      const file = await sampleFile()
      const call = await postBare('/api/process-call', [['caller_number', '+27110000000'], file])
      assert.equal(call.status, 200, call.text)
      const shown = await harness.finished(customer, JSON.parse(call.text).call_id)
      assert.equal(shown.status, 'completed')
      assert.equal(shown.caller_number, '+27110000000')
      assert.equal((await postBare('/v1/calls/upload', [file], 'Multipart/Form-Data;')).status, 200)
      assert.equal((await postBare('/chats/vela', [['chats', JSON.stringify(chat('hello').messages)]])).status, 200)
      const ticket = await askTicket(harness, customer)
      assert.equal((await postBare('/uploads', [...chosen(ticket, allNames), file])).status, 204)
    })

    it('is refused where the body is no form', async () => {
      for (const body of ['', '\r\n', 'RIFF and then no form at all', '-'.repeat(5000)]) {
        const reply = await send('POST', `${harness.url}/api/process-call`, Buffer.from(body), {
          ...customer.headers,
          'content-type': 'multipart/form-data',
        })
        assert.equal(reply.status, 400, `${JSON.stringify(body.slice(0, 20))}: ${reply.text}`)
        assert.equal(JSON.parse(reply.text).message, 'Invalid request parameters')
      }
    })
  })

  describe('uploads that come twice', () => {
    const key = (name: string) => ({ 'idempotency-key': name })

    it('are one by their Idempotency-Key, which fits one content only', async () => {
      const calls = await Promise.all([0, 1, 2, 3].map(monoCall))
      const bodies: Record<string, (which: number) => Promise<unknown>> = {
        '/chat/upload/vela': async (which) => chat(`content ${which}`),
        '/v1/calls/upload': async (which) => ({ file_url: `/recordings/${which}.wav` }),
        '/asr/async/upload/vela': async (which) => ({ metadata: { email: `a${which}@example.com` } }),
        '/api/process-call': async (which) => recording(calls[which] as Buffer),
      }
      for (const [path, body] of Object.entries(bodies)) {
        const first = await post(path, await body(2), customer, key('k'))
        const again = await post(path, await body(2), customer, key('k'))
        assert.equal(first.status, 200, path)
        assert.equal(again.status, 200, path)
        assert.deepEqual(again.body, first.body)
        assert.equal(again.headers.get('idempotency-replayed'), 'true')
        assert.equal((await post(path, await body(3), customer, key('k'))).status, 409, path)
        const stranger = await post(path, await body(3), await harness.customer(), key('k'))
        assert.equal(stranger.status, 200, path)
      }
    })

    it('are one by session_id, and other content is a new version of the same', async () => {
      const session = (text: string) => ({ chat_data: { ...chat(text), session_id: 's-1' } })
      const first = await post('/chat/upload/vela', session('hello'))
      const again = await post('/chat/upload', session('hello'))
      const changed = await post('/chat/upload/vela', session('hello, and more'))
      assert.deepEqual([again.body.chat_id, changed.body.chat_id], [first.body.chat_id, first.body.chat_id])
      assert.deepEqual(
        [first, again, changed].map(({ status, body }) => [status, body.duplicate]),
        [
          [200, false],
          [200, true],
          [200, false],
        ],
      )
      const shown = await harness.finished(customer, first.body.chat_id)
      assert.equal(shown.version, 2)
      assert.equal(shown.transcript.turns[0].text, 'hello, and more')
    })

    it('are one by interaction_id', async () => {
      const metadata = JSON.stringify({ interaction_id: 'i-1' })
      const audio = await monoCall(2)
      const sent = await Promise.all([1, 2].map(() => post('/v1/calls/upload', recording(audio, { metadata }))))
      assert.equal(new Set(sent.map(({ body }) => body.call_id)).size, 1)
      const changed = await post('/v1/calls/upload', recording(await monoCall(3), { metadata }))
      assert.equal(changed.body.call_id, sent[0]?.body.call_id)
      const shown = await harness.finished(customer, changed.body.call_id)
      assert.equal(shown.version, 2)
      assert.equal(shown.duration_ms, 3000)
    })
  })

  describe('browsers', () => {
    const preflight = (path: string, method: string, from: string) =>
      fetch(`${harness.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization,content-type,x-api-key,idempotency-key',
        },
      })

    it('may ask beforehand on every path of every route, without a key', async () => {
      const asked = harness.app.routes.flatMap((route) =>
        pathsOf(route).map((path) => ({ method: route.method, path: path.replace(':id', 'x') })),
      )
      assert.ok(asked.some(({ path }) => path === '/uploads'))
      for (const { method, path } of asked) {
        const answer = await preflight(path, method, origin)
        assert.equal(answer.status, 204, path)
        assert.equal(answer.headers.get('access-control-allow-origin'), origin, path)
        assert.ok(answer.headers.get('access-control-allow-methods')?.includes(method), path)
        const allowed = answer.headers.get('access-control-allow-headers') ?? ''
        for (const name of ['authorization', 'content-type', 'x-api-key', 'idempotency-key'])
          assert.ok(allowed.toLowerCase().includes(name), `${path}: ${name}`)
      }
    })

    it('of other origins are not let in', async () => {
      const answer = await preflight('/uploads', 'POST', 'https://elsewhere.example')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    })

    it('see answers, refusals and the headers that tell of limits', async () => {
      for (const headers of [customer.headers, {}]) {
        const answer = await fetch(`${harness.url}/v1/calls`, { headers: { ...headers, origin } })
        assert.equal(answer.headers.get('access-control-allow-origin'), origin)
        const exposed = (answer.headers.get('access-control-expose-headers') ?? '').toLowerCase()
        for (const name of ['x-request-id', 'retry-after', 'x-ratelimit-remaining'])
          assert.ok(exposed.includes(name), name)
      }
      const ticket = await askTicket(harness, customer)
      const form = new FormData()
      for (const [name, value] of Object.entries(ticket.fields)) form.set(name, value)
      form.set('file', new Blob([new Uint8Array(await distinctCall())]), 'call.wav')
      const sent = await fetch(ticket.url, { method: 'POST', headers: { origin }, body: form })
      assert.equal(sent.status, 204)
      assert.equal(sent.headers.get('access-control-allow-origin'), origin)
    })
  })

  describe('lists', () => {
    it('of customers are whole unless a limit is given, and pages are capped instead of refused', async () => {
      const headers = { 'x-api-key': adminToken }
      const all = (await harness.json('/api/customers', { headers })).customers
      const page = (await harness.json('/api/customers?limit=2&offset=1', { headers })).customers
      assert.deepEqual(page, all.slice(1, 3))
      assert.equal((await harness.json('/api/customers?limit=1000000', { headers })).customers.length, all.length)
      const calls = await harness.json('/v1/calls?limit=1000000', { headers: customer.headers })
      assert.equal(calls.limit, 200)
    })
  })
})
