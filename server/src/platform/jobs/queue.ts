// The queue: pg-boss in the same PostgreSQL, so that a job is enqueued by the transaction that needs it.
// The only file that knows pg-boss, but for what queue-tables.ts reads; the runner beside it works the jobs off.

import { type ConnectionOptions, type JobWithMetadata, PgBoss } from 'pg-boss'
import { appRole, type Db, type DbOrTx, runRaw, type Tx } from '../db/db.ts'
import { together } from '../db/together.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Job } from './job.ts'

export const wakeChannel = 'indaba_jobs'
// A dead worker's job is due again after at most heartbeatS + superviseS + retryDelayMaxS, which is less than 60 s.
const heartbeatS = 15
const superviseS = 10
const retryDelayMaxS = 20
const keepFailedS = 7 * 24 * 3600
// A job that waits is never thrown away, however long the queue is.
const keepWaitingS = 10 * 365 * 24 * 3600

/**
 * Due when it is committed, also for a claim that began before: its clock stands still, and by it a job of this moment is
 * not due yet. It would see that a conversation has left its place, but not its next job, and give the place away.
 */
const dueAtOnce = '-60 seconds'

export type NewJob<Input extends object> = {
  input: Input
  /** The organisation: its jobs share `groupMax`, and see its rows alone. */
  group?: string
  /** Higher first; equal ones in order of arrival. */
  priority?: number
  startAfter?: Date
}

/** `retryCount` fences the claim: it grows with every claim, so a late worker's claim matches nothing. */
export type Claim = { id: string; retryCount: number }
export type ClaimedJob = Claim & Required<Pick<NewJob<object>, 'input' | 'priority'>> & Pick<NewJob<object>, 'group'>

export type Queue = {
  /** Wakes the workers of all processes, unless `isQuiet`: then the caller's own runner, which looks anyway, and the poll. */
  enqueue<Input extends object>(
    tx: Tx,
    job: Pick<Job<Input>, 'name' | 'input'>,
    jobs: NewJob<Input>[],
    options?: { isQuiet?: boolean },
  ): Promise<void>
  /** Fewer than `limit`: no more are due. */
  claim(db: Db, job: Job<object>, limit: number): Promise<ClaimedJob[]>
  /** False when the claim no longer holds. */
  keepAlive(job: Job<object>, claim: Claim): Promise<boolean>
  /** False when the claim had lapsed and another worker has the job: the caller must roll back. */
  complete(tx: Tx, job: Job<object>, claim: Claim): Promise<boolean>
  /** To be tried again later, or to be buried after the last try. False as for `complete`. */
  fail(tx: Tx, job: Job<object>, claim: Claim, error: unknown): Promise<boolean>
  /** To be taken by another worker at once, with all its tries before it. False as for `complete`. */
  handBack(tx: Tx, job: Job<object>, claimed: ClaimedJob): Promise<boolean>
  counts(): Promise<{ name: string; queued: number; active: number; failed: number }[]>
  stop(): Promise<void>
}

/** The job that carries what every try of `job` has failed on. */
export const burialOf = (job: Job<object>): Job<object> => ({
  name: `${job.name}.bury`,
  retryLimit: 10,
  timeoutS: 60,
  concurrency: 1,
})

export async function openQueue(input: {
  url: string
  jobs: Job<object>[]
  log: Log
  /** Only programs that work jobs look for those whose worker died. */
  supervise: boolean
}): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: input.url,
    max: 3,
    application_name: 'indaba-queue',
    schedule: false,
    supervise: input.supervise,
    superviseIntervalSeconds: superviseS,
    monitorIntervalSeconds: superviseS,
    maintenanceIntervalSeconds: 3600,
  })
  boss.on('error', (err) => input.log.error({ err }, 'the job queue had an error'))
  await boss.start()
  for (const job of input.jobs) {
    const burial = burialOf(job)
    await prepare(boss, burial)
    await prepare(boss, job, burial.name)
  }
  // Jobs are enqueued, claimed and settled as the role that the program works as, by the transactions that need it.
  await boss.getDb().executeSql(`
    grant usage on schema pgboss to ${appRole};
    grant select, insert, update, delete on all tables in schema pgboss to ${appRole};
    grant execute on all functions in schema pgboss to ${appRole}`)
  const inside = (tx: DbOrTx): ConnectionOptions => ({
    db: { executeSql: async (text, values) => (await runRaw(tx, text, values)) as never },
  })
  const wake = (tx: Tx, name: string) => runRaw(tx, 'select pg_notify($1, $2)', [wakeChannel, name])
  // pg-boss answers the number of rows that it changed; its types do not say so of every call.
  const touchedOne = (answer: unknown) => (answer as { affected?: number }).affected === 1

  const queue: Queue = {
    async enqueue(tx, job, jobs, { isQuiet = false } = {}) {
      if (jobs.length === 0) return
      const rows = jobs.map(({ input: data, group, priority, startAfter }) => ({
        id: newId(),
        data,
        ...(group ? { group: { id: group } } : {}),
        ...(priority === undefined ? {} : { priority }),
        startAfter: startAfter ?? dueAtOnce,
      }))
      await together(boss.insert(job.name, rows, inside(tx)), isQuiet || wake(tx, job.name))
    },
    async claim(db, job, limit) {
      if (job.groupMax === undefined) {
        const batch = { batchSize: limit, includeMetadata: true as const, ...inside(db) }
        return (await boss.fetch<object>(job.name, batch)).map(asClaimed)
      }
      const single = { batchSize: 1, includeMetadata: true as const, groupConcurrency: job.groupMax }
      return db.transaction().execute(async (tx) => {
        // Two claims at once would each count the other's group as not yet full.
        await runRaw(tx, 'select pg_advisory_xact_lock(hashtext($1))', [`claim ${job.name}`])
        const found: ClaimedJob[] = []
        // One by one: of several at once in a group that has room for fewer, pg-boss takes any, not the first.
        while (found.length < limit) {
          const [one] = await boss.fetch<object>(job.name, { ...single, ...inside(tx) })
          if (!one) break
          found.push(asClaimed(one))
        }
        return found
      })
    },
    keepAlive: async (job, { id, retryCount }) => touchedOne(await boss.touch(job.name, { id, retryCount })),
    // What is done is removed at once: a table that holds only what is to be done is quick to search, whatever the load.
    complete: async (tx, job, claim) => touchedOne(await boss.deleteJob(job.name, claim, inside(tx))),
    async fail(tx, job, claim, error) {
      const message = error instanceof Error ? error.message : String(error)
      const isOurs = touchedOne(await boss.fail(job.name, claim, { message }, inside(tx)))
      if (isOurs && claim.retryCount >= job.retryLimit) await wake(tx, burialOf(job).name)
      return isOurs
    },
    async handBack(tx, job, claimed) {
      if (!(await queue.complete(tx, job, claimed))) return false
      await queue.enqueue(tx, job, [claimed])
      return true
    },
    async counts() {
      const stats = await boss.getQueues()
      return stats.map((queue) => ({
        name: queue.name,
        queued: queue.readyCount,
        active: queue.activeCount,
        failed: queue.failedCount,
      }))
    },
    stop: () => boss.stop({ graceful: false }),
  }
  return queue
}

async function prepare(boss: PgBoss, { name, retryLimit, timeoutS }: Job<object>, deadLetter?: string): Promise<void> {
  const options = {
    retryLimit,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: retryDelayMaxS,
    expireInSeconds: timeoutS,
    heartbeatSeconds: heartbeatS,
    retentionSeconds: keepWaitingS,
    deleteAfterSeconds: keepFailedS,
  }
  await boss.createQueue(name, { ...options, ...(deadLetter ? { deadLetter } : {}) })
  // What an earlier version of the program made is brought to the same settings.
  await boss.updateQueue(name, options)
}

const asClaimed = ({ id, retryCount, data, groupId, priority }: JobWithMetadata<object>): ClaimedJob => ({
  id,
  retryCount,
  input: data,
  priority,
  ...(groupId ? { group: groupId } : {}),
})
