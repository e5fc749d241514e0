// Ingest: every way in. The only door into this slice.

import type { Db } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import type { Route } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import type { Worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import type { Download } from '../platform/outbound/download.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Store } from '../storage/index.ts'
import { accepting } from './accept.ts'
import { type Doors, doors } from './doors.ts'
import { fetchJob, fetchWorker } from './from-url.ts'
import type { NextStep } from './shapes.ts'
import { tickets } from './tickets.ts'
import { usageRoutes } from './usage-routes.ts'

export type { Doors } from './doors.ts'
export type { Accepted, NextStep } from './shapes.ts'

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
}): { doors: Doors; routes: Route[]; workers: Worker[]; fetchJob: typeof fetchJob } {
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
  const secret = input.secrets.hash('upload ticket', '').toString('hex')
  const waiting = tickets({ ...input, accept, secret })
  return {
    doors: doors({ ...input, accept, tickets: waiting }),
    routes: [...waiting.routes, ...usageRoutes(input)],
    workers: [fetchWorker({ db, store, download: input.download, sizeBytesMax: uploadBytesMax, next: analyse })],
    fetchJob,
  }
}
