// What passes through the way in: a submission from a door, the answer to it, and what comes after. Types alone.

import type { Idempotency } from '../access/index.ts'
import type { AgentGiven, Arrival, NewRecording, NewTranscript } from '../conversations/index.ts'
import type { Tx } from '../platform/db/db.ts'
import type { Answer, Reach } from '../platform/http/route.ts'
import type { Asked } from './allocation.ts'
import type { ItemPlace } from './jobs/shapes.ts'

/** Something at a door, ready to be taken in. */
export type Submission = {
  actor: string
  /** Whose conversations the sender has access to. */
  reach: Reach
  requestId: string
  /**
   * A `ticket` is a promise of a recording: kept and shown, but nothing is told of it yet. `redemption` is the recording
   * that was promised, under the ticket's id; it counts once.
   */
  kind: 'ticket' | 'redemption' | 'conversation'
  arrival: Omit<Arrival, 'agent_id'> & { agent_given: AgentGiven | null }
  createsAgents: boolean
  /** Take in again what is here already under another name, or under none. */
  allowsDuplicate: boolean
  /** Of a bulk load: the outcome is written there. What does not wait there any more is not taken in. */
  item: ItemPlace | null
  recording: Omit<NewRecording, 'org_id' | 'conversation_id'> | null
  transcript: Pick<NewTranscript, 'participants' | 'turns'> | null
  /** Fetch the recording from here before anything else. */
  fetchUrl: string | null
  idempotency: Idempotency | null
  /** What it asks of its organisation's allocation; null without a limit, and for a ticket, which only promises. */
  claim: Asked | null
  answer(accepted: Accepted): Answer
  /** What else is written by the transaction that takes it in. */
  also?(tx: Tx, accepted: Accepted): Promise<void>
}

export type Accepted = {
  conversationId: string
  outcome: 'new' | 'new_version' | 'duplicate'
  warnings: string[]
}

/** What comes after acceptance: given by the composition root, since the pipeline is above this floor. */
export type NextStep = (
  tx: Tx,
  conversations: {
    orgId: string
    conversationId: string
    channel: Arrival['channel']
    version: number
    tag: number
    fetchUrl: string | null
    allowsDuplicate: boolean
  }[],
) => Promise<void>

export type Accept = (submission: Submission) => Promise<Answer>
