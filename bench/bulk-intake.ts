// Bulk loads without a server around them: an archive is put into the store, and the time is taken until all that is in
// it has been taken in. What comes after (decoding, analysing) is queued, and not worked off.

import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createOrg } from '../server/src/access/index.ts'
import { accepting } from '../server/src/ingest/accept.ts'
import { archiveSource } from '../server/src/ingest/batch/archive-source.ts'
import { openPeople } from '../server/src/ingest/batch/people.ts'
import { intake } from '../server/src/ingest/jobs/intake.ts'
import { createJob, requireJob } from '../server/src/ingest/jobs/jobs.ts'
import { enqueueRun, runJob, runWorker } from '../server/src/ingest/jobs/run-job.ts'
import type { IngestJob } from '../server/src/ingest/jobs/shapes.ts'
import type { NextStep } from '../server/src/ingest/shapes.ts'
import { sniffRecording } from '../server/src/pipeline/index.ts'
import { enqueueRuns, pipelineJobs } from '../server/src/pipeline/run.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { everyOrg, inScope } from '../server/src/platform/db/scope.ts'
import { openQueue } from '../server/src/platform/jobs/queue.ts'
import { runWorkers } from '../server/src/platform/jobs/runner.ts'
import { openLog } from '../server/src/platform/log.ts'
import { openStore, storeKey } from '../server/src/storage/index.ts'

const bytesMax = 16 * 2 ** 30
const pollMs = 50

export type BulkIntake = {
  /** Puts the file into the store; `run` takes in what is in it and answers with the job as it ended. */
  load(path: string): Promise<{ run(): Promise<{ job: IngestJob; seconds: number }> }>
  stop(): Promise<void>
}

export async function openBulkIntake({ url, dir }: { url: string; dir: string }): Promise<BulkIntake> {
  const log = openLog('error')
  const db = openDb({ url, connectionsMax: 10 })
  const jobs = pipelineJobs({ workers: 2, callsInProgressMax: 10 })
  const queue = await openQueue({ url, jobs: [jobs.voice, jobs.chat, runJob], log, supervise: false })
  const store = openStore({ kind: 'local', root: join(dir, 'store') })
  const next: NextStep = (tx, conversations) => enqueueRuns(tx, queue, jobs, conversations)
  const nowhere = () => Promise.reject(new Error('the bench fetches nothing'))
  const takeItem = intake({
    db,
    store,
    accept: accepting({ db, next }),
    timeZone: 'UTC',
    recordingBytesMax: bytesMax,
    checkRecording: sniffRecording,
    fetchFile: nowhere,
    peopleOf: (job) => openPeople(db, job),
  })
  const archive = archiveSource({ db, store, archiveBytesMax: bytesMax })
  const sources = { zip: archive, list: archive }
  const worker = runWorker({
    db,
    queue: () => queue,
    log,
    sources,
    takeItem,
    fetchArchive: nowhere,
    removeArchive: nowhere,
    tellEnd: async () => undefined,
  })
  const runner = await runWorkers({ url, db, queue, workers: [worker], log })
  const { id: orgId } = await everyOrg(() => createOrg(db, { name: 'Bench' }))

  return {
    async load(path) {
      const key = storeKey(orgId, 'batch', randomUUID())
      await store.put(key, createReadStream(path, { highWaterMark: 2 ** 20 }), { sizeBytesMax: bytesMax })
      const parts = [{ store_key: key, size_bytes: (await stat(path)).size }]
      const sent_by = { actor: 'bench', scopes: [], reach: 'all' as const }
      return {
        async run() {
          const startedAt = performance.now()
          const job = await inScope([orgId], () =>
            db.transaction().execute(async (tx) => {
              const made = await createJob(tx, {
                org_id: orgId,
                source: 'zip',
                name: path,
                state: 'received',
                sent_by,
                request_id: 'bench',
                parts,
                options: { unknown_people: 'leave' },
              })
              await enqueueRun(tx, queue, made)
              return made
            }),
          )
          for (;;) {
            const now = await inScope([orgId], () => requireJob(db, orgId, job.id))
            if (now.ended_at) return { job: now, seconds: (performance.now() - startedAt) / 1000 }
            await delay(pollMs)
          }
        },
      }
    },
    async stop() {
      await runner.stop(1000)
      await queue.stop()
      store.close()
      await db.destroy()
    },
  }
}
