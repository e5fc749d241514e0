// What a person does to conversations, one or many: each is looked up within their reach, held, changed, told of and
// audited in one transaction. What the deeds are is told beside this file.

import { writeAudit } from '../../access/index.ts'
import { emit, takeSequence } from '../../events/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { type Changed, updateEvent } from '../announcements.ts'
import {
  type Conversation,
  type ConversationChange,
  changeConversation,
  listConversationsById,
} from '../conversations.ts'
import { getAnalysis } from '../findings.ts'
import { getAgent } from '../people.ts'
import { wholeOrg } from '../reach.ts'

export type Asking = { by: Principal; requestId: string }

/** What is to become of a conversation; null where it is so already. */
export type Deed = {
  set: ConversationChange
  /** Empty: readers of the change cursor see it, and nobody is told. */
  changed: Changed[]
  action: string
  data?: Record<string, unknown>
} | null

/** `conversation`: unmasked, held until the transaction ends. Throws a Problem where it cannot be done. */
export type Work = (conversation: Conversation, tx: Tx) => Promise<Deed>

export type Outcome =
  | { id: string; status: 'changed' | 'unchanged'; conversation: Conversation }
  | { id: string; status: 'failed'; problem: Problem }

/** In the order of the ids. One that cannot be changed holds up no other. */
export async function annotate(tx: Tx, { by, requestId }: Asking, ids: string[], work: Work): Promise<Outcome[]> {
  const { orgId, actor } = by
  const found = await listConversationsById(tx, by, ids, { isHeld: true })
  const held = new Map(found.map((one) => [one.id, one]))
  const seqs = await takeSequence(
    tx,
    ids.map(() => orgId),
  )
  const outcomes: Outcome[] = []
  const audit: Parameters<typeof writeAudit>[1] = []
  for (const [index, id] of ids.entries()) {
    const conversation = held.get(id)
    try {
      if (!conversation) throw notFound()
      const deed = await work(conversation, tx)
      if (!deed) {
        outcomes.push({ id, status: 'unchanged', conversation })
        continue
      }
      const after = await changeConversation(tx, { orgId, id, seq: seqs[index] as number }, deed.set)
      if (!after) throw notFound()
      held.set(id, after)
      if (deed.changed.length > 0) await tell(tx, after, deed.changed)
      audit.push({
        orgId,
        actor,
        requestId,
        action: deed.action,
        target: id,
        ...(deed.data ? { data: deed.data } : {}),
      })
      outcomes.push({ id, status: 'changed', conversation: after })
    } catch (err) {
      // Only what was decided before anything was written.
      if (!(err instanceof Problem) || err.kind === 'bug') throw err
      outcomes.push({ id, status: 'failed', problem: err })
    }
  }
  await writeAudit(tx, audit)
  return outcomes
}

/** The same for one. @throws what `work` throws, and Problem('not_found') */
export async function annotateOne(tx: Tx, asking: Asking, id: string, work: Work): Promise<Conversation> {
  const [outcome] = await annotate(tx, asking, [id], work)
  if (!outcome) throw notFound()
  if (outcome.status === 'failed') throw outcome.problem
  return outcome.conversation
}

async function tell(tx: Tx, conversation: Conversation, changed: Changed[]): Promise<void> {
  const { org_id: orgId, id, agent_id, analysis_id } = conversation
  const agent = agent_id ? await getAgent(tx, wholeOrg(orgId), agent_id) : null
  const analysis = analysis_id ? await getAnalysis(tx, orgId, id, analysis_id) : null
  await emit(tx, [updateEvent(conversation, agent, analysis, changed)])
}
