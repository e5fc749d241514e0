// The one way in. Whatever the door, what has arrived becomes a conversation here: one transaction writes the
// conversation, its event, its audit row and its job, and the caller answers after the commit.

import {
  type AuditHeads,
  departmentsOf,
  freeKeys,
  type Idempotency,
  lockAudit,
  recallAnswers,
  storeAnswers,
  writeAudit,
} from '../access/index.ts'
import {
  type Agent,
  type AgentGiven,
  type Arrival,
  type Arrived,
  arrivalEvent,
  createAgent,
  dropTickets,
  findAwaiting,
  findByExternalIds,
  type Known,
  linkEarlier,
  type NewRecording,
  type NewTranscript,
  putArrivals,
  putRecordings,
  putTranscripts,
  reservationIn,
  resolveAgents,
} from '../conversations/index.ts'
import { emit, takeSequence } from '../events/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { groupCommit } from '../platform/db/group-commit.ts'
import { inTurn, together } from '../platform/db/together.ts'
import type { Answer, Reach } from '../platform/http/route.ts'
import { type Asked, openPurse, type Purse } from './allocation.ts'
import { takeTags } from './fair-queue.ts'
import { requireWithinReach } from './within-reach.ts'

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
  recording: Omit<NewRecording, 'org_id' | 'conversation_id'> | null
  transcript: Pick<NewTranscript, 'participants' | 'turns'> | null
  /** Fetch the recording from here before anything else. */
  fetchUrl: string | null
  idempotency: Idempotency | null
  /** What it asks of its organisation's allocation; null without a limit, and for a ticket, which only promises. */
  claim: Asked | null
  answer(accepted: Accepted): Answer
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
  }[],
) => Promise<void>

export type Accept = (submission: Submission) => Promise<Answer>

/**
 * @throws Problem('conflict') when the submission's Idempotency-Key was used with other content,
 *   Problem('forbidden', 'beyond_reach') as requireWithinReach does,
 *   Problem('invalid', 'allocation_exceeded') when nothing is left of the allocation
 */
export function accepting({ db, next }: { db: Db; next: NextStep }): Accept {
  const take = groupCommit<Submission, Answer>(
    db,
    ({ arrival }) => arrival.org_id,
    (tx, submissions) => acceptAll(tx, submissions, next),
  )
  return async (submission) => {
    await requireWithinReach(db, submission)
    return take(submission)
  }
}

type Decided = { submission: Submission; arrived: Arrived; accepted: Accepted }

async function acceptAll(tx: Tx, submissions: Submission[], next: NextStep): Promise<(Answer | Error)[]> {
  const results: (Answer | Error | null)[] = await recallAnswers(
    tx,
    submissions.map(({ idempotency }) => idempotency),
  )
  const open = submissions.filter((_, index) => results[index] === null)
  const redeemed = open
    .filter(({ kind }) => kind === 'redemption')
    .map(({ arrival: { org_id, id } }) => ({ org_id, id }))
  const named = open.map(({ arrival }) => namedAgent(arrival))
  // Tags first: until the commit, whoever takes in for the same organisation waits there, and then finds what this one
  // wrote. Sequence and audit last, as whoever changes a conversation locks it before them. A duplicate uses none.
  const [tags, earlier, awaiting, agents, departments, seqs, purse, audit] = await together(
    takeTags(
      tx,
      open.map(({ arrival: { org_id: orgId, channel } }) => ({ orgId, channel })),
    ),
    findByExternalIds(tx, open.flatMap(naturalKey)),
    findAwaiting(tx, redeemed),
    resolveAgents(tx, named),
    departmentsOf(
      tx,
      open.map(({ arrival: { org_id: orgId, team, department } }) => ({ orgId, team: department ? null : team })),
    ),
    takeSequence(
      tx,
      open.map(({ arrival }) => arrival.org_id),
    ),
    openPurse(
      tx,
      open.map(({ claim }) => claim),
    ),
    lockAudit(
      tx,
      open.map(({ arrival }) => arrival.org_id),
    ),
  )
  const known = new Map(earlier.map((one) => [nameOf(one), one]))
  const fresh: Decided[] = []
  const answers = new Map<Submission, Answer | Error>()
  const newAgents: Agent[] = []
  for (const [index, submission] of open.entries()) {
    const agent = agents[index] ?? null
    const agentId = agent?.id ?? (await madeAgent(tx, submission, newAgents))
    const warnings = [...submission.arrival.warnings, ...agentWarnings(submission, agentId)]
    const earlier = submission.arrival.external_id ? known.get(nameOf(submission.arrival)) : undefined
    const isSpent = submission.kind === 'redemption' && !awaiting.delete(submission.arrival.id)
    const numbers = { seq: seqs[index] as number, queue_tag: tags[index] as number }
    const decided = decide(submission, {
      agent,
      agentId,
      department: departments[index] ?? null,
      warnings,
      earlier,
      isSpent,
      numbers,
    })
    if (decided.accepted.outcome !== 'duplicate') {
      const refusal = reserve(purse, decided, earlier)
      if (refusal) {
        answers.set(submission, refusal)
        continue
      }
      fresh.push(decided)
      known.set(nameOf(decided.arrived), decided.arrived as Known)
    }
    answers.set(submission, submission.answer(decided.accepted))
  }
  await purse.close()
  await dropTickets(
    tx,
    fresh.filter(isElsewhere).map(({ submission: { arrival } }) => arrival),
  )
  await write(tx, lastOfEach(fresh), audit, next)
  for (const agents of Map.groupBy(newAgents, ({ org_id }) => org_id).values()) await linkEarlier(tx, agents)
  const keyed = open.flatMap((one) =>
    one.idempotency ? [{ key: one.idempotency, answer: answers.get(one) as Answer | Error }] : [],
  )
  await storeAnswers(
    tx,
    keyed.flatMap(({ key, answer }) => (answer instanceof Error ? [] : [{ key, answer }])),
  )
  // What was refused may be sent again under its key.
  await freeKeys(
    tx,
    keyed.flatMap(({ key, answer }) => (answer instanceof Error ? [key] : [])),
  )
  return submissions.map((submission, index) => results[index] ?? (answers.get(submission) as Answer | Error))
}

/** A chat that is sent again with more in it is one chat; a call that is sent again is worked on again. */
function reserve(purse: Purse, { submission: { claim }, arrived }: Decided, earlier: Known | undefined): Error | null {
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
const isElsewhere = ({ submission: { kind, arrival }, arrived }: Decided) =>
  kind === 'redemption' && arrival.id !== arrived.id

const naturalKey = ({ arrival: { org_id, channel, external_id } }: Submission) =>
  external_id ? [{ org_id, channel, external_id }] : []

type Keyed = Pick<Arrival, 'org_id' | 'channel' | 'external_id'>

const nameOf = (one: Keyed) => `${one.org_id} ${one.channel} ${one.external_id}`

const namedAgent = (arrival: Submission['arrival']) =>
  arrival.agent_given ? { orgId: arrival.org_id, agent: arrival.agent_given } : null

async function madeAgent(tx: Tx, { arrival, createsAgents }: Submission, newAgents: Agent[]): Promise<string | null> {
  const given = arrival.agent_given
  if (!createsAgents || !given) return null
  const find = async () => (await resolveAgents(tx, [{ orgId: arrival.org_id, agent: given }]))[0]?.id ?? null
  const existing = await find()
  if (existing) return existing
  const { team, department } = arrival
  const made = await createAgent(tx, arrival.org_id, {
    name: given.name ?? given.email ?? given.id ?? null,
    email: given.email ?? null,
    external_id: given.id ?? null,
    team,
    department,
  })
  if (!made) return find()
  newAgents.push(made)
  return made.id
}

function agentWarnings({ arrival }: Submission, agentId: string | null): string[] {
  if (!arrival.agent_given || agentId) return []
  const said = Object.values(arrival.agent_given).join(', ')
  return [`No agent is known as ${said}: taken in without an agent. It is linked when that agent is created.`]
}

function decide(
  submission: Submission,
  found: {
    agent: Agent | null
    agentId: string | null
    /** Of the team that the sender named. */
    department: string | null
    warnings: string[]
    earlier: Known | undefined
    isSpent: boolean
    numbers: Pick<Arrived, 'seq' | 'queue_tag'>
  },
): Decided {
  const { arrival, kind } = submission
  const { earlier } = found
  const isSame = found.isSpent || (earlier !== undefined && earlier.content_hash === arrival.content_hash)
  const outcome = isSame ? 'duplicate' : earlier ? 'new_version' : 'new'
  const arrived: Arrived = {
    ...arrival,
    id: earlier?.id ?? arrival.id,
    agent_id: found.agentId,
    // What a conversation belongs to stays as it was when it came, wherever its agent goes later.
    team: arrival.team ?? found.agent?.team ?? null,
    department: arrival.department ?? found.department ?? found.agent?.department ?? null,
    warnings: found.warnings,
    version: outcome === 'new_version' ? (earlier?.version ?? 0) + 1 : (earlier?.version ?? 1),
    status: kind === 'ticket' ? 'awaiting_upload' : 'queued',
    reserved_units: null,
    reserved_month: null,
    ...found.numbers,
  }
  return { submission, arrived, accepted: { conversationId: arrived.id, outcome, warnings: found.warnings } }
}

/** Of several versions in one transaction only the last is written: PostgreSQL updates a row once a statement. */
const lastOfEach = (decided: Decided[]): Decided[] => [
  ...new Map(decided.map((one) => [`${one.arrived.org_id} ${one.arrived.id}`, one])).values(),
]

async function write(tx: Tx, decided: Decided[], heads: AuditHeads, next: NextStep): Promise<void> {
  if (decided.length === 0) return
  const arrivals = decided.map(({ arrived }) => arrived)
  const recordings = decided.flatMap(({ submission: { recording }, arrived: { org_id, id } }) =>
    recording ? [{ ...recording, org_id, conversation_id: id }] : [],
  )
  const transcripts = decided.flatMap(({ submission: { transcript }, arrived: { org_id, id, version } }) =>
    transcript
      ? [{ ...transcript, org_id, conversation_id: id, revision: version, source: 'import' as const, engine: null }]
      : [],
  )
  const told = decided.filter(({ submission }) => submission.kind !== 'ticket')
  const events = told.map(({ arrived, accepted }) => arrivalEvent(arrived, accepted.outcome === 'new_version'))
  const audit = decided.map(({ submission, arrived, accepted }) => ({
    orgId: arrived.org_id,
    actor: submission.actor,
    action: submission.kind === 'ticket' ? 'upload_ticket.create' : 'conversation.accept',
    target: arrived.id,
    requestId: submission.requestId,
    data: { source: arrived.source, outcome: accepted.outcome },
  }))
  const begun = told.map(({ submission, arrived }) => ({
    orgId: arrived.org_id,
    conversationId: arrived.id,
    channel: arrived.channel,
    version: arrived.version,
    tag: arrived.queue_tag,
    fetchUrl: submission.fetchUrl,
  }))
  // They are run in this order: the rows of the others refer to those of the first.
  await inTurn(
    () => putArrivals(tx, arrivals),
    () => putRecordings(tx, recordings),
    () => putTranscripts(tx, transcripts),
    () => emit(tx, events),
    () => writeAudit(tx, audit, heads),
    () => next(tx, begun),
  )
}
