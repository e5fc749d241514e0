// What a submission amounts to, given what is known: something new, a newer version, or a duplicate. No queries.

import {
  type Agent,
  type Arrival,
  type Arrived,
  type ContentKey,
  type Known,
  placeWith,
  reservationIn,
  type Twin,
} from '../conversations/index.ts'
import type { Purse } from './allocation.ts'
import type { Settled } from './jobs/items.ts'
import type { Accepted, Submission } from './shapes.ts'

export type Decided = { submission: Submission; arrived: Arrived; accepted: Accepted }

export function agentWarnings({ arrival }: Submission, agent: Agent | null): string[] {
  if (!arrival.agent_given || agent) return []
  const said = Object.values(arrival.agent_given).join(', ')
  return [`No agent is known as ${said}: taken in without an agent. It is linked when that agent is created.`]
}

export function decide(
  submission: Submission,
  found: {
    agent: Agent | null
    /** Of the team that the sender named. */
    department: string | null
    warnings: string[]
    earlier: Known | undefined
    /** Of the same content, under another name or under none. */
    twin: Twin | undefined
    isSpent: boolean
    numbers: Pick<Arrived, 'seq' | 'queue_tag'>
  },
): Decided {
  const { arrival, kind } = submission
  const { earlier, twin } = found
  const isSame =
    found.isSpent || twin !== undefined || (earlier !== undefined && earlier.content_hash === arrival.content_hash)
  const outcome = isSame ? 'duplicate' : earlier ? 'new_version' : 'new'
  const arrived: Arrived = {
    ...arrival,
    id: (earlier ?? twin)?.id ?? arrival.id,
    agent_id: found.agent?.id ?? null,
    // What a conversation belongs to stays as it was when it came, wherever its agent goes later.
    ...placeWith({ team: arrival.team, department: arrival.department ?? found.department }, found.agent),
    warnings: twin ? [...found.warnings, twinWarning(twin.id)] : found.warnings,
    version: outcome === 'new_version' ? (earlier?.version ?? 0) + 1 : ((earlier ?? twin)?.version ?? 1),
    status: kind === 'ticket' ? 'awaiting_upload' : 'queued',
    reserved_units: null,
    reserved_month: null,
    ...found.numbers,
  }
  return { submission, arrived, accepted: { conversationId: arrived.id, outcome, warnings: arrived.warnings } }
}

const twinWarning = (id: string) =>
  `The same content was taken in before, as ${id}, and is not analysed again. Send allow_duplicate=true to have it so.`

/** What has just been decided in the same transaction is here, too. */
export function twinAmong(fresh: Decided[], submission: Submission): Twin | undefined {
  const key = contentKey(submission)
  if (!key) return undefined
  return fresh.find(({ submission: other, arrived }) => {
    // It is here, whatever its own sender allowed.
    const same = contentKey({ ...other, allowsDuplicate: false })
    const isSame = same && contentName(same) === contentName(key)
    return isSame && (key.external_id === null || arrived.external_id === null)
  })?.arrived
}

const contentName = ({ org_id, channel, content_hash }: ContentKey) => `${org_id} ${channel} ${content_hash}`

/**
 * Null: a ticket or an address, whose content is not known yet; a chat that goes by its own id, which may begin like
 * another; or the sender wants it taken in whatever is here.
 */
export function contentKey({ kind, arrival, recording, transcript, allowsDuplicate }: Submission): ContentKey | null {
  const { org_id, channel, content_hash, external_id } = arrival
  if (kind === 'ticket' || allowsDuplicate || !content_hash || !(recording || transcript)) return null
  if (channel === 'chat' && external_id !== null) return null
  return { org_id, channel, content_hash, external_id }
}

/** Of several versions in one transaction only the last is written: PostgreSQL updates a row once a statement. */
export const lastOfEach = (decided: Decided[]): Decided[] => [
  ...new Map(decided.map((one) => [`${one.arrived.org_id} ${one.arrived.id}`, one])).values(),
]

/** A chat that is sent again with more in it is one chat; a call that is sent again is worked on again. */
export function reserve(
  purse: Purse,
  { submission: { claim }, arrived }: Decided,
  earlier: Known | undefined,
): Error | null {
  if (earlier && earlier.channel === 'chat' && earlier.status !== 'failed') {
    arrived.reserved_units = earlier.reserved_units
    arrived.reserved_month = earlier.reserved_month
    return null
  }
  const drawn = purse.draw(claim)
  if (drawn instanceof Error) return drawn
  arrived.reserved_units = drawn?.units ?? null
  arrived.reserved_month = drawn?.month ?? null
  const held = earlier && reservationIn(earlier)
  if (held) purse.putBack(held)
  return null
}

/** A ticket was redeemed by a recording that turned out to be a newer version of a known call. */
export const isElsewhere = ({ submission: { kind, arrival }, arrived }: Decided) =>
  kind === 'redemption' && arrival.id !== arrived.id

/** A ticket was redeemed by a recording that is here already. */
export function promisedTwice({ submission, arrived, accepted }: Decided) {
  if (submission.kind !== 'redemption' || accepted.outcome !== 'duplicate') return []
  const { org_id, id } = submission.arrival
  if (id === arrived.id) return []
  const failure = { code: 'duplicate', reason: `The same recording is here as call ${arrived.id}.`, stage: null }
  return [{ org_id, id, seq: arrived.seq, failure }]
}

/** What became of an item of a bulk load; a ticket's waits on. */
export function settlement({ submission: { item, kind, arrival }, accepted }: Decided): Settled[] {
  if (!item || kind === 'ticket') return []
  const { conversationId: conversation_id, outcome, warnings } = accepted
  const state = outcome === 'duplicate' ? 'duplicate' : 'ok'
  return [{ ...item, orgId: arrival.org_id, state, conversation_id, code: null, reason: null, warnings }]
}

type Keyed = Pick<Arrival, 'org_id' | 'channel' | 'external_id'>

export const nameOf = (one: Keyed) => `${one.org_id} ${one.channel} ${one.external_id}`
