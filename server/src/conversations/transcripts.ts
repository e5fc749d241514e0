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
  /** Of a revision that a person made. */
  created_by: string | null
  edit: Edit | null
}

/** What a person did to a transcript. */
export type Edit = {
  kind: 'turn' | 'role' | 'swap_roles' | 'restore'
  /** The revision that it was done to; of `restore`, the one whose words are back. */
  from_revision: number
  turn_id?: string
  participant_id?: string
  fields?: string[]
}

export type NewTranscript = Omit<Transcript, 'turns' | 'created_by' | 'edit'> & {
  turns: NewTurn[]
  created_by?: string
  edit?: Edit
}

/** A revision that is there already is written anew with the same content: a stage may run twice. */
export async function putTranscripts(tx: Tx, transcripts: NewTranscript[]): Promise<void> {
  if (transcripts.length === 0) return
  // The turns travel as text, so that PostgreSQL takes them apart only once.
  const rows = transcripts.map((one) => ({ ...one, turns: JSON.stringify(one.turns) }))
  await sql`
    insert into transcripts (org_id, conversation_id, revision, source, engine, participants, turns, created_by, edit)
    select org_id, conversation_id, revision, source, engine, participants, turns::json, created_by, edit
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t (org_id uuid, conversation_id uuid, revision int, source text, engine jsonb, participants jsonb, turns text,
        created_by text, edit jsonb)
    on conflict (org_id, conversation_id, revision) do update
      set engine = excluded.engine, participants = excluded.participants, turns = excluded.turns`.execute(tx)
}

/** Who takes part, without what they say; empty where there is no such revision. */
export async function getParticipants(
  db: DbOrTx,
  key: { orgId: string; conversationId: string; revision: number },
): Promise<Participant[]> {
  const row = await db
    .selectFrom('transcripts')
    .select('participants')
    .where('org_id', '=', key.orgId)
    .where('conversation_id', '=', key.conversationId)
    .where('revision', '=', key.revision)
    .executeTakeFirst()
  return (row?.participants ?? []) as unknown as Participant[]
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
  const { turns, ...rest } = row as unknown as Transcript
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

export type Revision = Pick<Transcript, 'revision' | 'source' | 'engine' | 'created_by' | 'edit'> & {
  created_at: Date
  turn_count: number
}

/** All that there were of a conversation, newest first, without their words. */
export async function listRevisions(
  db: DbOrTx,
  key: { orgId: string; conversationId: string },
  page: { limit: number; below: number | null },
): Promise<Revision[]> {
  const { rows } = await sql<Revision>`
    select revision, source, engine, created_by, edit, created_at, json_array_length(turns) as turn_count
    from transcripts where org_id = ${key.orgId} and conversation_id = ${key.conversationId}
      ${page.below === null ? sql`` : sql`and revision < ${page.below}`}
    order by revision desc limit ${page.limit}`.execute(db)
  return rows
}
