// One sync of a remote folder: finishes what earlier ones left, looks at what is there, and makes one ingest job of what
// is complete. All it decides is written by the transaction that ends it; killed before, it is done again from the start.

import { sql } from 'kysely'
import { findOrg, type Org } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { type Job, job, type Worker, type Write, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import { RemoteFailure } from '../../platform/remote/folder.ts'
import { addItems } from '../jobs/items.ts'
import { createJob } from '../jobs/jobs.ts'
import { enqueueRun } from '../jobs/run-job.ts'
import { tidying } from './after.ts'
import { type Failure, type Folder, findFolder, lockFolder, noteProgress, type Progress } from './folders.ts'
import { noteFailure, noteSuccess, type TellPeople } from './health.ts'
import { look, SyncSuperseded } from './look.ts'
import type { OpenServers } from './open-server.ts'
import { type Found, pickFiles } from './pick.ts'
import { countFiles, type FolderKey, forgetLongGone, markQueued } from './remote-files.ts'
import { later, nextSync } from './schedule.ts'

export type Sync = { orgId: string; folderId: string }

export const syncJob: Job<Sync> = job<Sync>({
  name: 'ingest.sync',
  retryLimit: 3,
  timeoutS: 3600,
  concurrency: 2,
})

/** What did not fit is fetched so soon. */
const moreAfterMs = 5000
/** Nothing that a server says is kept at any length. */
const reasonCharsMax = 1000

/**
 * Unless one is queued or under way already. In the transaction of whoever asks for it.
 * @returns whether it was queued
 */
export async function enqueueSync(
  tx: Tx,
  queue: Queue,
  { org_id: orgId, id }: Pick<Folder, 'org_id' | 'id'>,
): Promise<boolean> {
  const { rows } = await sql`
    update remote_folders set sync_id = ${newId()}, sync_since = now()
    where org_id = ${orgId} and id = ${id} and sync_id is null returning 1`.execute(tx)
  if (rows.length === 0) return false
  await queue.enqueue(tx, syncJob, [{ input: { orgId, folderId: id }, group: orgId }])
  return true
}

export function syncWorker(input: {
  db: Db
  queue: () => Queue
  log: Log
  openServer: OpenServers['openServer']
  tell: TellPeople
  timeZone: string
}): Worker {
  const { db, log } = input

  /** From here on, what an earlier try of this sync may still be doing writes nothing more. */
  async function begin({ orgId, folderId }: Sync): Promise<{ folder: Folder; syncId: string } | null> {
    const syncId = newId()
    await sql`
      update remote_folders set sync_id = ${syncId}, sync_since = now()
      where org_id = ${orgId} and id = ${folderId} and sync_id is not null`.execute(db)
    const folder = await findFolder(db, orgId, folderId)
    return folder?.sync_id === syncId ? { folder, syncId } : null
  }

  async function sync(folder: Folder, org: Org, syncId: string, signal: AbortSignal): Promise<Write> {
    const timeZone = org.settings.time_zone ?? input.timeZone
    const key: FolderKey = { orgId: folder.org_id, folderId: folder.id }
    const remote = await input.openServer(folder.org_id, folder.server_id, { path: folder.path })
    try {
      const warnings: string[] = []
      await tidying(db, remote, { folder, timeZone, warn: (text) => warnings.push(text) }).settle(signal)
      const { queued } = await countFiles(db, key)
      // Nothing is listed as long as little of it could be taken.
      if (queued > folder.files_per_sync / 2) return (tx) => whileOurs(tx, folder, syncId, (now) => comeBack(tx, now))
      const room = folder.files_per_sync - queued
      const { startedAt, ...seen } = await look(db, remote, { folder, syncId, signal })
      const found = await pickFiles(db, remote, { folder, startedAt, room, signal })
      await forgetLongGone(db, key)
      warnings.push(...seen.warnings)
      return (tx) =>
        whileOurs(tx, folder, syncId, async (now) => {
          const jobId = await startJob(tx, folder, org, found)
          const next_sync_at = nextTime(folder, found, timeZone)
          await noteSuccess(
            tx,
            now,
            { now: new Date(), next_sync_at, warnings, ...(jobId ? { last_job_id: jobId } : {}) },
            input.tell,
          )
        })
    } finally {
      await remote.close()
    }
  }

  async function startJob(tx: Tx, folder: Folder, org: Org, { picked }: Found): Promise<string | null> {
    if (picked.length === 0) return null
    const { org_id, id, name, options } = folder
    const { unknown_people } = org.settings
    const made = await createJob(tx, {
      org_id,
      source: 'remote_folder',
      source_id: id,
      name: `${name}: ${picked.length} ${picked.length === 1 ? 'file' : 'files'}`,
      state: 'expanded',
      sent_by: { actor: `remote_folder:${id}`, scopes: ['calls:write'], reach: 'all' },
      request_id: newId(),
      options: { ...(unknown_people ? { unknown_people } : {}), ...options },
    })
    const jobKey = { orgId: org_id, jobId: made.id }
    await addItems(
      tx,
      jobKey,
      picked.map(({ item }) => item),
    )
    const queued = picked.map(({ file, companions }, position) => ({ path: file.path, position, companions }))
    await markQueued(tx, { orgId: org_id, folderId: id }, made.id, queued)
    await enqueueRun(tx, input.queue(), made)
    return made.id
  }

  return worker<Sync>({
    job: syncJob,
    async handle(asked, { signal }): Promise<Write | undefined> {
      const begun = await begin(asked)
      if (!begun) return undefined
      const { folder, syncId } = begun
      const org = await findOrg(db, folder.org_id)
      if (!folder.is_active || !org?.is_active) {
        return (tx) =>
          whileOurs(tx, folder, syncId, (now) => noteProgress(tx, now, { sync_id: null, sync_since: null }))
      }
      try {
        return await sync(folder, org, syncId, signal)
      } catch (err) {
        signal.throwIfAborted()
        if (err instanceof SyncSuperseded) return undefined
        const failure = failureOf(err)
        if (!failure) throw err
        log.info(
          { orgId: folder.org_id, folderId: folder.id, step: failure.step },
          'a remote folder could not be synced',
        )
        return (tx) =>
          whileOurs(tx, folder, syncId, (now) => noteFailure(tx, now, { now: new Date(), failure }, input.tell))
      }
    },
    async bury({ orgId, folderId }) {
      const folder = await findFolder(db, orgId, folderId)
      if (!folder?.sync_id) return undefined
      const { sync_id } = folder
      const failure: Failure = { step: 'sync', reason: 'The sync did not come to its end on any of several tries.' }
      return (tx) =>
        whileOurs(tx, folder, sync_id, (now) => noteFailure(tx, now, { now: new Date(), failure }, input.tell))
    },
  })
}

const end = (tx: Tx, folder: Folder, more: Progress = {}) =>
  noteProgress(tx, folder, { ...more, sync_id: null, sync_since: null })

const comeBack = (tx: Tx, folder: Folder) => end(tx, folder, { next_sync_at: later(new Date(), moreAfterMs) })

/** With the folder as it is now, held; nothing when it was deleted, or another process has begun anew. */
async function whileOurs(
  tx: Tx,
  { org_id, id }: Folder,
  syncId: string,
  work: (now: Folder) => Promise<unknown>,
): Promise<void> {
  const now = await lockFolder(tx, org_id, id).catch((err) => {
    if (err instanceof Problem && err.kind === 'not_found') return null
    throw err
  })
  if (now?.sync_id === syncId) await work(now)
}

function nextTime({ schedule, complete_when }: Folder, { isMore, areSettling }: Found, timeZone: string): Date {
  const now = new Date()
  const times = [nextSync(schedule, timeZone, now)]
  if (isMore) times.push(later(now, moreAfterMs))
  // The second look that they wait for.
  if (areSettling && complete_when.rule === 'steady') times.push(later(now, complete_when.steady_seconds * 1000))
  return new Date(Math.min(...times.map((at) => at.getTime())))
}

/** Null: the fault is ours, and the queue tries again. */
function failureOf(err: unknown): Failure | null {
  if (err instanceof RemoteFailure) return { step: err.step, reason: err.detail.slice(0, reasonCharsMax) }
  if (err instanceof Problem && err.kind !== 'bug') return { step: 'sync', reason: err.detail.slice(0, reasonCharsMax) }
  return null
}
