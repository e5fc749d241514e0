import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role, Turn } from '../../conversations/shapes.ts'
import { measureChat } from './chat.ts'

const startMs = Date.UTC(2026, 0, 5, 9)

/** Messages as [seconds since the first, role]; null = no time was sent. */
const chat = (...messages: [number | null, Role][]): Turn[] =>
  messages.map(([s, role], index) => ({
    ...{ id: `t${index + 1}`, index, participant_id: role, role, text: 'x', language: null, language_confidence: null },
    ...{ start_ms: (s ?? 0) * 1000, end_ms: (s ?? 0) * 1000, confidence: null, sentiment: null, words: [] },
    ...(s === null ? {} : { at: new Date(startMs + s * 1000).toISOString() }),
  }))

const values = (turns: Turn[], ...ids: string[]) => ids.map((id) => measureChat({ turns })[id]?.value)
const times = ['first_response_time', 'avg_response_time', 'vela_response_time'] as const

test('human answers and answers of anybody are told apart', () => {
  const turns = chat(
    [0, 'customer'],
    [5, 'bot'],
    [30, 'customer'],
    [60, 'agent'],
    [70, 'customer'],
    [80, 'customer'],
    [100, 'agent'],
  )
  // Human: 0 -> 60 and 70 -> 100. Vela: 5, 30, 30, 20. Latency: 30 -> 60, 80 -> 100.
  assert.deepEqual(values(turns, ...times), [60, 45, 21.25])
  assert.deepEqual(
    values(turns, 'response_latency_p50', 'response_latency_p90', 'duration', 'turn_count'),
    [25, 29, 100, 6],
  )
})

test('the isiZulu chat of the published example: a bot answers within the same minute', () => {
  const turns = chat([0, 'customer'], [0, 'bot'], [60, 'bot'], [120, 'customer'])
  assert.deepEqual(values(turns, ...times), [null, null, 0])
  assert.match(measureChat({ turns }).first_response_time?.reason ?? '', /no human agent/)
})

test('null where nobody answers, nothing was written or no time was sent; partial where some are missing', () => {
  assert.deepEqual(values(chat([0, 'agent'], [9, 'customer']), ...times), [null, null, null])
  assert.deepEqual(values([], 'duration', 'turn_count', ...times), [null, null, null, null, null])
  const untimed = measureChat({ turns: chat([null, 'customer'], [null, 'agent']) })
  assert.deepEqual(
    [untimed.duration?.value, untimed.first_response_time?.value, untimed.turn_count?.value],
    [null, null, 2],
  )
  const some = measureChat({ turns: chat([0, 'customer'], [null, 'customer'], [8, 'agent']) })
  assert.deepEqual([some.first_response_time?.value, some.first_response_time?.status], [8, 'partial'])
})

test('messages out of order are read by their times', () => {
  assert.deepEqual(values(chat([60, 'agent'], [0, 'customer']), ...times), [60, 60, 60])
})
