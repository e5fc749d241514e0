// Resumable uploads: one row for each, from its promise to what became of it. The table's owner. Whoever writes to one
// holds its lease, so that two requests, on whatever process, never write at once; each part is promised in
// `unused_keys` before it is stored, so that a killed writer leaves nothing that nobody knows of.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Uploads } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { ItemPlace, Part, Reason } from '../jobs/shapes.ts'

export type UploadPart = Part & { sha256: string }

export type Purpose = 'batch' | 'recording'

export type UploadKey = { org_id: string; id: string }

export type Upload = UploadKey & {
  purpose: Purpose
  size_bytes: number
  offset_bytes: number
  parts: UploadPart[]
  unused_keys: string[]
  metadata: Record<string, string | null>
  job_id: string | null
  item_position: number | null
  conversation_id: string | null
  created_by: string
  expires_at: Date
  finished_at: Date | null
  /** It was given up, or rested too long. */
  failure: Reason | null
}

/** Of an upload that rests: from its last byte, or from its beginning. */
export const lifeMs = 24 * 3600_000
/** Renewed while its holder lives; a killed one is waited for no longer than clients try again. */
const leaseS = 6

const asUpload = (row: Selectable<Uploads>): Upload => row as unknown as Upload
const isOne = ({ org_id, id }: UploadKey) => sql`org_id = ${org_id} and id = ${id}`
const until = sql`now() + make_interval(secs => ${leaseS})`

export async function createUpload(
  tx: Tx,
  given: Pick<
    Upload,
    'org_id' | 'id' | 'purpose' | 'size_bytes' | 'metadata' | 'job_id' | 'item_position' | 'created_by'
  >,
): Promise<Upload> {
  const row = await tx
    .insertInto('uploads')
    .values({ ...given, metadata: JSON.stringify(given.metadata), expires_at: new Date(Date.now() + lifeMs) })
    .returningAll()
    .executeTakeFirstOrThrow()
  return asUpload(row)
}

export async function getUpload(db: DbOrTx, { org_id, id }: UploadKey): Promise<Upload | null> {
  const row = await db
    .selectFrom('uploads')
    .selectAll()
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? asUpload(row) : null
}

export const itemOf = ({ job_id: jobId, item_position: position }: Upload): ItemPlace | null =>
  jobId !== null && position !== null ? { jobId, position } : null

export type Lease = UploadKey & { lease_id: string }

/**
 * The right to go on at `offset`. `nextKey` is where the next part will be stored.
 * @throws Problem('conflict', 'upload_locked' | 'offset_conflict' | 'upload_finished'), ('not_found', 'upload_expired')
 */
export async function takeLease(
  db: DbOrTx,
  key: UploadKey,
  offset: number,
  nextKey: string | null,
): Promise<{ lease: Lease; upload: Upload }> {
  const lease = { org_id: key.org_id, id: key.id, lease_id: newId() }
  const { rows } = await sql<Selectable<Uploads>>`
    update uploads set lease_id = ${lease.lease_id}, lease_until = ${until},
      unused_keys = unused_keys || ${nextKey === null ? [] : [nextKey]}::text[]
    where ${isOne(key)} and offset_bytes = ${offset} and finished_at is null and expires_at > now()
      and (lease_until is null or lease_until < now())
    returning *`.execute(db)
  if (rows[0]) return { lease, upload: asUpload(rows[0]) }
  const upload = await getUpload(db, key)
  if (!upload) throw notFound()
  requireAlive(upload)
  if (upload.finished_at) throw new Problem('conflict', 'upload_finished', 'This upload is complete.')
  if (upload.offset_bytes !== offset) throw elsewhere()
  throw locked()
}

/** @throws Problem('not_found', 'upload_expired') */
export function requireAlive({ finished_at, expires_at, failure }: Upload): void {
  if (finished_at || expires_at.getTime() > Date.now()) return
  const why = failure?.reason ?? `It rested for more than ${lifeMs / 3600_000} hours.`
  throw new Problem('not_found', 'upload_expired', `This upload was removed. ${why} Begin a new one.`)
}

export async function renewLease(db: DbOrTx, lease: Lease): Promise<void> {
  await sql`update uploads set lease_until = ${until} where ${isOne(lease)} and lease_id = ${lease.lease_id}`.execute(
    db,
  )
}

export async function releaseLease(db: DbOrTx, lease: Lease): Promise<void> {
  await sql`
    update uploads set lease_id = null, lease_until = null
    where ${isOne(lease)} and lease_id = ${lease.lease_id}`.execute(db)
}

/**
 * What was stored belongs to the upload from now on. Without a `nextKey` the lease ends here.
 * @throws Problem('conflict', 'upload_locked') when the lease was lost: then the part belongs to nobody
 */
export async function addPart(
  db: DbOrTx,
  lease: Lease,
  part: UploadPart,
  { offset, nextKey }: { offset: number; nextKey: string | null },
): Promise<void> {
  const { numAffectedRows } = await sql`
    update uploads set parts = parts || ${JSON.stringify([part])}::jsonb, offset_bytes = offset_bytes + ${part.size_bytes},
      unused_keys = array_remove(unused_keys, ${part.store_key}) || ${nextKey === null ? [] : [nextKey]}::text[],
      expires_at = now() + make_interval(secs => ${lifeMs / 1000}),
      lease_id = ${nextKey === null ? null : lease.lease_id},
      lease_until = case when ${nextKey === null} then null else ${until} end
    where ${isOne(lease)} and lease_id = ${lease.lease_id} and offset_bytes = ${offset} and finished_at is null`.execute(
    db,
  )
  if (!numAffectedRows) throw locked()
}

/** The same bytes, in other parts; the lease ends here. @throws as addPart */
export async function replaceParts(db: DbOrTx, lease: Lease, old: UploadPart[], now: UploadPart[]): Promise<void> {
  const { numAffectedRows } = await sql`
    update uploads set parts = ${JSON.stringify(now)}::jsonb, lease_id = null, lease_until = null,
      unused_keys = array(select unnest(unused_keys || ${keysOf(old)}::text[]) except select unnest(${keysOf(now)}::text[]))
    where ${isOne(lease)} and lease_id = ${lease.lease_id}`.execute(db)
  if (!numAffectedRows) throw locked()
}

/**
 * It has become something else, which keeps these keys; of its others, those are not needed any more. The lease ends.
 * @throws Problem('conflict', 'upload_locked') when the lease was lost
 */
export async function finishUpload(
  tx: Tx,
  lease: Lease,
  became: { conversation_id?: string; kept: string[]; parts: UploadPart[] },
): Promise<void> {
  const { numAffectedRows } = await sql`
    update uploads set finished_at = now(), parts = '[]', failure = null, lease_id = null, lease_until = null,
      conversation_id = ${became.conversation_id ?? null},
      unused_keys = array(select unnest(unused_keys || ${keysOf(became.parts)}::text[]) except select unnest(${became.kept}::text[]))
    where ${isOne(lease)} and lease_id = ${lease.lease_id} and finished_at is null`.execute(tx)
  if (!numAffectedRows) throw locked()
}

/**
 * Its sender gave it up, or it rested too long: what was stored is let go. Null: it has ended already.
 * @throws Problem('conflict', 'upload_locked')
 */
export async function giveUp(db: DbOrTx, key: UploadKey, failure: Reason): Promise<Upload | null> {
  const { rows } = await sql<Selectable<Uploads>>`
    update uploads set parts = '[]', expires_at = least(expires_at, now()), failure = ${JSON.stringify(failure)}::jsonb,
      unused_keys = unused_keys || array(select part ->> 'store_key' from jsonb_array_elements(parts) part)
    where ${isOne(key)} and finished_at is null and (parts <> '[]' or failure is null)
      and (lease_until is null or lease_until < now())
    returning *`.execute(db)
  if (rows[0]) return asUpload(rows[0])
  const { rows: held } = await sql`select from uploads where ${isOne(key)} and lease_until > now()`.execute(db)
  if (held.length > 0) throw locked()
  return null
}

/** These are gone from the store. */
export async function forgetKeys(db: DbOrTx, key: UploadKey, keys: string[]): Promise<void> {
  await sql`
    update uploads set unused_keys = array(select unnest(unused_keys) except select unnest(${keys}::text[]))
    where ${isOne(key)}`.execute(db)
}

const keysOf = (parts: UploadPart[]) => parts.map(({ store_key }) => store_key)

const locked = () =>
  new Problem('conflict', 'upload_locked', 'Another request is writing to this upload. Try again in a moment.', {
    retryAfterS: 1,
  })

export const elsewhere = () =>
  new Problem(
    'conflict',
    'offset_conflict',
    'Upload-Offset is not how much has arrived. Ask with HEAD, and go on from there.',
  )
