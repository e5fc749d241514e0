// Running the program: health, figures, the operator's overview, alerts, housekeeping. The only door into this slice.

import type { Db } from '../platform/db/db.ts'
import type { Route } from '../platform/http/route.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import type { Log } from '../platform/log.ts'
import { type Figures, figures } from './figures.ts'
import { healthRoutes } from './health.ts'
import { type Own, startHeartbeat } from './overview/processes.ts'
import { overviewRoutes } from './overview/routes.ts'

export { alerts } from './alerts/slice.ts'
export { startHousekeeping } from './housekeeping.ts'

/** The routes of whoever watches over the program, what is to be told of each answer, and that this process lives. */
export function telemetry(input: { db: Db; queue: Queue; version: string }): {
  routes: Route[]
  onAnswer: Figures['onAnswer']
  startHeartbeat(input: { log: Log; dataDir: string; own: Own }): Promise<{ stop(): Promise<void> }>
} {
  const { route, onAnswer } = figures(input)
  const answered = { requests: 0, refused_by_limits: 0, errors: 0 }
  return {
    routes: [...healthRoutes(input), route, ...overviewRoutes(input)],
    onAnswer(facts) {
      answered.requests += 1
      if (facts.status === 429) answered.refused_by_limits += 1
      if (facts.status >= 500) answered.errors += 1
      onAnswer(facts)
    },
    startHeartbeat: (own) => startHeartbeat({ db: input.db, answered, ...own }),
  }
}
