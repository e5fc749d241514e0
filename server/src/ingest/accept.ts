// The one way in. Whatever the door, what has arrived becomes a conversation here: one transaction writes the
// conversation, its event, its audit row and its job, and the caller answers after the commit.

import { departmentsOf, freeKeys, lockAudit, recallAnswers, storeAnswers } from '../access/index.ts'
import {
  type Agent,
  closeTickets,
  createAgent,
  dropTickets,
  findAwaiting,
  findByExternalIds,
  findTwins,
  type Known,
  linkEarlier,
  resolveAgents,
} from '../conversations/index.ts'
import { takeSequence } from '../events/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { groupCommit } from '../platform/db/group-commit.ts'
import { together } from '../platform/db/together.ts'
import type { Answer } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { openPurse } from './allocation.ts'
import {
  agentWarnings,
  contentKey,
  type Decided,
  decide,
  isElsewhere,
  lastOfEach,
  nameOf,
  promisedTwice,
  reserve,
  settlement,
  twinAmong,
} from './decide.ts'
import { takeTags } from './fair-queue.ts'
import { itemKey, lockWaiting, settleItems } from './jobs/items.ts'
import type { Accept, NextStep, Submission } from './shapes.ts'
import { requireWithinReach } from './within-reach.ts'
import { writeArrivals } from './write-arrivals.ts'

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
  // wrote. Then agents, as whoever makes or changes one locks it before all that follows. Sequence and audit last, as
  // whoever changes a conversation locks it before them. A duplicate uses none.
  const taking = takeTags(
    tx,
    open.map(({ arrival: { org_id: orgId, channel } }) => ({ orgId, channel })),
  )
  const makers = open.filter(({ createsAgents, arrival }) => createsAgents && arrival.agent_given)
  const newAgents = makers.length > 0 ? await taking.then(() => makeAgents(tx, makers)) : []
  const [tags, earlier, twins, awaiting, places, agents, departments, seqs, purse, audit] = await together(
    taking,
    findByExternalIds(tx, open.flatMap(naturalKey)),
    findTwins(tx, open.map(contentKey)),
    findAwaiting(tx, redeemed),
    lockWaiting(
      tx,
      open.flatMap(({ item, arrival }) => (item ? [{ ...item, orgId: arrival.org_id }] : [])),
    ),
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
  const all: Decided[] = []
  const fresh: Decided[] = []
  const answers = new Map<Submission, Answer | Error>()
  for (const [index, submission] of open.entries()) {
    const agent = agents[index] ?? null
    const warnings = [...submission.arrival.warnings, ...agentWarnings(submission, agent)]
    const earlier = submission.arrival.external_id ? known.get(nameOf(submission.arrival)) : undefined
    if (submission.item && !places.has(itemKey(submission.item))) {
      answers.set(submission, itemSettled())
      continue
    }
    const twin = earlier ? undefined : (twins[index] ?? twinAmong(fresh, submission))
    const isSpent = submission.kind === 'redemption' && !awaiting.delete(submission.arrival.id)
    const numbers = { seq: seqs[index] as number, queue_tag: tags[index] as number }
    const decided = decide(submission, {
      agent,
      department: departments[index] ?? null,
      warnings,
      earlier,
      twin,
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
    all.push(decided)
    answers.set(submission, submission.answer(decided.accepted))
  }
  await purse.close()
  await settleItems(tx, all.flatMap(settlement))
  await dropTickets(
    tx,
    fresh.filter(isElsewhere).map(({ submission: { arrival } }) => arrival),
  )
  await closeTickets(tx, all.flatMap(promisedTwice))
  await writeArrivals(tx, lastOfEach(fresh), audit, next)
  for (const { submission, accepted } of all) await submission.also?.(tx, accepted)
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

const itemSettled = () =>
  new Problem(
    'conflict',
    'item_settled',
    'This item of the ingest job is not waiting any more: it was taken in or cancelled.',
  )

const naturalKey = ({ arrival: { org_id, channel, external_id } }: Submission) =>
  external_id ? [{ org_id, channel, external_id }] : []

const namedAgent = (arrival: Submission['arrival']) =>
  arrival.agent_given ? { orgId: arrival.org_id, agent: arrival.agent_given } : null

/** Those that are named and not known yet. */
async function makeAgents(tx: Tx, makers: Submission[]): Promise<Agent[]> {
  const made: Agent[] = []
  for (const { arrival } of makers) {
    const { org_id: orgId, agent_given: given, team, department } = arrival
    if (!given || (await resolveAgents(tx, [{ orgId, agent: given }]))[0]) continue
    const agent = await createAgent(tx, orgId, {
      name: given.name ?? given.email ?? given.id ?? null,
      email: given.email ?? null,
      external_id: given.id ?? null,
      team,
      department,
    })
    if (agent) made.push(agent)
  }
  return made
}
