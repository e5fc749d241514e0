// Insights: what many conversations say together. The only door into this slice: builds it, and follows the changes.

import type { Db } from '../platform/db/db.ts'
import type { Route } from '../platform/http/route.ts'
import type { Log } from '../platform/log.ts'
import type { Secrets } from '../platform/secrets.ts'
import { agentRoutes } from './agents/agent-routes.ts'
import { importRoutes } from './agents/import-routes.ts'
import { performanceRoutes } from './agents/performance-routes.ts'
import { boardRoutes } from './boards/routes.ts'
import { factsFollower } from './facts/follower.ts'
import { metricRoutes } from './metrics/routes.ts'
import { searchFollower } from './search/follower.ts'
import { savedRoutes } from './search/saved-routes.ts'
import { searchRoutes } from './search/search-routes.ts'
import { type Follower, startUpkeep } from './upkeep.ts'

export { letDocumentsGo } from './reports/let-go.ts'
export { reportJobs, reports } from './reports/reports.ts'

export type Insights = {
  routes: Route[]
  /** Follows the changes of every organisation from now on. */
  start(): { stop(): Promise<void> }
}

export const followers: readonly Follower[] = [factsFollower, searchFollower]

export function insights(parts: {
  db: Db
  secrets: Secrets
  log: Log
  /** Of organisations that have none of their own. */
  defaultTimeZone: string
}): Insights {
  return {
    routes: [
      ...importRoutes(parts),
      ...agentRoutes(parts),
      ...performanceRoutes(parts),
      ...metricRoutes(parts),
      ...boardRoutes(parts),
      ...searchRoutes(parts),
      ...savedRoutes(parts),
    ],
    start: () => startUpkeep({ ...parts, followers }),
  }
}
