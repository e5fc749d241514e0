// Dead letters, put together: what failed for good, what becomes of it, and the log that it is read from.

import type { Db } from '../../platform/db/db.ts'
import type { Principal, Route } from '../../platform/http/route.ts'
import type { Worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { deliveryRoutes } from '../deliveries/delivery-routes.ts'
import type { VbotFacts } from '../delivery/message.ts'
import { credentialStore } from '../endpoints/credentials.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import { letterRoutes } from './letter-routes.ts'
import { runWorker } from './run-letters.ts'
import { runRoutes } from './run-routes.ts'

/** `isUnmasked`: whether somebody sees personal data without asking. */
export function deadLetters(input: {
  db: Db
  secrets: Secrets
  queue: Queue
  vbotFacts: VbotFacts
  seenBy: AsSeenBy
  isUnmasked: (by: Principal) => boolean
}): { routes: Route[]; worker: Worker } {
  const parts = { ...input, credentials: credentialStore(input), isMasked: (by: Principal) => !input.isUnmasked(by) }
  return {
    routes: [...deliveryRoutes(parts), ...letterRoutes(parts), ...runRoutes(parts)],
    worker: runWorker(input),
  }
}
