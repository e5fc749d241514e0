// One side cutting in on the other, by the vocabulary's definition with its four limits.

import type { Metrics, Turn } from '../../conversations/shapes.ts'
import { isBackchannelWord } from '../turns/backchannels.ts'
import { wordsOfTurn } from '../turns/spoken-words.ts'
import { measured, measuredOr, missing } from './metric.ts'
import type { Parties, Side } from './parties.ts'
import { inOrder } from './runs.ts'

const spokenBeforeMinMs = 1_000
const overlapMinMs = 500
const yieldsWithinMs = 1_500
const wordsMoreThan = 2

/** Turns of `by` that cut in on a turn of `on`, in order of time. */
export function interruptionsOf(by: Turn[], on: Turn[]): Turn[] {
  const ends = on.toSorted((a, b) => a.end_ms - b.end_ms)
  let first = 0
  return inOrder(by).filter((turn) => {
    while (first < ends.length && (ends[first] as Turn).end_ms < turn.start_ms + overlapMinMs) first++
    let isCutIn = false
    for (let i = first; (ends[i]?.end_ms ?? Number.POSITIVE_INFINITY) <= turn.start_ms + yieldsWithinMs; i++) {
      isCutIn ||= turn.start_ms - (ends[i] as Turn).start_ms >= spokenBeforeMinMs
    }
    return isCutIn && turn.end_ms - turn.start_ms >= overlapMinMs && contentWords(turn) > wordsMoreThan
  })
}

const contentWords = (turn: Turn): number => wordsOfTurn(turn).filter((word) => !isBackchannelWord(word)).length

export function measureInterruptions({ agent, customer, reason }: Parties, durationMs: number): Metrics {
  if (!agent || !customer) {
    return missing(
      reason,
      ...(['interruption_count_agent', 'interruption_count_customer'] as const),
      ...(['interruption_rate_agent', 'interruption_rate_customer'] as const),
    )
  }
  const of = (side: Side, by: Turn[], on: Turn[]): Metrics => {
    if (by.length + on.length === 0) {
      return missing('no words were recognised', `interruption_count_${side}`, `interruption_rate_${side}`)
    }
    const count = interruptionsOf(by, on).length
    return {
      ...measured(`interruption_count_${side}`, count),
      ...measuredOr(`interruption_rate_${side}`, count / (durationMs / 600_000), 'the recording is empty'),
    }
  }
  return { ...of('agent', agent.turns, customer.turns), ...of('customer', customer.turns, agent.turns) }
}
