import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallEventData, ChatEventData } from './catalog/conversation-events.ts'
import { type EventEnvelope, fittingBody, isVbotEvent, payloadSizeBytesMax, vbotBody, velaBody } from './payload.ts'

const call: CallEventData = {
  call_id: '0199b1f2-1111-7abc-8def-000000000001',
  conversation_id: '0199b1f2-1111-7abc-8def-000000000001',
  status: 'completed',
  agent: 'Agent One',
  agent_id: 'agent_001',
  agent_email: null,
  started_at: '2025-03-01T08:00:00.000Z',
  duration: 61.5,
  languages: ['en-ZA', 'zu-ZA'],
  sentiment: 'negative',
  sentiment_score: -0.6,
  topic: null,
  summary: 'The customer asks for a refund.',
  keywords: ['refund', 'invoice'],
  failure: null,
  changed: [],
  links: { self: '/v1/calls/1', transcript: '/v1/conversations/1/transcript' },
  caller_number: '+1234567890',
  called_number: null,
}

const event = (data: CallEventData | ChatEventData, type: EventEnvelope['type'] = 'call.completed'): EventEnvelope => ({
  id: '0199b1f2-2222-7abc-8def-000000000002',
  type,
  version: '1',
  occurred_at: '2025-03-01T08:02:03.456Z',
  org_id: 'org_1',
  seq: 7,
  previous_seq: 5,
  data,
})

const read = (body: Buffer) => JSON.parse(body.toString())
const vbotKeys = [
  'call_id',
  'caller_number',
  'called_number',
  'transcription',
  'summary',
  'sentiment',
  'keywords',
  'timestamp',
  'customer_id',
]

test('vela: the envelope under every name, and the data below `data` and at the top', () => {
  const body = read(velaBody(event(call)))
  assert.equal(body.event, 'call.completed')
  assert.equal(body.type, 'call.completed')
  assert.equal(body.event_type, 'call_completed')
  assert.equal(body.data.sentiment, 'negative')
  assert.equal(body.sentiment, 'negative')
  assert.equal(body.timestamp, '2025-03-01T08:02:03.456Z')
  assert.equal(body.api_version, '1')
  assert.equal(body.org_id, 'org_1')
  assert.equal(body.seq, 7)
  assert.equal(body.previous_seq, 5)
  assert.deepEqual(body.data, call)
  assert.equal(Object.keys(body)[0], 'id')
})

test('vela: data never takes the place of the envelope', () => {
  const data = {
    ...call,
    id: 'x',
    type: 'x',
    event: 'x',
    timestamp: 'x',
    org_id: 'x',
    seq: 0,
    data: 'x',
  } as CallEventData
  const body = read(velaBody(event(data)))
  const { id, type, org_id, seq } = event(data)
  assert.deepEqual([body.id, body.type, body.event, body.org_id, body.seq], [id, type, type, org_id, seq])
  assert.deepEqual(body.data, data)
})

test('vela: a chat and a failure have all their keys', () => {
  const { call_id: _, caller_number: _1, called_number: _2, ...rest } = call
  const chat: ChatEventData = { ...rest, chat_id: 'vela_chat_1', response_time: 12.5 }
  assert.equal(read(velaBody(event(chat, 'chat.completed'))).chat_id, 'vela_chat_1')
  const failed = {
    ...call,
    status: 'failed' as const,
    sentiment: null,
    failure: { code: 'no_audio', message: 'Empty.' },
  }
  const body = read(velaBody(event(failed, 'call.failed')))
  assert.equal(body.data.failure.code, 'no_audio')
  assert.ok('sentiment' in body.data)
})

test('vela: what is too large is left out by name, the rest stays', () => {
  const body = velaBody(event({ ...call, summary: 'é'.repeat(200_000) }))
  assert.ok(body.length <= payloadSizeBytesMax)
  const { data } = read(body)
  assert.deepEqual(data.omitted, ['summary'])
  assert.equal(data.sentiment, 'negative')
  assert.equal(data.links.self, '/v1/calls/1')
  assert.ok(!('summary' in data) && !('payload' in data.links))
  const linked = read(
    velaBody(event({ ...call, summary: 'é'.repeat(200_000) }), ({ id }) => `/v1/events/${id}/payload`),
  )
  assert.equal(linked.data.links.payload, `/v1/events/${linked.id}/payload`)
})

test('the data alone is whole, or as thin as the body', () => {
  const link = () => '/link'
  assert.deepEqual(read(fittingBody(event(call), link, (data) => data)), call)
  const large = event({ ...call, summary: 'é'.repeat(200_000) })
  assert.ok(fittingBody(large, link, (data) => data).length <= payloadSizeBytesMax)
  assert.deepEqual(read(fittingBody(large, link, (data) => data)), read(velaBody(large, link)).data)
})

test('vbot: exactly nine keys in the documented types', () => {
  const body = read(vbotBody(event(call), { customerId: 123, transcription: 'Hello.' }))
  assert.deepEqual(Object.keys(body), vbotKeys)
  assert.equal(body.called_number, '')
  assert.equal(body.keywords, 'refund, invoice')
  assert.equal(body.sentiment, 'negative')
  assert.equal(body.timestamp, '2025-03-01T08:02:03Z')
  assert.equal(body.customer_id, 123)
  const empty = { ...call, caller_number: null, sentiment: null, summary: null, keywords: [] }
  const bare = read(vbotBody(event(empty), { customerId: 1, transcription: null }))
  assert.deepEqual(Object.keys(bare), vbotKeys)
  for (const key of vbotKeys.slice(0, 8)) assert.equal(typeof bare[key], 'string', key)
  assert.ok(Number.isInteger(bare.customer_id))
  assert.ok(isVbotEvent('call.completed') && !isVbotEvent('call.failed') && !isVbotEvent('chat.completed'))
})

test('vbot: a huge transcription is cut at a whole character and says where the rest is', () => {
  for (const unit of ['a', 'é', '世', '😀', '"\\', '\u0001', 'a😀']) {
    const body = vbotBody(event(call), { customerId: 1, transcription: unit.repeat(400_000) })
    const { transcription } = read(body)
    assert.ok(body.length <= payloadSizeBytesMax, unit)
    assert.ok(body.length > payloadSizeBytesMax - 16, `room is used: ${body.length} for ${unit}`)
    assert.ok(transcription.endsWith('[Cut here. The whole transcript: /v1/conversations/1/transcript]'))
    assert.ok(transcription.isWellFormed())
  }
})

test('any text stays within the limit, and what fits arrives unchanged', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 3000 })
  fc.assert(
    fc.property(texts, texts, fc.integer({ min: 0, max: 400 }), (text, summary, times) => {
      const whole = text.repeat(times)
      const body = vbotBody(event({ ...call, summary }), { customerId: 1, transcription: whole })
      const shown = read(body)
      assert.ok(body.length <= payloadSizeBytesMax)
      assert.deepEqual(Object.keys(shown), vbotKeys)
      if (!shown.transcription.includes('[Cut here.')) assert.equal(shown.transcription, whole)
    }),
    { numRuns: 60 },
  )
})
