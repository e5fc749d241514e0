// Ingest: every way in. The only door into this slice.

import type { Db, Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import type { Route } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import type { Job, Worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import type { Log } from '../platform/log.ts'
import type { Mail } from '../platform/mail.ts'
import type { Download } from '../platform/outbound/download.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Store } from '../storage/index.ts'
import { accepting } from './accept.ts'
import { archiveSource } from './batch/archive-source.ts'
import { openPeople } from './batch/people.ts'
import { type Doors, doors } from './doors.ts'
import { fetchJob, fetchWorker } from './from-url.ts'
import { archivesOf } from './jobs/archives.ts'
import { changeRoutes } from './jobs/change-routes.ts'
import { createRoutes } from './jobs/create-routes.ts'
import { archiveFetch } from './jobs/fetch-archive.ts'
import { intake } from './jobs/intake.ts'
import type { Effects } from './jobs/job-changes.ts'
import { jobRoutes } from './jobs/job-routes.ts'
import { progresses } from './jobs/progress.ts'
import { enqueueRun, runJob, runWorker } from './jobs/run-job.ts'
import type { CheckRecording } from './jobs/stage-item.ts'
import { tellEnd, tellJob, tellWorker } from './jobs/tell-end.ts'
import { foldersOnServer } from './remote/folders.ts'
import { type RemoteFolders, remoteFolders } from './remote/remote-folders.ts'
import { type RemoteAccess, remoteServers } from './remote/remote-servers.ts'
import { sampleRoutes } from './samples/sample-routes.ts'
import type { NextStep } from './shapes.ts'
import { sending } from './uploads/sending.ts'
import { uploadKeysOf } from './uploads/unused.ts'
import { usageRoutes } from './usage-routes.ts'
import { watcherRoutes } from './watchers/routes.ts'
import { requireWatcherById } from './watchers/watchers.ts'

export type { Doors } from './doors.ts'
export { takeTags } from './fair-queue.ts'
export { letArchivesGo } from './jobs/archives.ts'
export { serverSecrets } from './remote/servers.ts'
export type { Accepted, NextStep } from './shapes.ts'
export { tidyUploads } from './uploads/unused.ts'
export { tellSilence } from './watchers/silence.ts'

export function ingest(input: {
  db: Db
  store: Store
  secrets: Secrets
  download: Download
  queue: () => Queue
  /** Starts the pipeline for conversations whose content is here. */
  analyse: NextStep
  publicUrl: () => string
  timeZone: string
  uploadBytesMax: number
  /** Of an archive that is fetched or uploaded. */
  batchBytesMax: number
  remote: RemoteAccess
  log: Log
  mail: Mail
  /** Refuses what is certainly no recording. */
  checkRecording: CheckRecording
  removeFiles: Effects['removeFiles']
}): {
  doors: Doors
  routes: Route[]
  workers: Worker[]
  jobs: Job<object>[]
  /** In the scope of every organisation. */
  startSyncs: RemoteFolders['start']
  /** Of what never ends by itself, so that the server can. */
  endStreams(): void
  /** Before the organisation's rows are deleted, in the same transaction. */
  removeArchivesOf(tx: Tx, orgId: string): Promise<void>
} {
  const { db, store, analyse, uploadBytesMax } = input
  // A recording that is only named by a URL is fetched first.
  const next: NextStep = async (tx, conversations) => {
    const here = conversations.filter(({ fetchUrl }) => fetchUrl === null)
    const elsewhere = conversations.flatMap(({ fetchUrl: url, channel: _, ...one }) =>
      url === null ? [] : [{ input: { ...one, url, fileId: newId() }, group: one.orgId, priority: -one.tag }],
    )
    await together(analyse(tx, here), input.queue().enqueue(tx, fetchJob, elsewhere))
  }
  const accept = accepting({ db, next })
  const { fetchFile, servers, ...remote } = remoteServers({ ...input, ...input.remote, usersOf: foldersOnServer })
  const folders = remoteFolders({ ...input, openServer: servers.openServer })
  const takeItem = intake({
    db,
    store,
    accept,
    timeZone: input.timeZone,
    recordingBytesMax: uploadBytesMax,
    checkRecording: input.checkRecording,
    fetchFile,
    peopleOf: (job) => openPeople(db, job),
  })
  const batch = archiveSource({ db, store, archiveBytesMax: input.batchBytesMax })
  const fetchArchive = archiveFetch({ store, download: fetchFile }, input.batchBytesMax)
  const effects: Effects = {
    enqueueRun: (tx, job) => enqueueRun(tx, input.queue(), job),
    removeFiles: input.removeFiles,
  }
  const files = sending({ ...input, ...effects, accept })
  const progress = progresses(db)
  const create = createRoutes({
    ...input,
    ...effects,
    ...files,
    checkFileUrl: servers.checkFileUrl,
    requireWatcher: (orgId, id) => requireWatcherById(db, orgId, id),
  })
  const entrances = doors({ ...input, accept, tickets: files.tickets, checkFileUrl: servers.checkFileUrl })
  return {
    doors: entrances,
    routes: [
      ...sampleRoutes({ doors: entrances }),
      ...files.routes,
      ...create,
      ...jobRoutes({ ...input, progress }),
      ...changeRoutes({ ...input, ...effects }),
      ...usageRoutes(input),
      ...remote.routes,
      ...folders.routes,
      ...watcherRoutes({ db }),
    ],
    workers: [
      fetchWorker({ db, store, download: fetchFile, sizeBytesMax: uploadBytesMax, next: analyse }),
      runWorker({
        db,
        queue: input.queue,
        log: input.log,
        sources: { zip: batch, list: batch, remote_folder: folders.source },
        takeItem,
        fetchArchive,
        removeArchive: ({ store_key }) => store.delete(store_key),
        tellEnd: tellEnd(input.queue, input.mail),
      }),
      tellWorker(input),
      ...folders.workers,
    ],
    jobs: [fetchJob, runJob, tellJob, ...folders.jobs],
    startSyncs: folders.start,
    endStreams: progress.stop,
    removeArchivesOf: async (tx, orgId) =>
      input.removeFiles(tx, [...(await archivesOf(tx, orgId)), ...(await uploadKeysOf(tx, orgId))]),
  }
}
