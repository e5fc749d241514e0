// Builds what there is of alerts: their routes, the jobs that write mails, and the clock that watches.

import type { Db } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Job, Worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { alertRoutes } from './alert-routes.ts'
import { alertMailJob, alertMailWorker } from './letters.ts'
import { operationMetrics } from './metrics.ts'
import { ruleRoutes } from './rule-routes.ts'
import { startWatching } from './watch-loop.ts'

export type Alerts = {
  routes: Route[]
  workers: Worker[]
  jobs: Job<object>[]
  /** In the scope of every organisation. */
  start(): { stop(): Promise<void> }
}

export function alerts(input: {
  db: Db
  secrets: Secrets
  queue: () => Queue
  log: Log
  mail: Mail
  publicUrl: () => string
  /** Of organisations that have none of their own. */
  timeZone: string
}): Alerts {
  const parts = { ...input, metrics: operationMetrics(input) }
  return {
    routes: [...ruleRoutes(parts), ...alertRoutes(parts)],
    workers: [alertMailWorker(input)],
    jobs: [alertMailJob],
    start: () => startWatching(parts),
  }
}
