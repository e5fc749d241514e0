// Figures of a chat that need only who wrote when.

import type { Metrics, Role, Turn } from '../../conversations/shapes.ts'
import { limited, mean, measured, measuredOr, missing, percentile } from './metric.ts'
import { answerGapsMs, inOrder, runsOf } from './runs.ts'
import { measureLanguageMix } from './transcript-quality.ts'

/** Turns of one chat; only those with `at` have a known time, `start_ms` is then ms since the first message. */
export type ChatInput = { turns: Turn[] }

/**
 * Metrics by id (see formulas.ts). Human agents answer in `first_response_time`, `avg_response_time` and
 * `response_latency_*`; agents and bots in `vela_response_time`. Messages without a time are left out of times, and the
 * figures are then `partial`; without any time they are null.
 */
export function measureChat({ turns }: ChatInput): Metrics {
  const timed = inOrder(turns.filter(({ at }) => at !== undefined))
  const times = timed.length > 0 ? measureTimes(timed) : missing(noTimes, ...timeIds)
  const untimed = turns.length - timed.length
  return {
    ...(untimed > 0 && timed.length > 0
      ? limited(times, `${untimed} of ${turns.length} messages carry no time`)
      : times),
    ...(turns.length > 0
      ? measured('turn_count', runsOf(turns).length)
      : missing('there are no messages', 'turn_count')),
    ...measureLanguageMix(turns),
  }
}

const noTimes = 'the messages carry no times'
const timeIds = [
  'duration',
  'first_response_time',
  'avg_response_time',
  'vela_response_time',
  'response_latency_p50',
  'response_latency_p90',
] as const

function measureTimes(timed: Turn[]): Metrics {
  const noAgent = 'no human agent answers a customer'
  const answers = answerWaitsMs(timed, ['agent']).map((ms) => ms / 1000)
  const latencies = answerGapsMs(runsOf(timed.map(asPoint)), 'customer', ['agent']).map((ms) => ms / 1000)
  const vela = velaWaitsMs(timed).map((ms) => ms / 1000)
  const [first, last] = [timed[0] as Turn, timed.at(-1) as Turn]
  return {
    ...measured('duration', (last.start_ms - first.start_ms) / 1000),
    ...measuredOr('first_response_time', answers[0] ?? null, noAgent),
    ...measuredOr('avg_response_time', mean(answers), noAgent),
    ...measuredOr('vela_response_time', mean(vela), 'no agent or bot answers a customer'),
    ...measuredOr('response_latency_p50', percentile(latencies, 50), noAgent),
    ...measuredOr('response_latency_p90', percentile(latencies, 90), noAgent),
  }
}

const asPoint = (turn: Turn): Turn => ({ ...turn, end_ms: turn.start_ms })

/** Per answer: from the first customer message that nobody of `answerers` had answered yet. */
function answerWaitsMs(turns: Turn[], answerers: Role[]): number[] {
  const waits: number[] = []
  let askedMs: number | null = null
  for (const { role, start_ms } of turns) {
    if (role === 'customer') askedMs ??= start_ms
    else if (askedMs !== null && answerers.includes(role)) {
      waits.push(start_ms - askedMs)
      askedMs = null
    }
  }
  return waits
}

/** Vela: each customer message, also one of several in a row, to the next message of an agent or a bot. */
function velaWaitsMs(turns: Turn[]): number[] {
  const waits: number[] = []
  let askedMs: number[] = []
  for (const { role, start_ms } of turns) {
    if (role === 'customer') askedMs.push(start_ms)
    else if (role === 'agent' || role === 'bot') {
      waits.push(...askedMs.map((ms) => start_ms - ms))
      askedMs = []
    }
  }
  return waits
}
