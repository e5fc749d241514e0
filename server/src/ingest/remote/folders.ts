// Remote folders of an organisation: where recordings are looked for, by which rules, and how that went. The table's
// owner. What was seen in them is kept by remote-files.ts.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { RemoteFolders } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Step } from '../../platform/remote/folder.ts'
import type { JobOptions } from '../jobs/shapes.ts'
import type { Schedule } from './schedule.ts'

/** How a file shows that it is no longer being written. */
export type CompleteWhen =
  /** Seen with the same size and time at two looks that are so far apart. */
  | { rule: 'steady'; steady_seconds: number }
  /** A file of the same name with this suffix lies beside it. */
  | { rule: 'marker'; suffix: string }
  /** It only gets its name when it is complete. */
  | { rule: 'at_once' }

/** What becomes of a file that was taken in; `failed_to`: of one that cannot be. Folders in the folder itself. */
export type Afterwards = { rule: 'leave' | 'delete' | 'move'; to?: string | null; failed_to?: string | null }

export type FolderSettings = {
  server_id: string
  name: string
  path: string
  pattern: string
  depth: number
  schedule: Schedule
  complete_when: CompleteWhen
  afterwards: Afterwards
  sidecars: 'used' | 'required' | 'off'
  files_per_sync: number
  since: Date | null
  options: Partial<JobOptions>
  notify_emails: string[]
  notify_after: number
  is_active: boolean
}

/** What did not work: a step of the connection, or `sync` for what lies on our side. */
export type Failure = { step: Step | 'sync'; reason: string }

export type Folder = Omit<Selectable<RemoteFolders>, keyof FolderSettings | 'failure' | 'health'> &
  FolderSettings & { failure: Failure | null; health: 'ok' | 'failing' }

const foldersMax = 200
const uniqueViolation = '23505'

const asFolder = (row: Selectable<RemoteFolders>): Folder => row as unknown as Folder

const folders = (db: DbOrTx, orgId: string) => db.selectFrom('remote_folders').selectAll().where('org_id', '=', orgId)

export async function findFolder(db: DbOrTx, orgId: string, id: string): Promise<Folder | null> {
  const row = await folders(db, orgId).where('id', '=', id).executeTakeFirst()
  return row ? asFolder(row) : null
}

/** @throws Problem('not_found') */
export async function requireFolder(db: DbOrTx, orgId: string, id: string): Promise<Folder> {
  const folder = await findFolder(db, orgId, id)
  if (!folder) throw notFound()
  return folder
}

/** Held until the transaction ends: before its files, and before sequence and audit. @throws Problem('not_found') */
export async function lockFolder(tx: Tx, orgId: string, id: string): Promise<Folder> {
  const row = await folders(tx, orgId).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw notFound()
  return asFolder(row)
}

/** Oldest first. */
export async function listFolders(
  db: DbOrTx,
  orgId: string,
  page: { limit: number; after: string | null; serverId?: string | undefined },
): Promise<Folder[]> {
  let query = folders(db, orgId).orderBy('id').limit(page.limit)
  if (page.serverId) query = query.where('server_id', '=', page.serverId)
  if (page.after) query = query.where('id', '>', page.after)
  return (await query.execute()).map(asFolder)
}

export async function foldersOnServer(db: DbOrTx, orgId: string, serverId: string): Promise<string[]> {
  return (await listFolders(db, orgId, { limit: foldersMax, after: null, serverId })).map(({ name }) => name)
}

/** @throws Problem('conflict', 'name_taken' | 'too_many_folders') */
export async function createFolder(
  tx: Tx,
  by: { orgId: string; actor: string },
  settings: FolderSettings,
  nextSyncAt: Date,
): Promise<Folder> {
  const { count } = await tx
    .selectFrom('remote_folders')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('org_id', '=', by.orgId)
    .executeTakeFirstOrThrow()
  if (count >= foldersMax) {
    const detail = `There are ${foldersMax} remote folders already. Delete one that is no longer needed.`
    throw new Problem('conflict', 'too_many_folders', detail)
  }
  const row = await tx
    .insertInto('remote_folders')
    .values({ org_id: by.orgId, id: newId(), created_by: by.actor, next_sync_at: nextSyncAt, ...stored(settings) })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) throw nameTaken(settings.name)
  return asFolder(row)
}

/** @throws Problem('conflict', 'name_taken') */
export async function changeFolder(
  tx: Tx,
  { org_id, id }: Pick<Folder, 'org_id' | 'id'>,
  settings: FolderSettings,
  nextSyncAt: Date,
): Promise<Folder> {
  const row = await tx
    .updateTable('remote_folders')
    .set({ ...stored(settings), next_sync_at: nextSyncAt, updated_at: new Date() })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch((err) => {
      throw err.code === uniqueViolation ? nameTaken(settings.name) : err
    })
  return asFolder(row)
}

export async function deleteFolder(tx: Tx, { org_id, id }: Pick<Folder, 'org_id' | 'id'>): Promise<void> {
  await tx.deleteFrom('remote_folders').where('org_id', '=', org_id).where('id', '=', id).execute()
}

/** How a sync went, as far as the folder keeps it. */
export type Progress = Partial<
  Pick<
    Folder,
    | 'health'
    | 'failures'
    | 'failing_since'
    | 'told_at'
    | 'warnings'
    | 'next_sync_at'
    | 'last_sync_at'
    | 'last_ok_at'
    | 'last_job_id'
    | 'sync_id'
    | 'sync_since'
  >
> & { failure?: Failure | null }

export async function noteProgress(tx: DbOrTx, folder: Pick<Folder, 'org_id' | 'id'>, progress: Progress) {
  const { failure, ...columns } = progress
  await tx
    .updateTable('remote_folders')
    .set({ ...columns, ...(failure === undefined ? {} : { failure: failure && JSON.stringify(failure) }) })
    .where('org_id', '=', folder.org_id)
    .where('id', '=', folder.id)
    .execute()
}

/** What needs attention and stops nothing: shown until a sync finds it mended. */
export async function warnOf(db: DbOrTx, { org_id, id }: Pick<Folder, 'org_id' | 'id'>, warning: string) {
  await sql`
    update remote_folders set warnings = warnings || ${warning}::text
    where org_id = ${org_id} and id = ${id} and not warnings @> array[${warning}::text] and cardinality(warnings) < 20`.execute(
    db,
  )
}

function stored({ schedule, complete_when, afterwards, options, ...columns }: FolderSettings) {
  return {
    ...columns,
    schedule: JSON.stringify(schedule),
    complete_when: JSON.stringify(complete_when),
    afterwards: JSON.stringify(afterwards),
    options: JSON.stringify(options),
  }
}

function nameTaken(name: string): Problem {
  return new Problem('conflict', 'name_taken', `There is a remote folder called “${name}” already.`, {
    facts: { field: 'name' },
  })
}
