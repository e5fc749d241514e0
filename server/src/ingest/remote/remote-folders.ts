// Builds what there is of remote folders: their routes, the jobs that sync them, and their files as the contents of ingest
// jobs.

import type { Db } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Job, Worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Source } from '../jobs/shapes.ts'
import { startDueSyncs } from './due-syncs.ts'
import { folderRoutes } from './folder-routes.ts'
import { healthMailJob, healthMailWorker, tellByMail } from './health-mail.ts'
import type { OpenServers } from './open-server.ts'
import { remoteSource } from './remote-source.ts'
import { syncJob, syncWorker } from './sync.ts'

export type RemoteFolders = {
  routes: Route[]
  workers: Worker[]
  jobs: Job<object>[]
  source: Source
  /** In the scope of every organisation. */
  start(): { stop(): Promise<void> }
}

export function remoteFolders(input: {
  db: Db
  secrets: Secrets
  queue: () => Queue
  log: Log
  mail: Mail
  openServer: OpenServers['openServer']
  publicUrl: () => string
  timeZone: string
}): RemoteFolders {
  const { db, log, queue } = input
  return {
    routes: folderRoutes(input),
    workers: [syncWorker({ ...input, tell: tellByMail(queue, input.mail) }), healthMailWorker(input)],
    jobs: [syncJob, healthMailJob],
    source: remoteSource(input),
    start: () => startDueSyncs({ db, queue: queue(), log }),
  }
}
