// How an agent or a team stands against the others: rank, strengths and weaknesses by metric, each with how many
// conversations say so.

import type { Aggregate } from '../metrics/aggregate.ts'
import type { Compared } from '../metrics/answer.ts'
import { aggregates } from '../metrics/catalogue.ts'

export type Figures = Record<string, Compared>

/** What somebody is compared in; of the others, neither more nor less is better. */
const comparedIn = [
  'aht',
  'silence_ratio',
  'dead_air_ratio',
  'hold_time',
  'overtalk_ratio',
  'interruption_rate_agent',
  'first_response_time',
  'avg_response_time',
  'sentiment_customer',
  'sentiment_trend',
  'negative_turn_ratio',
] as const

/** Every figure of the lists and pages of performance. */
export const performanceMetrics: readonly Aggregate[] = [
  'conversations',
  'calls',
  'chats',
  'completed',
  'duration',
  'talk_to_listen_ratio',
  'satisfaction_estimated',
  'sentiment_positive_share',
  'sentiment_neutral_share',
  'sentiment_negative_share',
  ...comparedIn,
].flatMap((id) => aggregates.get(id) ?? [])

export type Difference = {
  metric: string
  name: string
  unit: string
  value: number
  /** Of all that it is compared with. */
  others: number
  /** In per cent of the others' value; of scores, in per cent of the scale. Above 0 is better. */
  better_by: number
  n: number
  others_n: number
}

/** Fewer conversations say little. */
const saidByMin = 5
const rankedMin = 20
const worthMentioning = 5
const shownMax = 3

export function differences(mine: Figures, others: Figures): { strengths: Difference[]; weaknesses: Difference[] } {
  const all = comparedIn.flatMap((id) => {
    const [metric, own, theirs] = [aggregates.get(id), mine[id], others[id]]
    if (!metric || !own || !theirs || own.value === null || theirs.value === null) return []
    if (own.n < saidByMin || theirs.n < saidByMin || metric.better === null) return []
    const isScore = metric.unit.startsWith('-')
    const scale = isScore ? Number(metric.unit.split('..')[1]) * 2 : Math.abs(theirs.value)
    if (scale === 0) return []
    const more = ((own.value - theirs.value) / scale) * 100
    return [
      {
        metric: id,
        name: metric.name,
        unit: metric.unit,
        value: own.value,
        others: theirs.value,
        better_by: metric.better === 'more' ? more : -more,
        n: own.n,
        others_n: theirs.n,
      },
    ]
  })
  const sorted = all.sort((a, b) => b.better_by - a.better_by)
  return {
    strengths: sorted.filter((one) => one.better_by >= worthMentioning).slice(0, shownMax),
    weaknesses: sorted
      .filter((one) => one.better_by <= -worthMentioning)
      .reverse()
      .slice(0, shownMax),
  }
}

/** By their place in the list: 1 for the best; null for those of whom too few conversations are known. Equals share a rank. */
export function ranks(rows: readonly Figures[], metric: Aggregate): (number | null)[] {
  const figureIn = (row: Figures): number | null => {
    const figure = row[metric.id]
    return figure && figure.n >= rankedMin ? figure.value : null
  }
  const isBetter = (a: number, b: number) => (metric.better === 'less' ? a < b : a > b)
  const values = rows.map(figureIn)
  return values.map((value) =>
    value === null ? null : 1 + values.filter((other) => other !== null && isBetter(other, value)).length,
  )
}
