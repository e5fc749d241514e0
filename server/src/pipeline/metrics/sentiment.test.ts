import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role, Turn } from '../../conversations/shapes.ts'
import { measureSentiment, trendClass } from './sentiment.ts'

const turn = (role: Role, startS: number, endS: number, score: number | null): Turn => ({
  ...{ id: 't', index: startS, participant_id: role, role, start_ms: startS * 1000, end_ms: endS * 1000, text: 'x' },
  ...{ language: null, language_confidence: null, confidence: null, words: [] },
  sentiment:
    score === null
      ? null
      : { score, label: score < -0.25 ? 'negative' : score > 0.25 ? 'positive' : 'neutral', confidence: 1 },
})
const customers = (...scores: (number | null)[]) =>
  scores.map((score, i) => turn('customer', i * 10, i * 10 + 10, score))
const measure = (turns: Turn[], durationS: number) => measureSentiment({ turns, durationMs: durationS * 1000 })

test('long turns weigh more; quarters take their part of a turn', () => {
  const metrics = measure([turn('customer', 0, 30, 1), turn('customer', 30, 40, -1), turn('agent', 40, 41, 0.2)], 40)
  const shown = [
    'sentiment_customer',
    'sentiment_q1',
    'sentiment_q3',
    'sentiment_q4',
    'sentiment_agent',
    'negative_turn_ratio',
  ]
  assert.deepEqual(
    shown.map((id) => metrics[id]?.value),
    [0.5, 1, 1, -1, 0.2, 50],
  )
  assert.equal(measure([turn('customer', 5, 15, 1), turn('customer', 15, 20, -1)], 40).sentiment_q2?.value, 0)
})

test('trend, its class and recovery need enough turns', () => {
  const up = measure(customers(-0.8, -0.4, 0, 0, 0, 0.4, 0.6, 0.8), 80)
  assert.deepEqual(
    ['sentiment_start', 'sentiment_end', 'sentiment_trend', 'sentiment_trend_class', 'sentiment_recovery'].map(
      (id) => up[id]?.value,
    ),
    [-0.6, 0.7, 1.3, 'improving', true],
  )
  const five = measure(customers(0, 0, 0, 0, 0), 50)
  assert.deepEqual([five.sentiment_trend?.value, five.sentiment_trend_class?.value], [0, null])
  assert.equal(measure(customers(1, 1), 20).sentiment_trend?.value, null)
  assert.deepEqual([-0.5, -0.49, -0.2, -0.19, 0.19, 0.2, 0.49, 0.5].map(trendClass), [
    'declining',
    'slightly_declining',
    'slightly_declining',
    'no_change',
    'no_change',
    'slightly_improving',
    'slightly_improving',
    'improving',
  ])
  assert.equal(
    measure(customers(0.1, 0.1, 0, 0, 0, 0, 0.3, 0.3), 80).sentiment_trend_class?.value,
    'slightly_improving',
  )
})

test('chats: messages without length weigh the same, the last one belongs to the last quarter', () => {
  const metrics = measure([turn('customer', 0, 0, -1), turn('customer', 10, 10, 0), turn('customer', 100, 100, 1)], 100)
  assert.deepEqual(
    ['sentiment_customer', 'sentiment_q1', 'sentiment_q2', 'sentiment_q4'].map((id) => metrics[id]?.value),
    [0, -0.5, null, 1],
  )
  assert.equal(measure([turn('customer', 0, 0, 1)], 0).sentiment_q1?.value, null)
})

test('null without roles or scores, partial where a turn has none', () => {
  const unknown = measure([turn('unknown', 0, 10, 1)], 10)
  assert.ok(Object.values(unknown).every(({ value, reason }) => value === null && (reason ?? '').length > 10))
  assert.equal(measure(customers(null, null), 20).negative_turn_ratio?.value, null)
  const some = measure(customers(0.5, null), 20)
  assert.deepEqual([some.sentiment_customer?.value, some.sentiment_customer?.status], [0.5, 'partial'])
  assert.deepEqual(Object.keys(unknown).sort(), Object.keys(some).sort())
})
