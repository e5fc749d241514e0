// Works jobs off: claims what is due, keeps claims alive, writes the result and the completion in one transaction.
// A worker that dies stops its heartbeat, and the queue gives its job to another within a minute.

import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../db/db.ts'
import { listenTo } from '../db/listen.ts'
import type { Log } from '../log.ts'
import type { Worker } from './job.ts'
import { burialOf, type ClaimedJob, type Queue, wakeChannel } from './queue.ts'

// A net under the notifications: what they miss is found by the next poll.
const pollMs = 1000
const heartbeatMs = 5000

export type Runner = { stop(graceMs: number): Promise<void> }

class ClaimLapsed extends Error {}

export async function runWorkers(input: {
  url: string
  db: Db
  queue: Queue
  workers: Worker[]
  log: Log
}): Promise<Runner> {
  const { db, queue, log } = input
  const stopping = new AbortController()
  const aborting = new AbortController()
  const wakes = new Map<string, () => void>()
  const listener = listenTo(input.url, wakeChannel, (name) => wakes.get(name)?.(), log)

  async function runOne(worker: Worker, claimed: ClaimedJob): Promise<void> {
    const { job } = worker
    const signal = AbortSignal.any([aborting.signal, AbortSignal.timeout(job.timeoutS * 1000)])
    try {
      const attempt = claimed.retryCount + 1
      const isLastAttempt = claimed.retryCount >= claimed.retryLimit
      const write = await worker.handle(claimed.input, { attempt, isLastAttempt, signal })
      await db.transaction().execute(async (tx) => {
        if (!(await queue.complete(tx, job, claimed))) throw new ClaimLapsed()
        await write?.(tx)
      })
    } catch (err) {
      if (err instanceof ClaimLapsed) {
        log.warn({ job: job.name, id: claimed.id }, 'a late worker finished a job that another has taken over')
        return
      }
      log.warn({ job: job.name, id: claimed.id, input: claimed.input, err }, 'a job failed')
      await queue.fail(job, claimed, err)
    }
  }

  async function work(worker: Worker): Promise<void> {
    const { job } = worker
    const running = new Map<ClaimedJob, Promise<void>>()
    let wake = () => {}
    let isAwake = false
    wakes.set(job.name, () => {
      isAwake = true
      wake()
    })
    const heartbeat = setInterval(() => {
      queue.keepAlive(job, [...running.keys()]).catch((err) => log.error({ err }, 'a heartbeat failed'))
    }, heartbeatMs)
    while (!stopping.signal.aborted) {
      const free = job.concurrency - running.size
      isAwake = false
      const claimed = free > 0 ? await claim(worker, free) : []
      for (const one of claimed) {
        const done = runOne(worker, one)
          .catch((err) => log.error({ err, job: job.name }, 'a job could not be handed back'))
          .finally(() => {
            running.delete(one)
            wakes.get(job.name)?.()
          })
        running.set(one, done)
      }
      if (isAwake || (free > 0 && claimed.length === free)) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        if (isAwake || stopping.signal.aborted) wake()
      })
    }
    await Promise.all(running.values())
    clearInterval(heartbeat)
  }

  async function claim(worker: Worker, limit: number): Promise<ClaimedJob[]> {
    try {
      return await queue.claim(db, worker.job, limit)
    } catch (err) {
      log.error({ err, job: worker.job.name }, 'could not claim jobs')
      await delay(pollMs)
      return []
    }
  }

  const burials = input.workers.map(
    (one): Worker => ({
      job: burialOf(one.job),
      handle: (buried) => one.bury(buried),
      bury: async () => undefined,
    }),
  )
  const loops = [...input.workers, ...burials].map(work)

  return {
    async stop(graceMs) {
      stopping.abort()
      for (const wake of wakes.values()) wake()
      const grace = setTimeout(() => aborting.abort(new Error('the program is stopping')), graceMs)
      await Promise.all(loops)
      clearTimeout(grace)
      await listener.stop()
    },
  }
}
