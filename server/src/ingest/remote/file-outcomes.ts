// What became of files that were queued: taken over from the items of their jobs, by whoever settles an item and again by
// every sync, so that nothing is missed when the program was killed in between.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import type { ItemState } from '../jobs/shapes.ts'
import type { Folder } from './folders.ts'
import type { SeenFile } from './remote-files.ts'

/** In which a read finds that the file is another one than was listed; or none. */
export const changedCode = 'changed_meanwhile'
export const goneCode = 'gone_meanwhile'
/** Of items whose job ended without having tried them to the end (jobs/run-job.ts). */
const givenUpCode = 'given_up'
const triesMax = 5
const tryAgainMs = 60_000
const atOnce = 1000

type Outcome = Pick<SeenFile, 'path' | 'state' | 'job_id' | 'position' | 'tries'> & {
  item_state: ItemState | null
  item_code: string | null
  item_reason: string | null
}
type Change = Pick<SeenFile, 'path' | 'state' | 'code' | 'reason' | 'tries' | 'afterwards'> & {
  wait_until: string | null
}

/** Of one item, or of all of the folder. */
export async function noteOutcomes(db: Db, folder: Folder, item?: { job_id: string; position: number }): Promise<void> {
  const { org_id: orgId, id } = folder
  const one = item ? sql`and f.job_id = ${item.job_id} and f.position = ${item.position}` : sql``
  for (;;) {
    const isFull = await db.transaction().execute(async (tx) => {
      const { rows } = await sql<Outcome>`
        select f.path, f.state, f.job_id, f.position, f.tries,
          i.state as item_state, i.code as item_code, i.reason as item_reason
        from remote_files f
        left join ingest_items i on i.org_id = f.org_id and i.job_id = f.job_id and i.position = f.position
        where f.org_id = ${orgId} and f.folder_id = ${id} ${one} and f.job_id is not null and (
          (f.state = 'queued' and i.state is distinct from 'waiting')
          or (f.state = 'failed' and i.state in ('ok', 'duplicate')))
        order by f.path limit ${atOnce} for update of f`.execute(tx)
      const changes = rows.map((row) => changeOf(folder, row))
      await sql`
        update remote_files f set state = c.state, code = c.code, reason = c.reason, tries = c.tries,
          afterwards = c.afterwards, wait_until = c.wait_until,
          steady_since = case when c.state = 'watching' then now() else f.steady_since end,
          gone_at = case when c.state = 'gone' then now() else f.gone_at end,
          job_id = case when c.state = 'watching' then null else f.job_id end,
          position = case when c.state = 'watching' then null else f.position end
        from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c (path text, state text, code text, reason text,
          tries int, afterwards text, wait_until timestamptz)
        where f.org_id = ${orgId} and f.folder_id = ${id} and f.path = c.path`.execute(tx)
      return rows.length === atOnce
    })
    if (!isFull) return
  }
}

function changeOf({ afterwards }: Folder, row: Outcome): Change {
  const { path, tries, item_state, item_code, item_reason } = row
  const to = (state: Change['state'], more: Partial<Change> = {}): Change => ({
    ...{ path, state, code: null, reason: null, tries, afterwards: null, wait_until: null },
    ...more,
  })
  if (item_state === 'ok' || item_state === 'duplicate') {
    return to('taken', { afterwards: afterwards.rule === 'leave' ? null : 'due' })
  }
  if (item_state === 'cancelled') {
    return to('failed', { code: 'cancelled', reason: 'Its ingest job was cancelled.' })
  }
  // Without an item: the job was deleted before it came to it.
  if (item_state === null || item_code === changedCode) return to('watching')
  if (item_code === goneCode) return to('gone')
  if (item_code === givenUpCode && tries + 1 < triesMax) {
    return to('watching', { tries: tries + 1, wait_until: new Date(Date.now() + tryAgainMs).toISOString() })
  }
  const told = { code: item_code, reason: item_reason, tries: tries + 1 }
  return to('failed', { ...told, afterwards: afterwards.failed_to ? 'due' : null })
}

/** Those with which something is still to be done, in order of path. */
export async function filesDue(
  db: Db,
  { org_id, id }: Folder,
  which: { after: string | null; limit: number; item?: { job_id: string; position: number } },
): Promise<SeenFile[]> {
  const one = which.item ? sql`and job_id = ${which.item.job_id} and position = ${which.item.position}` : sql``
  const { rows } = await sql<SeenFile>`
    select * from remote_files where org_id = ${org_id} and folder_id = ${id} and afterwards = 'due' ${one}
      and path > ${which.after ?? ''} order by path limit ${which.limit}`.execute(db)
  return rows
}

/** Of this version of the file alone. */
export async function noteDone(db: Db, file: SeenFile, { isGone }: { isGone: boolean }): Promise<void> {
  await sql`
    update remote_files set afterwards = 'done', gone_at = case when ${isGone} then coalesce(gone_at, now()) else gone_at end
    where org_id = ${file.org_id} and folder_id = ${file.folder_id} and path = ${file.path} and afterwards = 'due'
      and job_id = ${file.job_id} and position = ${file.position}`.execute(db)
}
