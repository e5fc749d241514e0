// Transcripts: what was said, by whom, when. Each revision is written once and never changed.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import { type NewTurn, type Participant, type Provenance, type Turn, unsaid } from './shapes.ts'

export type Transcript = {
  org_id: string
  conversation_id: string
  revision: number
  source: 'asr' | 'import' | 'edited'
  engine: Provenance | null
  participants: Participant[]
  turns: Turn[]
}

export type NewTranscript = Omit<Transcript, 'turns'> & { turns: NewTurn[] }

/** A revision that is there already is written anew with the same content: a stage may run twice. */
export async function putTranscripts(tx: Tx, transcripts: NewTranscript[]): Promise<void> {
  if (transcripts.length === 0) return
  // The turns travel as text, so that PostgreSQL takes them apart only once.
  const rows = transcripts.map((one) => ({ ...one, turns: JSON.stringify(one.turns) }))
  await sql`
    insert into transcripts (org_id, conversation_id, revision, source, engine, participants, turns)
    select org_id, conversation_id, revision, source, engine, participants, turns::json
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t (org_id uuid, conversation_id uuid, revision int, source text, engine jsonb, participants jsonb, turns text)
    on conflict (org_id, conversation_id, revision) do update
      set engine = excluded.engine, participants = excluded.participants, turns = excluded.turns`.execute(tx)
}

export async function getTranscript(
  db: DbOrTx,
  key: { orgId: string; conversationId: string; revision: number },
): Promise<Transcript | null> {
  const row = await db
    .selectFrom('transcripts')
    .selectAll()
    .where('org_id', '=', key.orgId)
    .where('conversation_id', '=', key.conversationId)
    .where('revision', '=', key.revision)
    .executeTakeFirst()
  if (!row) return null
  const { turns, ...rest } = row as unknown as NewTranscript
  return { ...rest, turns: turns.map((turn) => ({ ...unsaid, ...turn })) }
}

/** @throws Problem('bug') when the revision that a conversation points at is not there */
export async function requireTranscript(
  db: DbOrTx,
  key: { orgId: string; conversationId: string; revision: number },
): Promise<Transcript> {
  const found = await getTranscript(db, key)
  if (!found) throw new Problem('bug', 'no_transcript', 'The transcript of this conversation is missing.')
  return found
}
