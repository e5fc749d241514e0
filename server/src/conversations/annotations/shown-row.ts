// The conversation that was changed, as whoever changed it may see it: the answer of most routes here.

import type { DbOrTx } from '../../platform/db/db.ts'
import type { Conversation } from '../conversations.ts'
import { agentAsIn } from '../masks.ts'
import { agentsById } from '../people.ts'
import type { Viewer } from '../reach.ts'
import { asSeenBy } from '../reveals.ts'
import { conversationRow } from '../views.ts'

export async function shownRow(db: DbOrTx, by: Viewer, conversation: Conversation) {
  const [seen = conversation] = await asSeenBy(db, by, [conversation])
  const agents = await agentsById(db, by.orgId, [seen])
  return conversationRow(seen, agentAsIn(seen, agents.get(seen.agent_id ?? '') ?? null))
}
