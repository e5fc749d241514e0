// Works jobs off: claims what is due, keeps claims alive, writes the result and the completion in one transaction.
// A worker that dies stops its heartbeat, and the queue gives its job to another within a minute.

import { setTimeout as delay } from 'node:timers/promises'
import type { Db, Tx } from '../db/db.ts'
import { groupCommit } from '../db/group-commit.ts'
import { listenTo } from '../db/listen.ts'
import { inScope } from '../db/scope.ts'
import { together } from '../db/together.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { JobInterrupted, type Worker, type Write } from './job.ts'
import { burialOf, type ClaimedJob, type Queue, wakeChannel } from './queue.ts'

// A net under the notifications: what they miss, and tries that are due again, are found by the next poll.
const pollMs = 1000
const burialPollMs = 5000
const claimedAtOnceMax = 16
const heartbeatMs = 5000
/** Waits between tries to write a result: work of hours is not thrown away for a restart of the database. */
const writeAgainMs = [500, 3000, 10_000]
/** For jobs that were interrupted to be handed back. */
const handBackMs = 5000

export type Runner = { stop(graceMs: number): Promise<void> }

class ClaimLapsed extends Error {}

/** What ends a try: `settle` says false when the claim had lapsed. */
type Ending = { settle(tx: Tx): Promise<boolean>; write: Write | undefined }

export async function runWorkers(input: {
  url: string
  db: Db
  /** For claims, which may be lost: default `db`. */
  claimsDb?: Db
  queue: Queue
  workers: Worker[]
  log: Log
}): Promise<Runner> {
  const { log } = input
  const commit = commitByGroup(input.db)
  const wakes = new Map<string, () => void>()
  const listener = listenTo(input.url, wakeChannel, (name) => wakes.get(name)?.(), log)
  const loops = [
    ...input.workers.map((worker) => startLoop({ ...input, commit, worker, pollMs })),
    ...input.workers.map((worker) =>
      startLoop({ ...input, commit, worker: burialWorker(worker), pollMs: burialPollMs }),
    ),
  ]
  for (const loop of loops) wakes.set(loop.name, loop.wake)

  return {
    async stop(graceMs) {
      for (const loop of loops) loop.claimNoMore()
      const ended = Promise.all(loops.map((loop) => loop.ended)).then(() => true)
      if (!(await Promise.race([ended, delay(graceMs, false, { ref: false })]))) {
        for (const loop of loops) loop.interrupt()
        // What does not end now is given to another worker when its heartbeat is missed.
        const isOver = await Promise.race([ended, delay(handBackMs, false, { ref: false })])
        if (!isOver) log.warn('some jobs did not let themselves be interrupted')
      }
      await listener.stop()
    },
  }
}

const burialWorker = ({ job, bury }: Worker): Worker => ({
  job: burialOf(job),
  handle: bury,
  bury: async () => undefined,
})

/**
 * Results of one group that wait for each other's locks (the change counter of the organisation) share a transaction.
 * Never those of two groups, which could wait for each other in a circle.
 */
function commitByGroup(db: Db): (group: string, ending: Ending) => Promise<void> {
  type Commit = (ending: Ending) => Promise<void>
  const open = new Map<string, { commit: Commit; waiting: number }>()
  const endAll = async (tx: Tx, endings: Ending[]) => {
    const areOurs = await together(
      ...endings.map(async ({ settle, write }) => (await together(settle(tx), write?.(tx)))[0]),
    )
    if (areOurs.includes(false)) throw new ClaimLapsed()
    return endings.map(() => undefined)
  }
  return async (group, ending) => {
    const one = open.get(group) ?? { commit: groupCommit<Ending, void>(db, () => group, endAll), waiting: 0 }
    open.set(group, one)
    one.waiting += 1
    try {
      await one.commit(ending)
    } finally {
      one.waiting -= 1
      if (one.waiting === 0) open.delete(group)
    }
  }
}

/** Claims and runs the jobs of one worker until it is told to stop. */
function startLoop(input: {
  db: Db
  claimsDb?: Db
  queue: Queue
  log: Log
  commit: ReturnType<typeof commitByGroup>
  worker: Worker
  pollMs: number
}) {
  const { queue, log, commit, worker, pollMs } = input
  const { job } = worker
  const running = new Map<ClaimedJob, { control: AbortController; sinceMs: number }>()
  const stopping = new AbortController()
  let isAwake = false
  let wakeUp = () => {}
  const wake = () => {
    isAwake = true
    wakeUp()
  }

  async function loop(): Promise<void> {
    const heartbeat = setInterval(() => {
      beat().catch((err) => log.error({ err, job: job.name }, 'a heartbeat failed'))
    }, heartbeatMs)
    while (!stopping.signal.aborted) {
      const wanted = Math.min(job.concurrency - running.size, claimedAtOnceMax)
      isAwake = false
      const claimed = wanted > 0 ? await claim(wanted) : []
      for (const one of claimed) start(one)
      const isAll = claimed.length < wanted || running.size === job.concurrency
      // A notice that came while the claim was on its way may be of a job that the claim did not see.
      if (isAll && !isAwake && !stopping.signal.aborted) await rest()
    }
    while (running.size > 0) await rest()
    clearInterval(heartbeat)
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function claim(limit: number): Promise<ClaimedJob[]> {
    try {
      return await queue.claim(input.claimsDb ?? input.db, job, limit)
    } catch (err) {
      log.error({ err, job: job.name }, 'could not claim jobs')
      await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {})
      return []
    }
  }

  /** One by one: several at once could wait in a circle with results that are being written together. */
  async function beat(): Promise<void> {
    for (const [claimed, { control, sinceMs }] of running) {
      if (sinceMs > performance.now() - heartbeatMs / 2) continue
      if (!(await queue.keepAlive(job, claimed))) control.abort(new ClaimLapsed())
    }
  }

  function start(claimed: ClaimedJob): void {
    const control = new AbortController()
    running.set(claimed, { control, sinceMs: performance.now() })
    const late = new Problem(
      'unavailable',
      'job_timeout',
      `The work took longer than ${job.timeoutS} s and was stopped.`,
    )
    const timer = setTimeout(() => control.abort(late), job.timeoutS * 1000)
    inScope(claimed.group ? [claimed.group] : [], () => runOne(claimed, control.signal))
      // Nobody keeps its claim alive from here: the queue gives it to another worker.
      .catch((err) => log.error({ err, job: job.name, id: claimed.id }, 'a job could not be handed back'))
      .finally(() => {
        clearTimeout(timer)
        running.delete(claimed)
        wake()
      })
  }

  async function runOne(claimed: ClaimedJob, signal: AbortSignal): Promise<void> {
    const facts = { job: job.name, id: claimed.id, attempt: claimed.retryCount + 1 }
    const run = { attempt: facts.attempt, signal }
    try {
      const write = await worker.handle(claimed.input, run)
      await end(claimed, { settle: (tx) => queue.complete(tx, job, claimed), write })
    } catch (err) {
      if (err instanceof ClaimLapsed || signal.reason instanceof ClaimLapsed) {
        log.warn(facts, 'the claim had lapsed: another worker has the job')
        return
      }
      const isInterrupted = signal.reason instanceof JobInterrupted
      if (isInterrupted) log.info(facts, 'a job was handed back')
      else log.warn({ ...facts, err }, 'a job failed')
      const settle = (tx: Tx) => (isInterrupted ? queue.handBack(tx, job, claimed) : queue.fail(tx, job, claimed, err))
      const write = worker.postpone?.(claimed.input, run, isInterrupted ? signal.reason : err)
      await end(claimed, { settle, write }).catch((lost) => {
        if (!(lost instanceof ClaimLapsed)) throw lost
      })
    }
  }

  /**
   * Settles the claim and writes, both or neither. Tries again when the database fails: a commit that did happen, but was
   * not heard of, then shows as a lapsed claim.
   */
  async function end(claimed: ClaimedJob, ending: Ending): Promise<void> {
    for (const waitMs of [...writeAgainMs, null]) {
      try {
        return await commit(claimed.group ?? '', ending)
      } catch (err) {
        if (err instanceof ClaimLapsed || waitMs === null) throw err
        log.warn({ err, job: job.name }, 'a result could not be written; trying again')
        await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  const stop = () => {
    stopping.abort()
    wake()
  }
  return {
    name: job.name,
    wake,
    claimNoMore: stop,
    interrupt() {
      for (const { control } of running.values()) control.abort(new JobInterrupted('the program is stopping'))
    },
    ended: loop(),
  }
}
