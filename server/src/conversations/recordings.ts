// Recordings: the facts of an audio file. The bytes live in the store, under a key that is made here and never from a name.

import type { Selectable } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../platform/db/db.ts'
import type { Recordings } from '../platform/db/schema.gen.ts'
import { newId } from '../platform/ids.ts'
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

export async function describeRecording(tx: Tx, recording: Recording, facts: RecordingFacts): Promise<void> {
  await tx
    .updateTable('recordings')
    .set(facts)
    .where('org_id', '=', recording.org_id)
    .where('conversation_id', '=', recording.conversation_id)
    .where('id', '=', recording.id)
    .execute()
}

/** Where the recordings of all versions of a conversation lie: for whoever removes them. */
export async function recordingKeys(db: DbOrTx, orgId: string, conversationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('recordings')
    .select('store_key')
    .where('org_id', '=', orgId)
    .where('conversation_id', '=', conversationId)
    .execute()
  return rows.map(({ store_key }) => store_key)
}
