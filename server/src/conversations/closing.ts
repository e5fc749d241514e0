// The end of a conversation's way through: completed or failed. The row and its event change together.

import { emit, forgetDetails, takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { lateLink } from './agent-links.ts'
import { closingEvent, deletionEvent, updateEvent } from './announcements.ts'
import { type Conversation, changeConversation, deleteConversation, type Failure } from './conversations.ts'
import { type Analysis, getAnalysis } from './findings.ts'
import { getAgent } from './people.ts'
import { wholeOrg } from './reach.ts'
import { noteGone } from './touches.ts'
import { releaseReservation, reservationOf, settleReservation } from './usage.ts'

export type Ending = { status: 'completed'; analysis: Analysis } | { status: 'failed'; failure: Failure }

/**
 * Closes the conversation and tells the world, in the caller's transaction, which has locked the conversation. One that
 * was analysed once more stays what it was, whatever became of that: it has changed, and did not end a second time.
 */
export async function closeConversation(tx: Tx, conversation: Conversation, ending: Ending): Promise<void> {
  if (conversation.rerun) return closeRerun(tx, conversation, ending)
  const { org_id: orgId, id } = conversation
  const analysis = ending.status === 'completed' ? ending.analysis : null
  const link = await lateLink(tx, conversation)
  const agentId = link?.agent_id ?? conversation.agent_id
  const agent = agentId ? await getAgent(tx, wholeOrg(orgId), agentId) : null
  // Everything that ends or arrives in this organisation waits from here to the commit.
  const [seq = 0] = await takeSequence(tx, [orgId])
  const held = await reservationOf(tx, conversation)
  const closed = await changeConversation(
    tx,
    { orgId, id, seq },
    {
      ...(held ? { reserved_units: null } : {}),
      ...link,
      // The agent was found to be another one after the conversation had come for it.
      ...(agent && agent.id !== agentId ? { agent_id: agent.id } : {}),
      status: ending.status,
      completed_at: new Date(),
      ...(ending.status === 'failed' ? { failure: ending.failure } : {}),
      ...(analysis ? { analysis_id: analysis.id, sentiment: analysis.sentiment.overall.label } : {}),
    },
  )
  if (!closed) return
  await emit(tx, [closingEvent(closed, agent, analysis)])
  if (held) await settleReservation(tx, held, closed)
}

/** What people changed meanwhile stays: only what the run has found is written. */
async function closeRerun(tx: Tx, conversation: Conversation, ending: Ending): Promise<void> {
  const { org_id: orgId, id, warnings } = conversation
  const [seq = 0] = await takeSequence(tx, [orgId])
  const closed = await changeConversation(
    tx,
    { orgId, id, seq },
    ending.status === 'completed'
      ? {
          rerun: null,
          analysis_id: ending.analysis.id,
          transcript_revision: ending.analysis.transcript_revision,
          sentiment: ending.analysis.sentiment.overall.label,
        }
      : { rerun: null, warnings: [...warnings, `${rerunFailed}${ending.failure.reason}`] },
  )
  if (!closed) return
  const agent = closed.agent_id ? await getAgent(tx, wholeOrg(orgId), closed.agent_id) : null
  const analysis = closed.analysis_id ? await getAnalysis(tx, orgId, id, closed.analysis_id) : null
  await emit(tx, [updateEvent(closed, agent, analysis, [ending.status === 'completed' ? 'findings' : 'warnings'])])
}

/** How the warning begins; it goes with the next run. */
export const rerunFailed = 'Not analysed anew, what was found before is shown: '

/**
 * Removes the conversation with all that was found in it and tells the world, unless it is a ticket that nobody has
 * redeemed: the world does not know of those. Its files are the caller's to remove.
 */
export async function removeConversation(tx: Tx, conversation: Conversation): Promise<void> {
  const held = await reservationOf(tx, conversation)
  await deleteConversation(tx, conversation.org_id, conversation.id)
  if (conversation.status === 'awaiting_upload') return
  const [seq = 0] = await takeSequence(tx, [conversation.org_id])
  await releaseReservation(tx, held)
  const deletion = deletionEvent(conversation, seq)
  await forgetDetails(tx, deletion)
  await emit(tx, [deletion])
  await noteGone(tx, { orgId: conversation.org_id, id: conversation.id, seq })
}
