// Transcripts: what was said, by whom, when. Each revision is written once and never changed.

import { sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import type { Participant, Provenance, Turn } from './shapes.ts'

export type Transcript = {
  org_id: string
  conversation_id: string
  revision: number
  source: 'asr' | 'import' | 'edited'
  engine: Provenance | null
  participants: Participant[]
  turns: Turn[]
}

/** A revision that is there already is written anew with the same content: a stage may run twice. */
export async function putTranscripts(tx: Tx, transcripts: Transcript[]): Promise<void> {
  const rows = transcripts.map((one) => ({ ...one, created_at: new Date().toISOString() }))
  await insertRows(tx, 'transcripts', rows, replaceTurns)
}

const replaceTurns = sql`on conflict (org_id, conversation_id, revision) do update
  set engine = excluded.engine, participants = excluded.participants, turns = excluded.turns`

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
  return row ? (row as unknown as Transcript) : null
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
