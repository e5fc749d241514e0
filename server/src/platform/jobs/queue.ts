// The queue: pg-boss in the same PostgreSQL, so that a job is enqueued by the transaction that needs it.
// The only file that knows pg-boss; the runner beside it works the jobs off.

import { PgBoss } from 'pg-boss'
import { type DbOrTx, runRaw, type Tx } from '../db/db.ts'
import type { Log } from '../log.ts'
import type { Job } from './job.ts'

export const wakeChannel = 'indaba_jobs'
const heartbeatS = 15
const superviseS = 10
const keepFinishedS = 3600

export type NewJob<Input extends object> = {
  input: Input
  /** Jobs of one group share `groupMax`. */
  group?: string
  /** Higher first; equal ones in order of arrival. */
  priority?: number
  startAfter?: Date
}

export type Claim = { id: string; retryCount: number }
export type ClaimedJob = Claim & { input: object; retryLimit: number }

export type Queue = {
  enqueue<Input extends object>(tx: Tx, job: Job<Input>, jobs: NewJob<Input>[]): Promise<void>
  claim(db: DbOrTx, job: Job<object>, limit: number): Promise<ClaimedJob[]>
  keepAlive(job: Job<object>, claims: Claim[]): Promise<void>
  /** False when the claim had lapsed and another worker has the job: the caller must roll back. */
  complete(tx: Tx, job: Job<object>, claim: Claim): Promise<boolean>
  fail(job: Job<object>, claim: Claim, error: unknown): Promise<void>
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
  })
  boss.on('error', (err) => input.log.error({ err }, 'the job queue had an error'))
  await boss.start()
  for (const job of input.jobs) {
    const options = {
      retryLimit: job.retryLimit,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 900,
      expireInSeconds: job.timeoutS,
      heartbeatSeconds: heartbeatS,
      deleteAfterSeconds: keepFinishedS,
    }
    const burial = burialOf(job)
    for (const { name, deadLetter, ...rest } of [
      { name: burial.name, ...options, retryLimit: burial.retryLimit, expireInSeconds: burial.timeoutS },
      { name: job.name, ...options, deadLetter: burial.name },
    ] as { name: string; deadLetter?: string }[]) {
      await boss.createQueue(name, { ...rest, ...(deadLetter ? { deadLetter } : {}) })
      await boss.updateQueue(name, rest)
    }
  }
  const inside = (tx: DbOrTx) => ({
    db: {
      // biome-ignore lint/suspicious/noExplicitAny: pg-boss types its rows so
      executeSql: async (text: string, values?: unknown[]) => (await runRaw(tx, text, values)) as { rows: any[] },
    },
  })

  return {
    async enqueue(tx, job, jobs) {
      if (jobs.length === 0) return
      const rows = jobs.map(({ input: data, group, priority, startAfter }) => ({
        data,
        ...(group ? { group: { id: group } } : {}),
        ...(priority === undefined ? {} : { priority }),
        ...(startAfter ? { startAfter } : {}),
      }))
      await boss.insert(job.name, rows, inside(tx))
      await runRaw(tx, 'select pg_notify($1, $2)', [wakeChannel, job.name])
    },
    async claim(db, job, limit) {
      const options = {
        batchSize: limit,
        includeMetadata: true as const,
        ...(job.groupMax === undefined ? {} : { groupConcurrency: job.groupMax }),
      }
      // Two claims at once would each count the other's group as not yet full.
      const found =
        job.groupMax === undefined
          ? await boss.fetch<object>(job.name, { ...options, ...inside(db) })
          : await db.transaction().execute(async (tx) => {
              await runRaw(tx, 'select pg_advisory_xact_lock(hashtext($1))', [`claim ${job.name}`])
              return boss.fetch<object>(job.name, { ...options, ...inside(tx) })
            })
      return found.map(({ id, retryCount, retryLimit, data }) => ({ id, retryCount, retryLimit, input: data }))
    },
    async keepAlive(job, claims) {
      if (claims.length > 0) await boss.touch(job.name, claims)
    },
    async complete(tx, job, claim) {
      // pg-boss answers the number of rows; its type does not say so.
      const answer = (await boss.complete(job.name, claim, null, inside(tx))) as { affected?: number }
      return answer.affected === 1
    },
    async fail(job, claim, error) {
      const message = error instanceof Error ? error.message : String(error)
      await boss.fail(job.name, claim, { message })
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
}
