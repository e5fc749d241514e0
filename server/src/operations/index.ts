// Running the program: health, figures, alerts, housekeeping. The only door into this slice.

import type { Db } from '../platform/db/db.ts'
import type { Route } from '../platform/http/route.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { type Figures, figures } from './figures.ts'
import { healthRoutes } from './health.ts'

export { alerts } from './alerts/slice.ts'
export { startHousekeeping } from './housekeeping.ts'

/** The routes of whoever watches over the program, and what is to be told of each answer. */
export function telemetry(input: { db: Db; queue: Queue }): { routes: Route[]; onAnswer: Figures['onAnswer'] } {
  const { route, onAnswer } = figures(input)
  return { routes: [...healthRoutes(input), route], onAnswer }
}
