// From the sentiment of turns to that of parties, of quarters and its trend. Scoring turns is the language engine's work.

import type { Metrics, Turn } from '../../conversations/shapes.ts'
import type { MetricId } from './formulas.ts'
import { limited, measured, measuredOr, missing } from './metric.ts'
import { inOrder } from './runs.ts'

/** `durationMs`: D, from start to end of the recording, or from first to last message. */
export type SentimentInput = { turns: Turn[]; durationMs: number }

type Scored = Turn & { sentiment: NonNullable<Turn['sentiment']> }

const turnsMin = 3
const trendClassTurnsMin = 6

/**
 * Metrics by id (see formulas.ts), each score in [-1, 1]. Null where a side has no role or no scored turn; `partial` where
 * some of its turns have no score (a language without a model, say).
 */
export function measureSentiment({ turns, durationMs }: SentimentInput): Metrics {
  const agent = inOrder(turns.filter(({ role }) => role === 'agent'))
  const customer = inOrder(turns.filter(({ role }) => role === 'customer'))
  const scored = customer.filter(isScored)
  return {
    ...told(agent, 'agent', () => measuredOr('sentiment_agent', average(agent.filter(isScored)), ''), [
      'sentiment_agent',
    ]),
    ...told(
      customer,
      'customer',
      () => ({
        ...measuredOr('sentiment_customer', average(scored), ''),
        ...measureQuarters(scored, durationMs),
        ...measureTrend(scored),
        ...measured('negative_turn_ratio', (scored.filter(isNegative).length / scored.length) * 100),
        ...measured('negative_turn_count', scored.filter(isNegative).length),
        ...measured('scored_turn_count', scored.length),
      }),
      customerIds,
    ),
  }
}

const quarterIds = ['sentiment_q1', 'sentiment_q2', 'sentiment_q3', 'sentiment_q4'] as const
const trendIds = ['sentiment_start', 'sentiment_end', 'sentiment_trend', 'sentiment_recovery'] as const
const customerIds: MetricId[] = [
  'sentiment_customer',
  ...quarterIds,
  ...trendIds,
  'sentiment_trend_class',
  'negative_turn_ratio',
  'negative_turn_count',
  'scored_turn_count',
]

const isScored = (turn: Turn): turn is Scored => turn.sentiment !== null && Number.isFinite(turn.sentiment.score)
const isNegative = ({ sentiment }: Scored): boolean => sentiment.label === 'negative'

/** Turns without length (chats) weigh the same. */
const lengthOf = ({ start_ms, end_ms }: Turn): number => Math.max(1, end_ms - start_ms)

function average(turns: Scored[], weigh: (turn: Turn) => number = lengthOf): number | null {
  const total = turns.reduce((sum, turn) => sum + weigh(turn), 0)
  return total > 0 ? turns.reduce((sum, turn) => sum + turn.sentiment.score * weigh(turn), 0) / total : null
}

/** `measure` only where the side has scored turns; its figures are partial where not all of them are. */
function told(turns: Turn[], side: string, measure: () => Metrics, ids: MetricId[]): Metrics {
  const scored = turns.filter(isScored).length
  if (turns.length === 0) return missing(`no turn is known to be of the ${side}`, ...ids)
  if (scored === 0) return missing(`no turn of the ${side} has a sentiment`, ...ids)
  const metrics = measure()
  return scored === turns.length
    ? metrics
    : limited(metrics, `${scored} of ${turns.length} turns of the ${side} have a sentiment`)
}

function measureQuarters(turns: Scored[], durationMs: number): Metrics {
  if (!(durationMs > 0)) return missing('the conversation has no length', ...quarterIds)
  const quarters = quarterIds.map((id, quarter) => {
    const [startMs, endMs] = [(quarter * durationMs) / 4, ((quarter + 1) * durationMs) / 4]
    // A message is a point; the last one lies on the end of the last quarter.
    const holds = (ms: number): boolean => ms >= startMs && (ms < endMs || (quarter === 3 && ms <= endMs))
    const within = ({ start_ms, end_ms }: Turn): number =>
      end_ms > start_ms ? Math.max(0, Math.min(end_ms, endMs) - Math.max(start_ms, startMs)) : Number(holds(start_ms))
    return measuredOr(id, average(turns, within), 'the customer has no turn with a sentiment in this quarter')
  })
  return Object.assign({}, ...quarters)
}

function measureTrend(turns: Scored[]): Metrics {
  if (turns.length < turnsMin) {
    return missing(`fewer than ${turnsMin} customer turns have a sentiment`, ...trendIds, 'sentiment_trend_class')
  }
  const count = Math.ceil(turns.length / 4)
  const start = average(turns.slice(0, count)) as number
  const end = average(turns.slice(-count)) as number
  // Six decimals, so that 0.3 - 0.1 meets the cut-off 0.2.
  const trend = Math.round((end - start) * 1e6) / 1e6
  return {
    ...measured('sentiment_start', start),
    ...measured('sentiment_end', end),
    ...measured('sentiment_trend', trend),
    ...measured('sentiment_recovery', start < -0.25 && end > 0),
    ...(turns.length < trendClassTurnsMin
      ? missing(`not calculated: fewer than ${trendClassTurnsMin} customer turns`, 'sentiment_trend_class')
      : measured('sentiment_trend_class', trendClass(trend))),
  }
}

export function trendClass(trend: number): string {
  if (trend <= -0.5) return 'declining'
  if (trend <= -0.2) return 'slightly_declining'
  if (trend < 0.2) return 'no_change'
  if (trend < 0.5) return 'slightly_improving'
  return 'improving'
}
