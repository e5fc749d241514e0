// Conversations one after the other, each with its agent and what was found in it, for files that hold many of them. The
// reader goes by start and id, so that any number is read in pages of constant size, and ends as every reading for somebody
// does: within their reach, as they may see it. What is chosen is the caller's condition.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx } from '../platform/db/db.ts'
import type { Conversation } from './conversations.ts'
import type { StoredAnalysis } from './findings.ts'
import { agentAsIn } from './masks.ts'
import { type Agent, agentName, agentsById } from './people.ts'
import { conversationsWithin, type Viewer } from './reach.ts'
import { asSeenBy } from './reveals.ts'

export type ExportRow = {
  conversation: Conversation
  agent: Agent | null
  /** As they are known, else as the client named them. */
  agentName: string | null
  analysis: Pick<StoredAnalysis, 'provenance' | 'languages' | 'sentiment' | 'keywords' | 'summary' | 'metrics'> | null
}

export type ExportPage = {
  /** Over the columns of `conversations`, without a name before them. */
  where: RawBuilder<boolean>
  after: Pick<Conversation, 'started_at' | 'id'> | null
  limit: number
  /** False: `analysis` is null everywhere. */
  withFindings: boolean
}

/** The oldest first. Upload tickets that nobody has redeemed are no conversations. */
export async function readExportRows(db: DbOrTx, by: Viewer, page: ExportPage): Promise<ExportRow[]> {
  const { where, after, limit, withFindings } = page
  const { rows } = await sql<Conversation>`
    select * from conversations
    where org_id = ${by.orgId} and status <> 'awaiting_upload' and ${conversationsWithin(by)} and ${where}
      and ${after ? sql`(started_at, id) > (${after.started_at}, ${after.id}::uuid)` : sql`true`}
    order by started_at, id limit ${limit}`.execute(db)
  const seen = await asSeenBy(db, by, rows)
  const agents = await agentsById(db, by.orgId, seen)
  const analyses = withFindings ? await findingsOf(db, by.orgId, seen) : new Map()
  return seen.map((conversation) => {
    const agent = agentAsIn(conversation, agents.get(conversation.agent_id ?? '') ?? null)
    const analysis = analyses.get(conversation.id) ?? null
    return { conversation, agent, agentName: agentName(agent, conversation.agent_given), analysis }
  })
}

/** Turns stay where they are: they are most of an analysis, and no row tells them. */
async function findingsOf(
  db: DbOrTx,
  orgId: string,
  of: Conversation[],
): Promise<Map<string, NonNullable<ExportRow['analysis']>>> {
  const keys = of.flatMap(({ id, analysis_id }) => (analysis_id ? [{ id, analysis_id }] : []))
  if (keys.length === 0) return new Map()
  const { rows } = await sql<NonNullable<ExportRow['analysis']> & { conversation_id: string }>`
    select a.conversation_id, a.provenance, a.languages, a.sentiment, a.keywords, a.summary, a.metrics
    from json_to_recordset(${JSON.stringify(keys)}::json) as k (id uuid, analysis_id uuid)
    join analyses a on a.org_id = ${orgId} and a.conversation_id = k.id and a.id = k.analysis_id`.execute(db)
  return new Map(rows.map((row) => [row.conversation_id, row]))
}
