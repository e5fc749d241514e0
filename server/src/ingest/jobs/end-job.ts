// The end of an ingest job: its counts, its event, and why it failed if it did.

import { writeAudit } from '../../access/index.ts'
import { emit, takeSequence } from '../../events/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { cancelItems, countItems, failWaiting } from './items.ts'
import { changeJob, ended, lockJob } from './jobs.ts'
import type { Counts, IngestJob, JobState, Reason } from './shapes.ts'

/**
 * Every item has been settled, unless some were given back meanwhile: then `next` goes on with them. Answers whether it
 * ended now; others may have ended it before.
 */
export async function endJob(
  tx: Tx,
  { org_id, id }: IngestJob,
  next: (tx: Tx, job: IngestJob) => Promise<unknown>,
): Promise<boolean> {
  const job = await lockOpen(tx, org_id, id)
  if (!job) return false
  const counts = await countItems(tx, { orgId: org_id, jobId: id })
  if (counts.waiting > 0) await next(tx, job)
  else await close(tx, job, counts, null)
  return counts.waiting === 0
}

/** It cannot be read, or not any more: what waits fails with it. Answers as endJob does. */
export async function failJob(
  tx: Tx,
  { org_id, id }: Pick<IngestJob, 'org_id' | 'id'>,
  failure: Reason,
): Promise<boolean> {
  const job = await lockOpen(tx, org_id, id)
  if (!job) return false
  await failWaiting(tx, { orgId: org_id, jobId: id }, failure)
  await close(tx, job, await countItems(tx, { orgId: org_id, jobId: id }), failure)
  return true
}

/** What was open is complete: nothing will be added. */
export async function closeOpenJob(tx: Tx, job: IngestJob): Promise<void> {
  await failWaiting(
    tx,
    { orgId: job.org_id, jobId: job.id },
    { code: 'never_sent', reason: 'It was announced, and had not been sent when the job was closed.' },
  )
  await close(tx, job, await countItems(tx, { orgId: job.org_id, jobId: job.id }), null)
}

/** What waits is not taken in any more; what is in stays. */
export async function cancelOpenJob(tx: Tx, job: IngestJob): Promise<void> {
  const key = { orgId: job.org_id, jobId: job.id }
  await cancelItems(tx, key)
  await close(tx, job, await countItems(tx, key), null, 'cancelled')
}

async function lockOpen(tx: Tx, orgId: string, id: string): Promise<IngestJob | null> {
  const job = await lockJob(tx, orgId, id).catch((err) => {
    // Deleted meanwhile.
    if (err instanceof Problem && err.kind === 'not_found') return null
    throw err
  })
  return job && !ended.includes(job.state) ? job : null
}

async function close(
  tx: Tx,
  job: IngestJob,
  counts: Counts,
  failure: Reason | null,
  state = stateOf(job, counts, failure),
): Promise<void> {
  const { org_id: orgId, id, source, name } = job
  await changeJob(tx, job, { state, counts, failure, ended_at: new Date() })
  const [seq = 0] = await takeSequence(tx, [orgId])
  const data = {
    job_id: id,
    source,
    name,
    state,
    is_dry_run: job.is_dry_run,
    counts,
    failure,
    links: { self: `/v1/ingest-jobs/${id}` },
  }
  await emit(tx, [{ orgId, seq, type: 'ingest.completed', conversationId: null, data }])
  await writeAudit(tx, [
    {
      orgId,
      actor: job.sent_by.actor,
      action: 'ingest_job.end',
      target: id,
      requestId: job.request_id,
      data: { state },
    },
  ])
}

function stateOf({ is_dry_run }: IngestJob, counts: Counts, failure: Reason | null): JobState {
  if (failure && counts.ok + counts.duplicate === 0) return 'failed'
  if (is_dry_run) return 'planned'
  return counts.failed > 0 ? 'partial' : 'done'
}
