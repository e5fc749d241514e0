// Recordings: the facts of an audio file. The bytes live in the store, under a key that is made here and never from a name.

import { type Selectable, sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../platform/db/db.ts'
import type { Recordings } from '../platform/db/schema.gen.ts'
import { newId } from '../platform/ids.ts'
import { lockConversation } from './conversations.ts'
import type { ChannelCheck } from './shapes.ts'

export type Recording = Selectable<Recordings>

export type NewRecording = {
  org_id: string
  conversation_id: string
  store_key: string
  /** What the client called the file: shown, never used as a path. */
  file_name: string | null
  content_type: string | null
  size_bytes: number
  sha256: string
}

export type RecordingFacts = {
  container: string
  codec: string
  channel_count: number
  sample_rate_hz: number
  duration_ms: number
  channel_check: ChannelCheck
}

export async function putRecordings(tx: Tx, recordings: NewRecording[]): Promise<void> {
  await insertRows(
    tx,
    'recordings',
    recordings.map((one) => ({ ...one, id: newId(), created_at: new Date().toISOString() })),
  )
}

/** The newest recording of a conversation. */
export async function getRecording(db: DbOrTx, orgId: string, conversationId: string): Promise<Recording | null> {
  const row = await db
    .selectFrom('recordings')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('conversation_id', '=', conversationId)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row ?? null
}

type RecordingKey = { org_id: string; conversation_id: string; recording_id: string }

/** This very one, whether newer ones came or not; null when it is gone. */
export async function findRecording(db: DbOrTx, key: RecordingKey): Promise<Recording | null> {
  const row = await db
    .selectFrom('recordings')
    .selectAll()
    .where('org_id', '=', key.org_id)
    .where('conversation_id', '=', key.conversation_id)
    .where('id', '=', key.recording_id)
    .executeTakeFirst()
  return row ?? null
}

/**
 * The same, and until the transaction ends neither its conversation nor its organisation is deleted: who deletes them takes
 * these locks before looking for files, so that a file which is written down now is found.
 */
export async function holdRecording(tx: Tx, key: RecordingKey): Promise<Recording | null> {
  await sql`select from orgs where id = ${key.org_id} for share`.execute(tx)
  await lockConversation(tx, { org_id: key.org_id, id: key.conversation_id })
  return findRecording(tx, key)
}

export async function describeRecording(tx: Tx, recording: Recording, facts: RecordingFacts): Promise<void> {
  await tx
    .updateTable('recordings')
    .set(facts)
    .where('org_id', '=', recording.org_id)
    .where('conversation_id', '=', recording.conversation_id)
    .where('id', '=', recording.id)
    .execute()
}

/** Where the recordings of all versions of a conversation lie, and their copies: for whoever removes them. */
export async function recordingKeys(db: DbOrTx, orgId: string, conversationId: string): Promise<string[]> {
  const { rows } = await sql<{ store_key: string }>`
    select store_key from recordings where org_id = ${orgId} and conversation_id = ${conversationId}
    union all
    select copy_key from recording_media
    where org_id = ${orgId} and conversation_id = ${conversationId} and copy_key is not null`.execute(db)
  return rows.map(({ store_key }) => store_key)
}
