import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { freshDatabase, superuser } from '../../../test/database.ts'
import { type Db, openDb, type Tx } from '../db/db.ts'
import { openLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { type Job, JobInterrupted, job, type Worker, worker } from './job.ts'
import { openQueue, type Queue } from './queue.ts'
import { type Runner, runWorkers } from './runner.ts'

type Input = { n: number }

const log = openLog('silent')
const quick = { retryLimit: 1, timeoutS: 60, concurrency: 4 }
const jobs = {
  plain: job<Input>({ name: 'test.plain', ...quick }),
  grouped: job<Input>({ name: 'test.grouped', ...quick, concurrency: 8, groupMax: 3 }),
  brief: job<Input>({ name: 'test.brief', ...quick, timeoutS: 1 }),
}

async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${isSo}`)
    await delay(10)
  }
}

describe('the runner', () => {
  let url = ''
  let db: Db
  let queue: Queue
  let drop: (() => Promise<void>) | undefined
  const runners: Runner[] = []

  before(async () => {
    const database = await freshDatabase()
    url = database.url
    drop = database.drop
    db = openDb({ url, connectionsMax: 10, as: 'owner' })
    await sql`create table done (n integer, by text)`.execute(db)
    queue = await openQueue({ url, jobs: Object.values(jobs), log, supervise: false })
  })
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((one) => one.stop(0)))
    await sql`truncate done`.execute(db)
    await sql`delete from pgboss.job`.execute(db)
  })
  after(async () => {
    await queue?.stop()
    await db?.destroy()
    await drop?.()
  })

  const put = (one: Job<Input>, inputs: { n: number; group?: string; priority?: number }[]) =>
    db.transaction().execute((tx) =>
      queue.enqueue(
        tx,
        one,
        inputs.map(({ n, ...rest }) => ({ input: { n }, ...rest })),
      ),
    )
  const wrote = async () => (await sql<{ n: number }>`select n from done order by n`.execute(db)).rows.map(({ n }) => n)
  const left = async () => (await sql<{ state: string }>`select state from pgboss.job`.execute(db)).rows
  const write =
    (n: number, by = '') =>
    (tx: Tx) =>
      sql`insert into done values (${n}, ${by})`.execute(tx)
  const run = async (...workers: Worker[]) => {
    const runner = await runWorkers({ url, db, queue, workers, log })
    runners.push(runner)
    return runner
  }
  const noBurial = async () => undefined

  test('writes and completes in one transaction; nothing is left', async () => {
    await run(worker<Input>({ job: jobs.plain, handle: async ({ n }) => write(n), bury: noBurial }))
    await put(
      jobs.plain,
      Array.from({ length: 40 }, (_, n) => ({ n })),
    )
    await until(async () => (await wrote()).length === 40)
    assert.deepEqual(
      await wrote(),
      Array.from({ length: 40 }, (_, n) => n),
    )
    assert.deepEqual(await left(), [])
  })

  test('one that cannot be written does not fail those that share its transaction', async () => {
    const handle =
      async ({ n }: Input) =>
      async (tx: Tx) => {
        await write(n)(tx)
        if (n === 3) await sql`insert into done values ('not a number')`.execute(tx)
      }
    await run(worker<Input>({ job: jobs.plain, handle, bury: noBurial }))
    await put(
      jobs.plain,
      [1, 2, 3, 4].map((n) => ({ n, group: 'one' })),
    )
    await until(async () => (await wrote()).length === 3)
    assert.deepEqual(await wrote(), [1, 2, 4])
  })

  test('a failed try is repeated with a note; then buried, with the note of the last', async () => {
    const attempts: number[] = []
    const notes: number[] = []
    await run(
      worker<Input>({
        job: jobs.plain,
        async handle(_, { attempt }) {
          attempts.push(attempt)
          throw new Error('no')
        },
        postpone:
          (_, { attempt }) =>
          async () =>
            notes.push(attempt),
        bury: async ({ n }) => write(n, 'burial'),
      }),
    )
    await put(jobs.plain, [{ n: 7 }])
    await until(async () => (await wrote()).length === 1)
    assert.deepEqual(attempts, [1, 2])
    assert.deepEqual(notes, [1, 2])
    await until(async () => (await left()).length === 1)
    assert.deepEqual(await left(), [{ state: 'failed' }])
  })

  test('never more of a group at once than allowed, on two runners; another group is not held up; the first comes first', async () => {
    const inProgress = new Map<string, number>()
    const most = new Map<string, number>()
    const order: number[] = []
    const gate = Promise.withResolvers<void>()
    const groupOf = (n: number) => (n < 100 ? 'busy' : 'quiet')
    const grouped = worker<Input>({
      job: jobs.grouped,
      async handle({ n }) {
        const group = groupOf(n)
        order.push(n)
        inProgress.set(group, (inProgress.get(group) ?? 0) + 1)
        most.set(group, Math.max(most.get(group) ?? 0, inProgress.get(group) ?? 0))
        await gate.promise
        await delay(2)
        // What counts is the claim, which lasts until the commit.
        return async (tx) => {
          inProgress.set(group, (inProgress.get(group) ?? 0) - 1)
          await write(n)(tx)
        }
      },
      bury: noBurial,
    })
    await put(
      jobs.grouped,
      Array.from({ length: 20 }, (_, n) => ({ n, group: 'busy', priority: -n })),
    )
    await run(grouped)
    await run(grouped)
    await until(() => inProgress.get('busy') === 3)
    await put(jobs.grouped, [{ n: 100, group: 'quiet', priority: -50 }])
    await until(() => inProgress.get('quiet') === 1, 3000)
    await delay(1200)
    assert.equal(inProgress.get('busy'), 3, 'another poll takes no more')
    gate.resolve()
    await until(async () => (await wrote()).length === 21)
    assert.deepEqual(
      [...most],
      [
        ['busy', 3],
        ['quiet', 1],
      ],
    )
    const places = order.filter((n) => n < 100)
    for (const [place, n] of places.entries()) assert.ok(Math.abs(place - n) <= 3, `${n} was at place ${place}`)
  })

  test('a late worker, whose claim has lapsed, writes nothing', async () => {
    const gate = Promise.withResolvers<void>()
    let isHeld = false
    await run(
      worker<Input>({
        job: jobs.plain,
        async handle({ n }, { attempt }) {
          if (attempt > 1) return write(n, `try ${attempt}`)
          isHeld = true
          await gate.promise
          return write(n, 'late')
        },
        postpone: () => write(-1, 'a late note'),
        bury: noBurial,
      }),
    )
    await put(jobs.plain, [{ n: 1 }])
    await until(() => isHeld)
    await sql`update pgboss.job set state = 'retry', start_after = now() where name = 'test.plain'`.execute(db)
    await until(async () => (await wrote()).length === 1)
    gate.resolve()
    await delay(200)
    const { rows } = await sql<{ by: string }>`select by from done`.execute(db)
    assert.deepEqual(rows, [{ by: 'try 2' }])
  })

  test('a worker whose claim has lapsed is told to stop by its next heartbeat', async () => {
    const stopped = Promise.withResolvers<unknown>()
    let isHeld = false
    await run(
      worker<Input>({
        job: jobs.plain,
        handle: (_, { signal }) => {
          isHeld = true
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              stopped.resolve(signal.reason)
              reject(signal.reason)
            })
          })
        },
        bury: noBurial,
      }),
    )
    await put(jobs.plain, [{ n: 1 }])
    await until(() => isHeld)
    await sql`delete from pgboss.job`.execute(db)
    const reason = await Promise.race([stopped.promise, delay(7000, null)])
    assert.ok(reason instanceof Error && !(reason instanceof JobInterrupted))
  })

  test('stopping: what ends in time is finished, the rest is handed back at once and does not count as a try', async () => {
    const attempts: number[] = []
    const slow = (isPatient: boolean) =>
      worker<Input>({
        job: jobs.plain,
        async handle({ n }, { attempt, signal }) {
          attempts.push(attempt)
          if (isPatient) return write(n, 'second')
          await delay(n === 1 ? 200 : 60_000, undefined, { signal })
          return write(n, 'first')
        },
        bury: noBurial,
      })
    const first = await run(slow(false))
    await put(jobs.plain, [{ n: 1 }, { n: 2 }])
    await until(() => attempts.length === 2)
    const started = performance.now()
    await first.stop(500)
    const stoppedMs = performance.now() - started
    console.log(`stopped in ${stoppedMs.toFixed(0)} ms with 500 ms of grace`)
    assert.ok(stoppedMs < 1500)
    assert.deepEqual((await sql`select * from done`.execute(db)).rows, [{ n: 1, by: 'first' }])
    const restarted = performance.now()
    await run(slow(true))
    await until(async () => (await wrote()).length === 2)
    console.log(`taken up again in ${(performance.now() - restarted).toFixed(0)} ms`)
    assert.deepEqual(attempts, [1, 1, 1])
  })

  test('what ignores the signal does not keep the program from stopping', { timeout: 20_000 }, async () => {
    let isHeld = false
    const gate = Promise.withResolvers<undefined>()
    const deaf = worker<Input>({
      job: jobs.plain,
      handle: () => {
        isHeld = true
        return gate.promise
      },
      bury: noBurial,
    })
    const runner = await run(deaf)
    await put(jobs.plain, [{ n: 1 }])
    await until(() => isHeld)
    await runner.stop(100)
    gate.resolve(undefined)
  })

  test('work that takes too long is stopped and fails with the reason', async () => {
    const reasons: unknown[] = []
    await run(
      worker<Input>({
        job: jobs.brief,
        handle: (_, { signal }) => delay(60_000, undefined, { signal }),
        postpone:
          (_input, { signal }) =>
          async () =>
            reasons.push(signal.reason),
        bury: noBurial,
      }),
    )
    await put(jobs.brief, [{ n: 1 }])
    await until(() => reasons.length > 0)
    assert.ok(reasons[0] instanceof Problem && reasons[0].code === 'job_timeout')
  })

  test('connections that the database breaks while work is under way cost neither the work nor a try', async () => {
    const attempts: number[] = []
    await run(
      worker<Input>({
        job: jobs.plain,
        async handle({ n }, { attempt }) {
          attempts.push(attempt)
          await delay(300)
          let isFirst = true
          return async (tx) => {
            if (n === 1 && isFirst) {
              isFirst = false
              await breakConnections()
            }
            await write(n)(tx)
          }
        },
        bury: noBurial,
      }),
    )
    await put(jobs.plain, [{ n: 1 }, { n: 2 }])
    // The question itself may be on a connection that breaks.
    await until(async () => (await wrote().catch(() => [])).length === 2, 15_000)
    assert.deepEqual(attempts, [1, 1])
    // The listener and the claims have recovered too.
    await put(jobs.plain, [{ n: 3 }])
    await until(async () => (await wrote()).length === 3)
  })

  async function breakConnections(): Promise<void> {
    const admin = await superuser()
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [new URL(url).pathname.slice(1)],
    )
    await admin.end()
  }

  test('latency from enqueue to done, and jobs per second', async () => {
    const at = new Map<number, number>()
    const times: number[] = []
    await run(
      worker<Input>({
        job: jobs.plain,
        handle:
          async ({ n }) =>
          async () =>
            void times.push(performance.now() - (at.get(n) ?? 0)),
        bury: noBurial,
      }),
    )
    await delay(200)
    for (let n = 0; n < 50; n++) {
      at.set(n, performance.now())
      await put(jobs.plain, [{ n }])
      await delay(10)
    }
    await until(() => times.length === 50)
    times.sort((a, b) => a - b)
    const started = performance.now()
    await put(
      jobs.plain,
      Array.from({ length: 500 }, (_, n) => ({ n, group: 'one' })),
    )
    await until(() => times.length === 550)
    const perS = 500 / ((performance.now() - started) / 1000)
    console.log(`p50 ${times[25]?.toFixed(1)} ms, p99 ${times[49]?.toFixed(1)} ms; ${perS.toFixed(0)} jobs/s`)
    assert.ok((times[25] ?? 0) < 500, 'woken, not found by the poll')
  })
})
