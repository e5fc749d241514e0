// Figures of calls as the hosted service's clients ask for them: `GET /v1/analytics/calls`. It promises no shape; this one
// keeps the names that its other answers have.

import type { Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Aggregate } from './aggregate.ts'
import { answerQuestion } from './answer.ts'
import { aggregates } from './catalogue.ts'
import type { Selection } from './question.ts'

const ids = [
  'calls',
  'completed',
  'failed',
  'duration',
  'duration_total',
  'aht',
  'silence_ratio',
  'talk_to_listen_ratio',
  'sentiment_positive_share',
  'sentiment_neutral_share',
  'sentiment_negative_share',
  'sentiment_customer',
] as const

export const metricsNamed = (names: readonly string[]): Aggregate[] =>
  names.flatMap((name) => aggregates.get(name) ?? [])

export async function readCalls(db: Db, by: Viewer, selection: Selection) {
  const question = { ...selection, metrics: metricsNamed(ids), compares: false }
  const whole = await answerQuestion(db, by, { ...question, groups: [] })
  const { period, filters, as_of_seq, is_behind, as_of } = whole
  const daily = await answerQuestion(db, by, { ...question, groups: ['day'] }, { as_of_seq, is_behind, as_of })
  const figures = whole.rows[0]?.metrics ?? {}
  const value = (id: (typeof ids)[number]) => figures[id]?.value ?? null
  const days = daily.rows.filter((row) => (row.metrics.calls?.value ?? 0) > 0)
  const trend = (id: (typeof ids)[number]) => days.map((row) => row.metrics[id]?.value ?? null)
  return {
    total_calls: value('calls') ?? 0,
    completed_calls: value('completed') ?? 0,
    failed_calls: value('failed') ?? 0,
    average_duration: value('duration'),
    total_duration: value('duration_total'),
    average_handle_time: value('aht'),
    silence_ratio: value('silence_ratio'),
    talk_to_listen_ratio: value('talk_to_listen_ratio'),
    sentiment: {
      positive: value('sentiment_positive_share'),
      neutral: value('sentiment_neutral_share'),
      negative: value('sentiment_negative_share'),
    },
    average_sentiment: value('sentiment_customer'),
    trends: {
      volume_trend: trend('calls').map((n) => n ?? 0),
      volume_dates: days.map((row) => row.group.day),
      duration_trend: trend('duration'),
      sentiment_trend: trend('sentiment_customer'),
    },
    figures,
    period,
    filters,
    as_of_seq,
    is_behind,
    as_of,
  }
}
