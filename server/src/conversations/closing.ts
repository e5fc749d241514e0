// The end of a conversation's way through: completed or failed. The row and its event change together.

import { emit, forgetDetails, takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { lateLink } from './agent-links.ts'
import { closingEvent, deletionEvent } from './announcements.ts'
import { type Conversation, changeConversation, deleteConversation, type Failure } from './conversations.ts'
import type { Analysis } from './findings.ts'
import { getAgent } from './people.ts'

export type Ending = { status: 'completed'; analysis: Analysis } | { status: 'failed'; failure: Failure }

/** Closes the conversation and tells the world, in the caller's transaction, which has locked the conversation. */
export async function closeConversation(tx: Tx, conversation: Conversation, ending: Ending): Promise<void> {
  const { org_id: orgId, id } = conversation
  const analysis = ending.status === 'completed' ? ending.analysis : null
  const link = await lateLink(tx, conversation)
  const agentId = link?.agent_id ?? conversation.agent_id
  const agent = agentId ? await getAgent(tx, orgId, agentId) : null
  // Everything that ends or arrives in this organisation waits from here to the commit.
  const [seq = 0] = await takeSequence(tx, [orgId])
  const closed = await changeConversation(
    tx,
    { orgId, id, seq },
    {
      ...link,
      status: ending.status,
      completed_at: new Date(),
      ...(ending.status === 'failed' ? { failure: ending.failure } : {}),
      ...(analysis ? { analysis_id: analysis.id, sentiment: analysis.sentiment.overall.label } : {}),
    },
  )
  if (closed) await emit(tx, [closingEvent(closed, agent, analysis)])
}

/**
 * Removes the conversation with all that was found in it and tells the world, unless it is a ticket that nobody has
 * redeemed: the world does not know of those. Its files are the caller's to remove.
 */
export async function removeConversation(tx: Tx, conversation: Conversation): Promise<void> {
  await deleteConversation(tx, conversation.org_id, conversation.id)
  if (conversation.status === 'awaiting_upload') return
  const [seq = 0] = await takeSequence(tx, [conversation.org_id])
  const deletion = deletionEvent(conversation, seq)
  await forgetDetails(tx, deletion)
  await emit(tx, [deletion])
}
