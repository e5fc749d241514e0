// Where on a recording the figures come from: the spans that silence, dead air, holds, overtalk and interruptions were
// counted in, by the same definitions (docs/metrics.md).

import { interruptionsOf } from './interruptions.ts'
import type { Interval } from './intervals.ts'
import { type CallInput, partiesOf, type Side } from './parties.ts'
import { gapsOf } from './silence.ts'
import { overtalkOf } from './talk.ts'

export type SpanKind = 'speech' | 'silence' | 'dead_air' | 'hold' | 'overtalk' | 'interruption'

export type Span = {
  kind: SpanKind
  start_ms: number
  end_ms: number
  /** Of the speaker: 0 = left; null where the span belongs to nobody, or the voices share a channel. */
  channel_index: number | null
  participant_id: string | null
  turn_ids: string[]
}

export type Spans = { spans: Span[]; missing: Partial<Record<SpanKind, string>> }

/** In order of time. `missing`: why there are none of a kind, where nobody can know. */
export function spansOf(given: CallInput): Spans {
  const durationMs = Number.isFinite(given.durationMs) ? Math.max(0, given.durationMs) : 0
  const parties = partiesOf({ ...given, durationMs })
  const { held, silence, deadAir } = gapsOf(parties.everyone, given.holds, durationMs)
  const both = overtalkOf(parties)
  const { agent, customer } = parties
  const cuts =
    agent && customer
      ? [...interruptionsOf(agent.turns, customer.turns), ...interruptionsOf(customer.turns, agent.turns)]
      : null
  const nobody = { channel_index: null, participant_id: null, turn_ids: [] }
  const plain = (kind: SpanKind, intervals: Interval[]): Span[] =>
    intervals.map(({ startMs, endMs }) => ({ kind, start_ms: startMs, end_ms: endMs, ...nobody }))
  const channelOf = new Map(given.participants.map(({ id, channel_index }) => [id, channel_index]))
  const speech = given.participants.flatMap((participant) => {
    // As one side of its own, whatever its role.
    const own = { ...participant, role: 'agent' as Side }
    const times = partiesOf({ ...given, durationMs, participants: [own] }).agent?.speech ?? []
    return plain('speech', times).map((span) => ({
      ...span,
      participant_id: participant.id,
      channel_index: participant.channel_index,
    }))
  })
  const interruptions = (cuts ?? []).map(
    (turn): Span => ({
      kind: 'interruption',
      start_ms: turn.start_ms,
      end_ms: turn.end_ms,
      participant_id: turn.participant_id,
      channel_index: channelOf.get(turn.participant_id) ?? null,
      turn_ids: [turn.id],
    }),
  )
  const spans = [
    ...speech,
    ...plain('silence', silence),
    ...plain('dead_air', deadAir),
    ...plain('hold', held),
    ...plain('overtalk', both ?? []),
    ...interruptions,
  ].sort((a, b) => a.start_ms - b.start_ms || a.end_ms - b.end_ms)
  return {
    spans,
    missing: {
      ...(given.holds === null ? { hold: 'it is not known when the call was on hold' } : {}),
      ...(both ? {} : { overtalk: 'the speakers are not told apart' }),
      ...(cuts ? {} : { interruption: parties.reason }),
    },
  }
}
