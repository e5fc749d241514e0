// The job that goes on with a replay or discard of many: step after step, and when the queue holds enough of it, again a
// while later. What is written down after each step is all that it remembers.

import type { Db } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import { stepRun } from './run-step.ts'
import { endRun } from './runs.ts'

export type RunInput = { orgId: string; id: string }

export const runJob: Job<RunInput> = job<RunInput>({
  name: 'dead_letters.run',
  retryLimit: 8,
  timeoutS: 600,
  concurrency: 2,
})

/** After so long another try of the same job goes on, so that none runs into its limit. */
const stintMs = 120_000

export const runWorker = ({ db, queue }: { db: Db; queue: Queue }): Worker =>
  worker<RunInput>({
    job: runJob,
    async handle(of, { signal }) {
      const until = performance.now() + stintMs
      for (;;) {
        signal.throwIfAborted()
        const next = await stepRun(db, of)
        if (next === 'over') return undefined
        if (next.waitMs === 0 && performance.now() < until) continue
        const startAfter = new Date(Date.now() + next.waitMs)
        return (tx) => queue.enqueue(tx, runJob, [{ input: of, group: of.orgId, startAfter }])
      }
    },
    bury: async (of) => async (tx) => endRun(tx, of, 'failed'),
  })
