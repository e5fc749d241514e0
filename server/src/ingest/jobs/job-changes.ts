// What people do to an ingest job that is there: start what was planned, cancel, retry, close, delete. Each is one
// transaction that holds the job's row, so that two at once follow one another, and the run of the job with them.

import type { Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { cancelOpenJob, closeOpenJob } from './end-job.ts'
import { getItem, resetItems } from './items.ts'
import { changeJob, ended, lockJob, removeJob, requireOpen } from './jobs.ts'
import type { IngestJob, JobOptions, JobState } from './shapes.ts'

/** What changing a job starts elsewhere, in the same transaction. */
export type Effects = {
  enqueueRun(tx: Tx, job: IngestJob): Promise<unknown>
  /** Removes files from the store once the transaction is committed. */
  removeFiles(tx: Tx, storeKeys: string[]): Promise<void>
}

/**
 * Whoever has access to a part of the organisation sees the jobs that they made themselves.
 * @throws Problem('not_found')
 */
export function requireSeen(job: IngestJob | null, { reach, actor }: Pick<Principal, 'reach' | 'actor'>): IngestJob {
  if (!job || (reach !== 'all' && job.made_by !== actor)) throw notFound()
  return job
}

const senderOf = ({ actor, scopes, reach }: Principal): IngestJob['sent_by'] => ({ actor, scopes, reach })

export function jobChanges({ enqueueRun, removeFiles }: Effects) {
  const lockSeen = async (tx: Tx, by: Principal, id: string) => requireSeen(await lockJob(tx, by.orgId, id), by)

  const letGo = (tx: Tx, job: IngestJob) =>
    removeFiles(
      tx,
      job.parts.map(({ store_key }) => store_key),
    )

  /** From now on it is worked on, as if it had never ended. */
  async function goOn(tx: Tx, job: IngestJob, change: Parameters<typeof changeJob>[2] & { state: JobState }) {
    await changeJob(tx, job, { ...change, counts: null, failure: null, ended_at: null })
    await enqueueRun(tx, job)
  }

  return {
    /**
     * A planned job is done for real, with what was found then, on behalf of whoever starts it.
     * @throws Problem('conflict', 'not_planned' | 'source_gone')
     */
    async start(tx: Tx, by: Principal, id: string, options: Partial<JobOptions>): Promise<void> {
      const job = await lockSeen(tx, by, id)
      if (job.state !== 'planned') {
        throw conflict('not_planned', `Only a dry run that has ended can be started; this job is ${job.state}.`)
      }
      requireSource(job)
      await resetItems(tx, keyOf(job), { states: ['ok', 'failed', 'duplicate'] })
      await goOn(tx, job, {
        state: 'expanded',
        is_dry_run: false,
        options: merged(job.options, options),
        sent_by: senderOf(by),
      })
    },

    /** What is in stays in. @throws Problem('conflict', 'job_ended') */
    async cancel(tx: Tx, by: Principal, id: string): Promise<void> {
      const job = await lockSeen(tx, by, id)
      if (ended.includes(job.state) && job.state !== 'planned') {
        throw conflict('job_ended', `This job is ${job.state} already: nothing is left to cancel.`)
      }
      await changeJob(tx, job, { parts: [] })
      await letGo(tx, job)
      await cancelOpenJob(tx, job)
    },

    /**
     * All failed items, those that failed with one of `codes`, or the one at `position`, with the options of now, on
     * behalf of whoever retries them: nobody makes teams with the rights of another.
     * Answers how many; 0 for a job that is read anew as a whole.
     * @throws Problem('conflict', 'not_retryable' | 'source_gone' | 'item_not_failed' | 'nothing_to_retry')
     */
    async retry(tx: Tx, by: Principal, id: string, which: Which, now: Partial<JobOptions> = {}): Promise<number> {
      const job = await lockSeen(tx, by, id)
      const { position, codes } = which
      const options = merged(job.options, now)
      if (position !== undefined) await requireFailed(tx, job, position)
      requireRetryable(job)
      const states = ['failed'] as const
      const count = await resetItems(tx, keyOf(job), { states, codes, ...(position === undefined ? {} : { position }) })
      if (count > 0) {
        requireSource(job)
        await goOn(tx, job, { state: 'expanded', options, sent_by: senderOf(by) })
        return count
      }
      if (job.state !== 'failed' || position !== undefined || codes) throw nothingToRetry()
      if (job.parts.length === 0 && job.file_url === null) throw sourceGone()
      await goOn(tx, job, {
        state: job.parts.length > 0 ? 'received' : 'uploading',
        options,
        sent_by: senderOf(by),
      })
      return 0
    },

    /** @throws Problem('conflict', 'job_not_open') */
    async close(tx: Tx, by: Principal, id: string): Promise<void> {
      const job = await lockSeen(tx, by, id)
      requireOpen(job)
      await closeOpenJob(tx, job)
    },

    /** The job with its items; what they became stays. @throws Problem('conflict', 'job_not_ended') */
    async remove(tx: Tx, by: Principal, id: string): Promise<void> {
      const job = await lockSeen(tx, by, id)
      if (!ended.includes(job.state)) {
        throw conflict('job_not_ended', `This job is ${job.state}. Cancel it first, then delete it.`)
      }
      await removeJob(tx, job)
      await letGo(tx, job)
    },
  }
}

type Which = { codes?: string[]; position?: number }

const keyOf = ({ org_id: orgId, id: jobId }: IngestJob) => ({ orgId, jobId })

/** @throws Problem('not_found'), Problem('conflict', 'item_not_failed') */
async function requireFailed(tx: Tx, job: IngestJob, position: number): Promise<void> {
  const item = await getItem(tx, keyOf(job), position)
  if (!item) throw notFound()
  if (item.state !== 'failed') {
    throw conflict('item_not_failed', `This item is ${item.state}. Only failed ones can be tried again.`)
  }
}

function requireRetryable({ state, source }: IngestJob): void {
  if (source === 'watch' || source === 'api') {
    throw conflict('source_gone', 'The items of this job were sent one by one: send those that failed again.')
  }
  if (state === 'planned') throw conflict('not_retryable', 'This was a dry run. Start it: that tries every item.')
  if (state === 'cancelled') throw conflict('not_retryable', 'This job was cancelled, and its contents are gone.')
  if (state === 'uploading' || state === 'received') {
    throw conflict('not_retryable', `This job is ${state}: none of its items has been tried yet.`)
  }
}

/** Archives are let go some time after their job has ended; what a remote folder has is still there. */
function requireSource({ parts, source }: IngestJob): void {
  if (parts.length === 0 && source !== 'remote_folder') throw sourceGone()
}

/** People who were named before stay named. */
function merged(before: JobOptions, now: Partial<JobOptions>): JobOptions {
  const kinds = ['agents', 'teams', 'departments'] as const
  const known = kinds.filter((kind) => before.people[kind] || now.people?.[kind])
  const people = Object.fromEntries(known.map((kind) => [kind, { ...before.people[kind], ...now.people?.[kind] }]))
  return { ...before, ...now, people }
}

const sourceGone = () =>
  conflict('source_gone', 'What was sent is no longer kept. Send what failed again: errors.csv lists it.')

const nothingToRetry = () =>
  conflict('nothing_to_retry', 'No item can be tried again: none failed so, or it was seen to be unusable at once.')

const conflict = (code: string, detail: string) => new Problem('conflict', code, detail)
