// The bytes that a job was announced for are here, by whichever way they came: it is worked on from now on, or fails at
// once when nobody could.

import { writeAudit } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Store } from '../../storage/index.ts'
import { contentsKind, headBytes } from './contents-kind.ts'
import { failJob } from './end-job.ts'
import { changeJob, getJob, lockJob } from './jobs.ts'
import type { IngestJob, Part, Reason } from './shapes.ts'

export type ContentsArrived = (
  contents: { orgId: string; jobId: string; parts: Part[]; actor: string; requestId: string },
  /** What else is written by the transaction that hands them over. */
  also?: (tx: Tx) => Promise<void>,
) => Promise<void>

/** @throws Problem('not_found'), Problem('conflict', 'job_not_waiting'), Problem('invalid') as contentsKind does */
export function contentsArrival(input: {
  db: Db
  store: Store
  enqueueRun: (tx: Tx, job: IngestJob) => Promise<unknown>
}): ContentsArrived {
  const { db, store, enqueueRun } = input
  return async ({ orgId, jobId, parts, actor, requestId }, also) => {
    const source = await kindOfParts(store, parts).catch(async (err) => {
      if (err instanceof Problem && err.kind === 'invalid') {
        const failure = { code: err.code, reason: err.detail }
        await db.transaction().execute((tx) => failAnnounced(tx, orgId, jobId, failure))
      }
      throw err
    })
    await db.transaction().execute(async (tx) => {
      const job = requireAnnounced(await lockJob(tx, orgId, jobId))
      await changeJob(tx, job, { source, parts, state: 'received' })
      await enqueueRun(tx, job)
      await also?.(tx)
      const data = { source, size_bytes: parts.reduce((sum, { size_bytes }) => sum + size_bytes, 0) }
      await writeAudit(tx, [{ orgId, actor, action: 'ingest_job.receive', target: jobId, requestId, data }])
    })
  }
}

/** Its contents are to be sent by somebody, and have not been. @throws Problem('conflict', 'job_not_waiting') */
export function requireAnnounced(job: IngestJob): IngestJob {
  if (isAnnounced(job)) return job
  const detail = 'This ingest job is not waiting for a file: it has one, or has ended. Make another job.'
  throw new Problem('conflict', 'job_not_waiting', detail)
}

export const isAnnounced = ({ state, file_url }: IngestJob): boolean => state === 'uploading' && file_url === null

/** Nobody will send its contents, or not these; a job that has got others, or has ended, is left alone. */
export async function failAnnounced(tx: Tx, orgId: string, jobId: string, failure: Reason): Promise<void> {
  const job = await getJob(tx, orgId, jobId)
  if (job && isAnnounced(await lockJob(tx, orgId, jobId))) await failJob(tx, job, failure)
}

/** What the parts together are. @throws Problem('invalid') as contentsKind does */
export async function kindOfParts(store: Store, parts: readonly Part[]): Promise<'zip' | 'list'> {
  let head = Buffer.alloc(0)
  for (const { store_key, size_bytes } of parts) {
    const end = Math.min(size_bytes, headBytes - head.length) - 1
    if (end < 0) continue
    const { stream } = await store.open(store_key, { start: 0, end })
    head = Buffer.concat([head, ...(await stream.toArray())])
  }
  return contentsKind(head)
}
