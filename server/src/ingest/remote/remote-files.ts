// What was seen in remote folders, and what became of it: a row for each path. The table's owner, and the cursor of the
// syncs: a file is known by its path, size and time, so that none is passed over for its date, and none is taken twice.

import { type Selectable, sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import type { RemoteFiles } from '../../platform/db/schema.gen.ts'
import type { RemoteFile } from '../../platform/remote/folder.ts'

export type FileState = 'watching' | 'queued' | 'taken' | 'failed' | 'gone' | 'ignored'
export const fileStates: readonly FileState[] = ['watching', 'queued', 'taken', 'failed', 'gone', 'ignored']

export type SeenFile = Omit<Selectable<RemoteFiles>, 'state' | 'afterwards'> & {
  state: FileState
  afterwards: 'due' | 'done' | null
}

export type FolderKey = { orgId: string; folderId: string }

/** What is thought of a file at first sight. */
export type Sight = RemoteFile & { state: 'watching' | 'ignored'; code: string | null; reason: string | null }

/** PostgreSQL's index takes keys of up to 2,704 bytes. */
export const pathBytesMax = 2000
const keptGoneDays = 90

const asFile = (row: Selectable<RemoteFiles>): SeenFile => row as unknown as SeenFile

const files = (db: DbOrTx, { orgId, folderId }: FolderKey) =>
  db.selectFrom('remote_files').selectAll().where('org_id', '=', orgId).where('folder_id', '=', folderId)

export async function filesAt(db: DbOrTx, key: FolderKey, paths: string[]): Promise<Map<string, SeenFile>> {
  if (paths.length === 0) return new Map()
  const { rows } = await sql<Selectable<RemoteFiles>>`
    select * from remote_files where org_id = ${key.orgId} and folder_id = ${key.folderId}
      and path = any (${paths}::text[])`.execute(db)
  return new Map(rows.map((row) => [row.path, asFile(row)]))
}

/**
 * Writes what is new or has changed. A file that is being taken in stays as it is: its job finds out whether it changed.
 * Locks in the order of the paths, so that two of these never wait for each other in a circle.
 */
export async function noteSights(tx: Tx, { orgId, folderId }: FolderKey, sights: Sight[]): Promise<void> {
  const now = new Date().toISOString()
  const rows = sights
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, sizeBytes, modifiedAt, state, code, reason }) => ({
      org_id: orgId,
      folder_id: folderId,
      path,
      size_bytes: sizeBytes,
      modified_at: modifiedAt?.toISOString() ?? null,
      state,
      code,
      reason,
      first_seen_at: now,
      steady_since: now,
      tries: 0,
      companions: [],
    }))
  await insertRows(
    tx,
    'remote_files',
    rows,
    sql`on conflict (org_id, folder_id, path) do update set
      size_bytes = excluded.size_bytes, modified_at = excluded.modified_at, state = excluded.state,
      code = excluded.code, reason = excluded.reason, first_seen_at = excluded.first_seen_at,
      steady_since = excluded.steady_since, wait_until = null, gone_at = null, job_id = null, position = null,
      tries = 0, companions = '{}', afterwards = null
    where remote_files.state <> 'queued'`,
  )
}

/** There again, as they were. */
export async function noteReturned(db: DbOrTx, { orgId, folderId }: FolderKey, paths: string[]): Promise<void> {
  if (paths.length === 0) return
  await sql`
    update remote_files set gone_at = null
    where org_id = ${orgId} and folder_id = ${folderId} and path = any (${paths}::text[])`.execute(db)
}

/** Not in the listing any more. What was taken in stays known as that, should it come back. */
export async function noteGone(db: DbOrTx, { orgId, folderId }: FolderKey, paths: string[]): Promise<void> {
  if (paths.length === 0) return
  await sql`
    update remote_files set gone_at = now(),
      state = case when state in ('watching', 'ignored') then 'gone' else state end
    where org_id = ${orgId} and folder_id = ${folderId} and path = any (${paths}::text[]) and gone_at is null`.execute(
    db,
  )
}

/** Paths of those that were there at the last look, in order. */
export async function presentPaths(
  db: DbOrTx,
  { orgId, folderId }: FolderKey,
  page: { after: string | null; limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select path from remote_files where org_id = ${orgId} and folder_id = ${folderId} and gone_at is null
      and path > ${page.after ?? ''} order by path limit ${page.limit}`.execute(db)
  return rows.map(({ path }) => path)
}

export async function forgetLongGone(db: DbOrTx, { orgId, folderId }: FolderKey): Promise<void> {
  await sql`
    delete from remote_files where org_id = ${orgId} and folder_id = ${folderId} and state <> 'queued'
      and gone_at < now() - make_interval(days => ${keptGoneDays})`.execute(db)
}

/** Listings of some servers tell no times: the one that the file had when it was read, so that another is not taken for it. */
export async function noteTime(
  db: DbOrTx,
  { orgId, folderId }: FolderKey,
  item: { job_id: string; position: number },
  modifiedAt: Date,
): Promise<void> {
  await sql`
    update remote_files set modified_at = ${modifiedAt}
    where org_id = ${orgId} and folder_id = ${folderId} and modified_at is null
      and job_id = ${item.job_id} and position = ${item.position}`.execute(db)
}

/**
 * Of one folder, or of all on a server, which lead to another place from now on: what was seen at the former one says
 * nothing of it. A sync that is under way there writes nothing more, and the next one is due.
 */
export async function forgetPlace(
  tx: Tx,
  orgId: string,
  of: { folderId: string } | { serverId: string },
): Promise<void> {
  const which = 'folderId' in of ? sql`id = ${of.folderId}` : sql`server_id = ${of.serverId}`
  const { rows } = await sql<{ id: string }>`
    select id from remote_folders where org_id = ${orgId} and ${which} order by id for update`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await sql`delete from remote_files where org_id = ${orgId} and folder_id = any (${ids}::uuid[])`.execute(tx)
  await sql`
    update remote_folders set sync_id = null, sync_since = null, next_sync_at = now()
    where org_id = ${orgId} and id = any (${ids}::uuid[])`.execute(tx)
}

/** In order of path. */
export async function listFiles(
  db: DbOrTx,
  key: FolderKey,
  filter: { state?: FileState | undefined; after: string | null; limit: number },
): Promise<SeenFile[]> {
  let query = files(db, key).orderBy('path').limit(filter.limit)
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.after !== null) query = query.where('path', '>', filter.after)
  return (await query.execute()).map(asFile)
}

/** How many are in each state. */
export async function countFiles(db: DbOrTx, { orgId, folderId }: FolderKey): Promise<Record<FileState, number>> {
  const { rows } = await sql<{ state: FileState; count: number }>`
    select state, count(*) as count from remote_files where org_id = ${orgId} and folder_id = ${folderId}
    group by state`.execute(db)
  const counts = new Map(rows.map(({ state, count }) => [state, count]))
  return Object.fromEntries(fileStates.map((state) => [state, counts.get(state) ?? 0])) as Record<FileState, number>
}

/** Their place in the job that takes them in. */
export type Queued = { path: string; position: number; companions: string[] }

export async function markQueued(tx: Tx, { orgId, folderId }: FolderKey, jobId: string, queued: Queued[]) {
  await sql`
    update remote_files f set state = 'queued', code = null, reason = null, wait_until = null, job_id = ${jobId},
      position = q.position, companions = q.companions, afterwards = null
    from jsonb_to_recordset(${JSON.stringify(queued)}::jsonb) as q (path text, position int, companions text[])
    where f.org_id = ${orgId} and f.folder_id = ${folderId} and f.path = q.path`.execute(tx)
}

/** They wait for something that was not right with them, and say for what. */
export async function putOff(
  db: DbOrTx,
  { orgId, folderId }: FolderKey,
  waiting: { path: string; code: string; reason: string }[],
  until: Date,
): Promise<void> {
  if (waiting.length === 0) return
  await sql`
    update remote_files f set code = w.code, reason = w.reason, wait_until = ${until}
    from jsonb_to_recordset(${JSON.stringify(waiting)}::jsonb) as w (path text, code text, reason text)
    where f.org_id = ${orgId} and f.folder_id = ${folderId} and f.path = w.path and f.state = 'watching'`.execute(db)
}
