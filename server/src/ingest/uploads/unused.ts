// What uploads leave in the store and nothing needs any more is removed: at once where that can be, and by housekeeping
// where an upload has rested too long, or a process was killed in between.

import { type Selectable, sql } from 'kysely'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import type { Uploads } from '../../platform/db/schema.gen.ts'
import type { Store } from '../../storage/index.ts'
import { failAnnounced } from '../jobs/contents-arrived.ts'
import { failItem } from '../jobs/items.ts'
import type { Reason } from '../jobs/shapes.ts'
import { readUploadMetadata } from './upload-metadata.ts'
import { forgetKeys, giveUp, itemOf, type UploadKey } from './uploads.ts'

const atOnce = 500
/** Rows stay for so long after the end, to tell of it. */
const rowDays = 7
/** A job waits so long for its file: longer than a ticket is good for, and an upload rests. */
const announcedHours = 48

export async function removeUnused(
  { db, store }: { db: Db; store: Store },
  key: UploadKey,
  keys: string[],
): Promise<void> {
  if (keys.length === 0) return
  for (const one of keys) await store.delete(one)
  await forgetKeys(db, key, keys)
}

/**
 * Ends an upload that became nothing: what it was announced as fails with this reason, and its bytes go. A job that was
 * there before waits on, for another.
 */
export async function endUpload(
  { db, store }: { db: Db; store: Store },
  key: UploadKey,
  failure: Reason,
): Promise<void> {
  const upload = await db.transaction().execute(async (tx) => {
    const ended = await giveUp(tx, key, failure)
    const item = ended && itemOf(ended)
    if (item) await failItem(tx, key.org_id, item, failure)
    else if (ended?.job_id && !readUploadMetadata(ended.metadata).named)
      await failAnnounced(tx, key.org_id, ended.job_id, failure)
    return ended
  })
  if (upload) await removeUnused({ db, store }, key, upload.unused_keys)
}

/** All that uploads of an organisation may have in the store. */
export async function uploadKeysOf(db: DbOrTx, orgId: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select unnest(unused_keys) as key from uploads where org_id = ${orgId}
    union
    select part ->> 'store_key' from uploads, jsonb_array_elements(parts) part where org_id = ${orgId}`.execute(db)
  return rows.map(({ key }) => key)
}

/** For all organisations at once. */
export async function tidyUploads({ db, store }: { db: Db; store: Store }): Promise<void> {
  const { rows: expired } = await sql<UploadKey>`
    select org_id, id from uploads
    where expires_at < now() and finished_at is null and (parts <> '[]' or failure is null)
      and (lease_until is null or lease_until < now())
    limit ${atOnce}`.execute(db)
  for (const key of expired) {
    await endUpload({ db, store }, key, { code: 'upload_expired', reason: 'It was not sent to its end in 24 hours.' })
  }
  const { rows: forgotten } = await sql<UploadKey>`
    select org_id, id from ingest_jobs j
    where state = 'uploading' and file_url is null and created_at < now() - make_interval(hours => ${announcedHours})
      and not exists (
        select from uploads u
        where u.org_id = j.org_id and u.job_id = j.id and u.finished_at is null and u.expires_at > now())
    limit ${atOnce}`.execute(db)
  for (const { org_id, id } of forgotten) {
    const failure = { code: 'never_sent', reason: 'Its file was never sent.' }
    await db.transaction().execute((tx) => failAnnounced(tx, org_id, id, failure))
  }
  // A writer that is slow to find out that it lost its lease removes its own part; an hour is more than it takes.
  const { rows: left } = await sql<Pick<Selectable<Uploads>, 'org_id' | 'id' | 'unused_keys'>>`
    select org_id, id, unused_keys from uploads
    where unused_keys <> '{}' and coalesce(lease_until, created_at) < now() - interval '1 hour'
    limit ${atOnce}`.execute(db)
  for (const row of left) await removeUnused({ db, store }, row, row.unused_keys)
  await sql`
    delete from uploads
    where expires_at < now() - make_interval(days => ${rowDays}) and parts = '[]' and unused_keys = '{}'`.execute(db)
}
