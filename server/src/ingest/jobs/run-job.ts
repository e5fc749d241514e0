// Works an ingest job off: reads what is in it, takes its items in one by one, and ends it. A run lasts some minutes at
// most and hands on to the next, so that a load of hours neither holds a worker nor loses more than an item to a kill.

import { type Org, orgReader } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Job, job, type Worker, type Write, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import { sideBySide } from '../../platform/side-by-side.ts'
import { endJob, failJob } from './end-job.ts'
import { addItems, listItems, noteItem } from './items.ts'
import { changeJob, getJob, lockJob } from './jobs.ts'
import type { IngestItem, IngestJob, ItemState, JobSource, OpenSource, Part, Source } from './shapes.ts'
import { itemFailure } from './take-item.ts'

export type Run = { orgId: string; jobId: string }

export const runJob: Job<Run> = job<Run>({
  name: 'ingest.run',
  retryLimit: 8,
  timeoutS: 3600,
  concurrency: 2,
  groupMax: 2,
})

const runMs = 5 * 60_000
const itemsAtOnce = 1024
const recordingsSideBySide = 4
/** Three groups of what shares a commit: one is written, one waits, one is read. */
const chatsSideBySide = 192
/** The store or the database is away, rather than something wrong with an item. */
const setbacksMax = 10

export const enqueueRun = (tx: Tx, queue: Queue, { org_id: orgId, id: jobId }: Pick<IngestJob, 'org_id' | 'id'>) =>
  queue.enqueue(tx, runJob, [{ input: { orgId, jobId }, group: orgId }])

/** Takes one item in, or rehearses that, and writes the outcome, also where it throws what is the item's own fault. */
export type TakeItem = (
  job: IngestJob,
  org: Org,
  source: OpenSource,
) => (item: IngestItem, signal: AbortSignal) => Promise<ItemState>

export function runWorker(input: {
  db: Db
  queue: () => Queue
  log: Log
  sources: Partial<Record<JobSource, Source>>
  takeItem: TakeItem
  /** Brings the bytes that a job's `file_url` names into the store. */
  fetchArchive(job: IngestJob, signal: AbortSignal): Promise<Part>
  removeArchive(part: Part): Promise<void>
  /** Tells whom the job named, in the transaction that ends it. */
  tellEnd(tx: Tx, job: IngestJob): Promise<void>
}): Worker {
  const { db, sources, log } = input
  const readOrg = orgReader(db)

  async function run(given: IngestJob, signal: AbortSignal): Promise<Write> {
    const here = given.state === 'uploading' ? await fetched(given, signal) : given
    const source = await sourceOf(here).open(here, signal)
    try {
      const expanded = here.state === 'received' ? await expand(here, source) : here
      const take = input.takeItem(expanded, await readOrg(expanded.org_id), source)
      const isOver = await takeAll(expanded, take, source, signal)
      return isOver ? ending(expanded, (tx) => endJob(tx, expanded, next)) : (tx) => next(tx, expanded)
    } finally {
      await source.close()
    }
  }

  const next = (tx: Tx, job: IngestJob) => enqueueRun(tx, input.queue(), job)

  const ending =
    (job: IngestJob, end: (tx: Tx) => Promise<boolean>): Write =>
    async (tx) => {
      if (await end(tx)) await input.tellEnd(tx, job)
    }

  function sourceOf(job: IngestJob): Source {
    const source = sources[job.source]
    if (!source) throw new Problem('bug', 'no_such_source', `Jobs of source ${job.source} are not worked off.`)
    return source
  }

  async function fetched(job: IngestJob, signal: AbortSignal): Promise<IngestJob> {
    const part = await input.fetchArchive(job, signal)
    try {
      return await change(job, { state: 'received', parts: [part], failure: null })
    } catch (err) {
      // Cancelled meanwhile, or deleted: nobody knows of these bytes, unless another worker was here first.
      const now = await getJob(db, job.org_id, job.id)
      const isHeld = now?.parts.some(({ store_key }) => store_key === part.store_key)
      if (err instanceof Stopped && !isHeld) await input.removeArchive(part)
      throw err
    }
  }

  async function expand(job: IngestJob, source: OpenSource): Promise<IngestJob> {
    const { items, warnings, findings } = await source.expand()
    const kept = { state: 'expanded' as const, warnings: [...job.warnings, ...warnings], findings }
    return change(job, kept, (tx) => addItems(tx, { orgId: job.org_id, jobId: job.id }, items))
  }

  /** In a transaction of its own; a job that was cancelled meanwhile stays so. */
  async function change(job: IngestJob, to: Partial<IngestJob>, work?: Write): Promise<IngestJob> {
    return db.transaction().execute(async (tx) => {
      const now = await lockJob(tx, job.org_id, job.id).catch((err) => {
        throw err instanceof Problem && err.kind === 'not_found' ? new Stopped() : err
      })
      if (now.state !== job.state) throw new Stopped()
      await work?.(tx)
      await changeJob(tx, job, to)
      return { ...now, ...to }
    })
  }

  /** False when there is more to do than one run may take. */
  async function takeAll(
    job: IngestJob,
    take: ReturnType<TakeItem>,
    source: OpenSource,
    signal: AbortSignal,
  ): Promise<boolean> {
    const until = Date.now() + runMs
    const key = { orgId: job.org_id, jobId: job.id }
    const setbacks: unknown[] = []
    let after: number | null = null

    const takeOne = async (item: IngestItem) => {
      try {
        const outcome = await take(item, signal)
        await source.settled?.(item, outcome)
      } catch (err) {
        signal.throwIfAborted()
        const failure = itemFailure(err)
        const place = { jobId: job.id, position: item.position }
        // By another worker, or with its whole job.
        if (failure?.code === 'item_settled') return requireGoing(key)
        if (failure) {
          await source.settled?.(item, 'failed')
          return
        }
        log.warn({ err, jobId: job.id, position: item.position }, 'an item of an ingest job could not be taken in yet')
        await noteItem(db, job.org_id, place, err instanceof Problem ? err.detail : 'The server failed on it.')
        if (setbacks.push(err) >= setbacksMax) throw err
      }
    }

    for (;;) {
      const items = await listItems(db, key, { states: ['waiting'], after, limit: itemsAtOnce })
      const last = items.at(-1)
      if (!last) break
      await requireGoing(key)
      const width = items.every(({ kind }) => kind === 'chat') ? chatsSideBySide : recordingsSideBySide
      await sideBySide(items, width, takeOne)
      signal.throwIfAborted()
      after = last.position
      if (Date.now() > until) return false
    }
    if (setbacks.length > 0) throw setbacks[0]
    return true
  }

  async function requireGoing({ orgId, jobId }: Run): Promise<void> {
    if ((await getJob(db, orgId, jobId))?.state !== 'expanded') throw new Stopped()
  }

  return worker<Run>({
    job: runJob,
    async handle({ orgId, jobId }, { signal }) {
      const found = await getJob(db, orgId, jobId)
      if (!found || !isRunnable(found)) return undefined
      try {
        return await run(found, signal)
      } catch (err) {
        if (err instanceof Stopped) return undefined
        const failure = itemFailure(err)
        if (!failure) throw err
        return ending(found, (tx) => failJob(tx, found, failure))
      }
    },
    /** Whoever waits for a file that is being fetched is told what is in its way. */
    postpone: ({ orgId, jobId }, _, error) => {
      return async (tx) => {
        const found = await getJob(tx, orgId, jobId)
        if (found?.state !== 'uploading' || !(error instanceof Problem)) return
        await changeJob(tx, found, { failure: { code: error.code, reason: error.detail } })
      }
    },
    async bury({ orgId, jobId }) {
      const found = await getJob(db, orgId, jobId)
      if (!found || !isRunnable(found)) return undefined
      const reason = ['It could not be taken in on any of several tries.', found.failure?.reason]
        .filter(Boolean)
        .join(' ')
      return ending(found, (tx) => failJob(tx, found, { code: 'given_up', reason }))
    },
  })
}

/** Somebody else cancelled or ended the job. */
class Stopped extends Error {}

const isRunnable = ({ state, file_url }: IngestJob) =>
  state === 'received' || state === 'expanded' || (state === 'uploading' && file_url !== null)
