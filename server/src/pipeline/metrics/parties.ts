// Who spoke when: the sides A (agents) and C (customers) of a call and all speech together, from voice detector or words.
// What is then counted in those times is the business of the files beside it.

import type { ChannelCheck, Participant, Turn } from '../../conversations/shapes.ts'
import type { DecodedChannel } from '../audio/types.ts'
import { clip, type Interval, speechGapMs, unite } from './intervals.ts'

export type CallInput = {
  durationMs: number
  channelCheck: ChannelCheck
  channels: Pick<DecodedChannel, 'speech' | 'loudnessDbfsP50' | 'loudnessDbfsP95'>[]
  participants: Participant[]
  turns: Turn[]
  /** From telephony events or a detector; null = nobody looked, [] = there was none. */
  holds: Interval[] | null
}

export type Side = 'agent' | 'customer'

export type Party = { speech: Interval[]; turns: Turn[]; channelIndex: number | null }

export type Parties = {
  agent: Party | null
  customer: Party | null
  /** Where exactly two voices are told apart, whoever is who. */
  pair: [Party, Party] | null
  /** All speech on the recording, attributed or not. */
  everyone: Interval[]
  /** Why a side is null, for people. */
  reason: string
  /** Where the roles are an assumption: what figures that need them must tell. */
  assumption: string | null
}

export function partiesOf(input: CallInput): Parties {
  const isStereo = input.channelCheck === 'distinct'
  const within = (intervals: Interval[]) => clip(unite(intervals, speechGapMs), 0, input.durationMs)
  const detected = (channel: number | null): Interval[] => input.channels[channel ?? -1]?.speech ?? []
  const partyOf = (participants: Participant[]): Party => {
    const ids = new Set(participants.map(({ id }) => id))
    const turns = input.turns.filter(({ participant_id }) => ids.has(participant_id))
    const speech = participants.flatMap(({ id, channel_index }) => {
      const own = isStereo ? detected(channel_index) : []
      return own.length > 0 ? own : spokenTimes(turns.filter(({ participant_id }) => participant_id === id))
    })
    return { speech: within(speech), turns, channelIndex: participants[0]?.channel_index ?? null }
  }
  const withRole = (role: Side): Party | null => {
    const participants = input.participants.filter((participant) => participant.role === role)
    return participants.length > 0 ? partyOf(participants) : null
  }
  const [first, second, ...more] = input.participants
  const heard = detected(0)
  const each = input.participants.map((participant) => partyOf([participant]))
  return {
    agent: withRole('agent'),
    customer: withRole('customer'),
    pair: first && second && more.length === 0 ? [each[0] as Party, each[1] as Party] : null,
    everyone: !isStereo && heard.length > 0 ? within(heard) : within(each.flatMap(({ speech }) => speech)),
    reason: isStereo
      ? 'it is not known which channel is the agent'
      : 'the recording has one channel and it is not known who is the agent and who the customer',
    assumption: input.participants.some(({ role_source }) => role_source === 'default')
      ? "which channel is the agent is the organisation's default; the words do not tell"
      : null,
  }
}

/** Of words; a turn without words counts whole. */
const spokenTimes = (turns: Turn[]): Interval[] =>
  turns.flatMap(({ start_ms, end_ms, words }) =>
    words.length > 0 ? words.map(({ s, e }) => ({ startMs: s, endMs: e })) : [{ startMs: start_ms, endMs: end_ms }],
  )
