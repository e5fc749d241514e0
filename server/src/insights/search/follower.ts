// Follows the changes of conversations: their words are written anew. What a document is: document.ts.

import { sql } from 'kysely'
import { type Agent, agentsById, type Conversation } from '../../conversations/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Follower } from '../upkeep.ts'
import { documentOf, shownFields } from './document.ts'
import type { SpokenTurn } from './spoken-runs.ts'

/** Transcripts of so many are held in memory at once. */
const batchMax = 50

export const searchFollower: Follower = {
  name: 'search',
  // What is deleted went with its conversation.
  async apply(tx, orgId, { upserted }) {
    for (let at = 0; at < upserted.length; at += batchMax) {
      await writeDocuments(tx, orgId, upserted.slice(at, at + batchMax))
    }
  },
  async empty(tx, orgId) {
    await sql`delete from search_documents where org_id = ${orgId}`.execute(tx)
  },
}

type Row = Conversation & { file_name: string | null; turns: SpokenTurn[] | null }

async function writeDocuments(tx: Tx, orgId: string, ids: string[]): Promise<void> {
  // Held, so that none is deleted before its words are written.
  const { rows } = await sql<Row>`
    select c.*, t.turns,
      (select r.file_name from recordings r where r.org_id = c.org_id and r.conversation_id = c.id
       order by r.id desc limit 1) as file_name
    from conversations c
    left join transcripts t on t.org_id = c.org_id and t.conversation_id = c.id
      and t.revision = coalesce(c.transcript_revision, case c.channel when 'chat' then c.version end)
    where c.org_id = ${orgId} and c.id = any(${ids}::uuid[]) and c.status <> 'awaiting_upload'
    order by c.id for key share of c`.execute(tx)
  if (rows.length === 0) return
  const agents = await agentsById(tx, orgId, rows)
  const documents = rows.map((row) => written(row, agents.get(row.agent_id ?? '') ?? null))
  await sql`
    insert into search_documents (org_id, conversation_id, started_at, seq, words, more, shown)
    select ${orgId}, conversation_id, started_at, seq, words, more, shown
    from json_to_recordset(${JSON.stringify(documents)}::json)
      as d (conversation_id uuid, started_at timestamptz, seq bigint, words tsvector, more tsvector[], shown jsonb)
    on conflict (org_id, conversation_id) do update
      set started_at = excluded.started_at, seq = excluded.seq, words = excluded.words, more = excluded.more,
        shown = excluded.shown`.execute(tx)
}

function written({ file_name, turns, ...conversation }: Row, agent: Agent | null) {
  const { id, started_at, seq } = conversation
  return {
    conversation_id: id,
    started_at,
    seq,
    ...documentOf({ conversation, agent, fileName: file_name, turns: turns ?? [] }),
    shown: shownFields(conversation),
  }
}
