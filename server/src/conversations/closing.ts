// The end of a conversation's way through: completed or failed. The row and its event change together.

import { emit, takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { closingEvent } from './announcements.ts'
import {
  type Conversation,
  changeConversation,
  deleteConversation,
  type Failure,
  getConversation,
} from './conversations.ts'
import type { Analysis } from './findings.ts'

export type Ending = { status: 'completed'; analysis: Analysis } | { status: 'failed'; failure: Failure }

/** Closes the conversation and tells the world, in the caller's transaction, which has locked the conversation. */
export async function closeConversation(tx: Tx, { org_id: orgId, id }: Conversation, ending: Ending): Promise<void> {
  const analysis = ending.status === 'completed' ? ending.analysis : null
  const [seq = 0] = await takeSequence(tx, [orgId])
  await changeConversation(
    tx,
    { orgId, id, seq },
    {
      status: ending.status,
      completed_at: new Date(),
      ...(ending.status === 'failed' ? { failure: ending.failure } : {}),
      ...(analysis ? { analysis_id: analysis.id, sentiment: analysis.sentiment.overall.label } : {}),
    },
  )
  const current = await getConversation(tx, orgId, id)
  if (current) await emit(tx, [await closingEvent(tx, current, analysis)])
}

/** Removes the conversation with all that was found in it and tells the world. Its files are the caller's to remove. */
export async function removeConversation(tx: Tx, conversation: Conversation): Promise<void> {
  const [seq = 0] = await takeSequence(tx, [conversation.org_id])
  await emit(tx, [await closingEvent(tx, { ...conversation, seq }, null, 'deleted')])
  await deleteConversation(tx, conversation.org_id, conversation.id)
}
