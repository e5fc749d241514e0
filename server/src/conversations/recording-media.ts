// What a recording needs to be seen and heard in a browser: rows with its waveform and, where one was made, its playable
// copy. Copies lie in the store beside the recordings and go with them. Making them is the pipeline's matter.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Recording } from './recordings.ts'

export type MediaKey = { org_id: string; conversation_id: string; recording_id: string }

/** All but the peaks, which are read where they are shown. */
export type Media = {
  asked_at: Date | null
  /** Why it could not be prepared, for people. */
  failure: string | null
  duration_ms: number | null
  hasPeaks: boolean
  copy: { store_key: string; size_bytes: number; sha256: string } | null
}

export type Waveform = {
  durationMs: number
  peakMs: number
  /** Deflated; how they are coded is waveform.ts. */
  peaks: Buffer
  /** For each channel: start, end, start, end, … in ms. */
  speech: number[][]
}

export type Copy = { copy_key: string; copy_size_bytes: number; copy_sha256: string }

// A job that was lost with its queue is asked for again.
const lostAfter = sql`interval '2 hours'`
// What failed may have failed for a reason that has gone, such as a full disk.
const triedAgainAfter = sql`interval '10 minutes'`

export const mediaKey = ({ org_id, conversation_id, id }: Recording): MediaKey => ({
  org_id,
  conversation_id,
  recording_id: id,
})

export async function getMedia(db: DbOrTx, recording: Recording): Promise<Media | null> {
  const { rows } = await sql<Omit<Media, 'hasPeaks' | 'copy'> & Copy & { has_peaks: boolean }>`
    select asked_at, failure, duration_ms, peaks is not null as has_peaks, copy_key, copy_size_bytes, copy_sha256
    from recording_media where ${isOf(mediaKey(recording))}`.execute(db)
  const row = rows[0]
  if (!row) return null
  const { asked_at, failure, duration_ms, copy_key: store_key } = row
  const copy = store_key ? { store_key, size_bytes: Number(row.copy_size_bytes), sha256: row.copy_sha256 } : null
  return { asked_at, failure, duration_ms, hasPeaks: row.has_peaks, copy }
}

export async function getWaveform(db: DbOrTx, recording: Recording): Promise<Waveform | null> {
  const { rows } = await sql<Waveform>`
    select duration_ms as "durationMs", peak_ms as "peakMs", peaks, speech
    from recording_media where ${isOf(mediaKey(recording))} and peaks is not null`.execute(db)
  return rows[0] ?? null
}

/** True for the one of all who ask at the same time that is to enqueue the work. */
export async function askForMedia(tx: Tx, key: MediaKey): Promise<boolean> {
  const { rows } = await sql`
    insert into recording_media (org_id, conversation_id, recording_id, asked_at)
    values (${key.org_id}, ${key.conversation_id}, ${key.recording_id}, now())
    on conflict (org_id, conversation_id, recording_id) do update set asked_at = now(), failure = null
    where recording_media.asked_at is null and recording_media.failure is null
      or recording_media.asked_at < now() - case
        when recording_media.failure is null then ${lostAfter} else ${triedAgainAfter} end
    returning 1`.execute(tx)
  return rows.length > 0
}

/**
 * Writes what was made of a recording. A copy that is there already stays, as the recording never changes.
 * @returns the key of the copy that holds; null without one
 */
export async function putMedia(
  tx: Tx,
  key: MediaKey,
  { durationMs, peakMs, peaks, speech }: Waveform,
  copy: Copy | null,
): Promise<string | null> {
  const { rows } = await sql<{ copy_key: string | null }>`
    insert into recording_media as held
      (org_id, conversation_id, recording_id, duration_ms, peak_ms, peaks, speech, copy_key, copy_size_bytes, copy_sha256)
    values (${key.org_id}, ${key.conversation_id}, ${key.recording_id}, ${durationMs}, ${peakMs}, ${peaks},
      ${JSON.stringify(speech)}::jsonb, ${copy?.copy_key ?? null}, ${copy?.copy_size_bytes ?? null},
      ${copy?.copy_sha256 ?? null})
    on conflict (org_id, conversation_id, recording_id) do update set
      asked_at = null, failure = null, duration_ms = excluded.duration_ms, peak_ms = excluded.peak_ms,
      peaks = excluded.peaks, speech = excluded.speech,
      copy_key = coalesce(held.copy_key, excluded.copy_key),
      copy_size_bytes = coalesce(held.copy_size_bytes, excluded.copy_size_bytes),
      copy_sha256 = coalesce(held.copy_sha256, excluded.copy_sha256)
    returning copy_key`.execute(tx)
  return rows[0]?.copy_key ?? null
}

export async function failMedia(tx: Tx, key: MediaKey, failure: string): Promise<void> {
  await sql`update recording_media set asked_at = now(), failure = ${failure} where ${isOf(key)}`.execute(tx)
}

const isOf = ({ org_id, conversation_id, recording_id }: MediaKey) =>
  sql`org_id = ${org_id} and conversation_id = ${conversation_id} and recording_id = ${recording_id}`
