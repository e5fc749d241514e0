// Each request of the hosted service's /v1 reference for calls, chats, agents and webhooks, with its sample body, and
// the keys that it promises in the answer, in their types. More keys may be there; none may be missing or renamed.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { distinctCall } from './sample-call.ts'
import { type SpeechServer, startSpeechServer } from './speech-server.ts'
import { startWebhookReceiver, verify } from './webhook-receiver.ts'

type Kind = 'string' | 'number' | 'boolean' | 'null' | 'array'

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** `shape` names keys and the kinds that each may have. */
function assertShape(value: Json, shape: Record<string, Kind[]>, where: string): void {
  for (const [key, kinds] of Object.entries(shape)) {
    assert.ok(Object.hasOwn(value, key), `${where}.${key} is missing`)
    assert.ok(kinds.includes(kindOf(value[key]) as Kind), `${where}.${key} is ${kindOf(value[key])}`)
  }
}

const orNull = (kind: Kind): Kind[] => [kind, 'null']

describe('the /v1 reference', () => {
  let harness: Harness
  let customer: Customer
  let speech: SpeechServer
  let agentId = ''
  let callId = ''
  let chatId = ''
  let fileUrl = ''
  const files = createServer(async (_request, response) => void response.end(await distinctCall()))

  const get = (path: string) =>
    harness.json(path, { headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' } })
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Json }
  }

  before(async () => {
    speech = await startSpeechServer('I am not happy with my bill and I want to pay less for it')
    harness = await startHarness({ env: speech.env })
    customer = await harness.customer()
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    fileUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}/call.wav`
    agentId = (
      await post('/v1/agents', { name: 'Agent', email: 'agent@example.com', team: 'Billing', department: 'Care' })
    ).body.agent_id
  })

  after(async () => {
    await harness?.stop()
    speech?.close()
    files.close()
  })

  it('POST /v1/calls/upload', async () => {
    const { status, body } = await post('/v1/calls/upload', {
      org_id: customer.orgId,
      agent_email: 'agent@example.com',
      call_date: '2024-01-15T10:30:00Z',
      file_url: fileUrl,
      metadata: { call_duration: 300, customer_id: 'c-17', call_type: 'inbound' },
    })
    assert.equal(status, 200)
    assertShape(body, { call_id: ['string'], status: ['string'], estimated_completion: ['string'] }, 'answer')
    assert.equal(body.status, 'processing')
    assert.deepEqual(body.warnings, [])
    callId = body.call_id
    const call = await harness.finished(customer, callId)
    assert.equal(call.direction, 'inbound')
    assert.equal(call.customer.ref, 'c-17')
    assert.equal(call.metadata.call_duration, 300)
  })

  for (const prefix of ['/v1', '']) {
    it(`GET ${prefix}/calls/{call_id}`, async () => {
      const call = await get(`${prefix}/calls/${callId}`)
      assert.equal(call.call_id, callId)
      assertShape(call.agent, { name: ['string'], email: ['string'], team: ['string'] }, 'agent')
      assert.equal(call.agent.team, 'Billing')
      const details = { duration: ['number'], silent_time: ['number'], topic: orNull('string'), sentiment: ['string'] }
      assertShape(call.call_details, details as Record<string, Kind[]>, 'call_details')
      assert.equal(call.call_details.duration, 42)
      assert.equal(call.call_details.sentiment, 'negative')
      assert.equal(typeof call.transcript, 'string')
      assert.match(call.transcript, /not happy with my bill/)
      assertShape(call.analytics, { keywords: ['array'], intents: ['array'], pain_points: ['array'] }, 'analytics')
      assert.ok(call.analytics.keywords.every((word: unknown) => typeof word === 'string'))
    })

    it(`GET ${prefix}/calls with each parameter`, async () => {
      const found = async (query: string) => {
        const page = await get(`${prefix}/calls${query}`)
        assertShape(page, { calls: ['array'], total: ['number'], limit: ['number'], offset: ['number'] }, 'page')
        return page
      }
      const all = await found('')
      assert.equal(all.limit, 50)
      assert.equal(all.offset, 0)
      assert.equal(all.total, 1)
      const [call] = all.calls
      const kinds: Kind[] = ['string']
      assertShape(call, { call_id: kinds, agent: kinds, date: kinds, duration: ['number'], sentiment: kinds }, 'call')
      assertShape(call, { topic: orNull('string') }, 'call')
      assert.equal(call.date, '2024-01-15T10:30:00.000Z')
      const hits = ['?start_date=2024-01-15&end_date=2024-01-15', `?agent_id=${agentId}`, '?agent_id=agent@example.com']
      for (const query of [...hits, '?team_id=Billing', '?limit=100000'])
        assert.equal((await found(query)).total, 1, query)
      const misses = ['?start_date=2024-01-16', '?end_date=2024-01-14', '?agent_id=x', '?team_id=x']
      for (const query of misses) assert.equal((await found(query)).total, 0, query)
      assert.equal((await found('?limit=100000')).limit, 200)
      assert.deepEqual((await found('?offset=1')).calls, [])
    })
  }

  it('POST /v1/chats/upload', async () => {
    const { status, body } = await post('/v1/chats/upload', {
      org_id: customer.orgId,
      agent_email: 'agent@example.com',
      chat_date: '2024-01-15T10:30:00Z',
      messages: [
        { sender: 'customer', message: 'I want to know about my bill.', timestamp: '2024-01-15T10:30:00Z' },
        { sender: 'agent', message: 'With pleasure.', timestamp: '2024-01-15T10:30:45Z' },
      ],
      metadata: { chat_duration: 300, customer_id: 'c-17', chat_type: 'live_chat' },
    })
    assert.equal(status, 200)
    assertShape(body, { chat_id: ['string'], status: ['string'], estimated_completion: ['string'] }, 'answer')
    assert.equal(body.status, 'processing')
    chatId = body.chat_id
    assert.equal((await harness.finished(customer, chatId)).status, 'completed')
  })

  it('GET /v1/chats/{chat_id}, under either form of its id', async () => {
    for (const path of [`/v1/chats/${chatId}`, `/chats/${chatId.replace('vela_chat_', '')}`]) {
      const chat = await get(path)
      assert.equal(chat.chat_id, chatId)
      assertShape(chat.agent, { name: ['string'], email: ['string'], team: ['string'] }, 'agent')
      const { chat_details } = chat
      assertShape(chat_details, { duration: ['number'], response_time: ['number'], topic: orNull('string') }, 'details')
      assert.equal(chat_details.response_time, 45)
      assert.ok(['negative', 'neutral', 'positive'].includes(chat_details.sentiment))
      for (const message of chat.messages) {
        assertShape(message, { sender: ['string'], message: ['string'], timestamp: ['string'] }, 'message')
        assertShape(message, { sentiment: orNull('string') }, 'message')
      }
      assertShape(chat.analytics, { keywords: ['array'], intents: ['array'], pain_points: ['array'] }, 'analytics')
    }
  })

  it('GET /v1/agents with each parameter', async () => {
    const page = await get('/v1/agents')
    assert.equal(page.total, 1)
    const [agent] = page.agents
    const kinds: Kind[] = ['string']
    assertShape(agent, { agent_id: kinds, name: kinds, email: kinds, team: kinds, department: kinds }, 'agent')
    assertShape(agent, { active: ['boolean'], performance_score: orNull('number') }, 'agent')
    for (const query of ['team_id=Billing', 'department_id=Care', 'active=true'])
      assert.equal((await get(`/agents?${query}`)).total, 1, query)
    for (const query of ['team_id=x', 'department_id=x', 'active=false'])
      assert.equal((await get(`/agents?${query}`)).total, 0, query)
  })

  it('GET /v1/agents/{agent_id}/performance', async () => {
    const read = () => get(`/v1/agents/${agentId}/performance?start_date=2024-01-01&end_date=2024-01-31`)
    let answer = await read()
    // The daily tables follow a moment later, and the answer says so.
    while (answer.is_behind) answer = await read()
    assertShape(answer, { agent_id: ['string'], name: ['string'] }, 'answer')
    const { performance, trends } = answer
    assert.equal(performance.total_calls, 1)
    assert.equal(performance.average_duration, 42)
    const scores = { average_score: orNull('number'), resolution_rate: orNull('number') }
    assertShape(performance, { ...scores, customer_satisfaction: orNull('number') }, 'performance')
    if (performance.customer_satisfaction !== null) assert.match(performance.customer_satisfaction_basis, /^Estimated/)
    assert.deepEqual(trends.score_trend, [])
    // The call and the chat of that day.
    assert.deepEqual(trends.volume_trend, [2])
    assert.deepEqual(trends.volume_dates, ['2024-01-15'])
  })

  it('POST /v1/webhooks, and the event it asks for', async () => {
    const receiver = await startWebhookReceiver()
    after(() => receiver.close())
    const secret = 'whsec_c2VjcmV0IG9mIHRoZSByZWNlaXZlciE='
    const { status, body } = await post('/webhooks', {
      url: receiver.url,
      events: ['call.completed', 'smart_search.matched'],
      secret,
    })
    assert.ok(status === 200 || status === 201, JSON.stringify(body))
    assert.deepEqual(body.warnings, [
      'smart_search.matched is kept, but nothing sends it yet.',
      'The secret is short: 23 bytes. Receivers are safer with 24 or more; without `secret`, a good one is made.',
    ])
    assertShape(body, { webhook_id: ['string'], url: ['string'], events: ['array'], created_at: ['string'] }, 'answer')
    assert.equal(body.status, 'active')
    assert.deepEqual(body.events, ['call.completed', 'smart_search.matched'])
    const { body: call } = await post('/v1/calls/upload', { file_url: fileUrl, agent_email: 'agent@example.com' })
    const delivery = await receiver.find(({ body }) => body.data.call_id === call.call_id)
    verify(secret, delivery)
    assert.equal(delivery.body.event, 'call.completed')
    assert.equal(new Date(delivery.body.timestamp).toISOString(), delivery.body.timestamp)
    const { data } = delivery.body
    assertShape(data, { call_id: ['string'], agent: ['string'], duration: ['number'], sentiment: ['string'] }, 'data')
    assertShape(data, { topic: orNull('string') }, 'data')
  })

  it('tells errors in the shape of the reference', async () => {
    const { status, body } = await post('/v1/calls/upload', { org_id: customer.orgId })
    assert.equal(status, 400)
    assertShape(body.error, { code: ['string'], message: ['string'] }, 'error')
    assert.match(body.error.code, /^[A-Z_]+$/)
    assertShape(body.error.details, { field: ['string'], issue: ['string'] }, 'details')
  })
})
