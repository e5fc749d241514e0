// Webhook endpoints, put together: their routes, and what their owners are told.

import type { Db } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Job, Worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Outbound } from '../../platform/outbound/request.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { TellOwners } from '../delivery/turn.ts'
import type { Ways } from '../delivery/ways.ts'
import { credentialStore } from './credentials.ts'
import type { EndpointParts } from './endpoint-parts.ts'
import { endpointRoutes } from './endpoint-routes.ts'
import { noticeJob, noticeWorker } from './notice-mail.ts'
import { ownerNotices } from './notices.ts'
import { secretRoutes } from './secret-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { trialRoutes } from './trial-routes.ts'
import { verifier } from './verifier.ts'

export function webhookEndpoints(
  input: Pick<EndpointParts, 'takeOne' | 'demandsVerification'> & {
    db: Db
    secrets: Secrets
    outbound: Outbound
    ways: Ways
    queue: () => Queue
    mail: Mail
    publicUrl: () => string
  },
): { routes: Route[]; jobs: Job<object>[]; workers: Worker[]; tellOwners: TellOwners } {
  const { outbound } = input
  const parts: EndpointParts = {
    ...input,
    guard: outbound.guard,
    credentials: credentialStore(input),
    sendOver: input.ways.send,
  }
  const verifying = verifier(parts)
  return {
    routes: [
      ...endpointRoutes(parts, verifying),
      ...trialRoutes(parts, verifying),
      ...statusRoutes(parts),
      ...secretRoutes(parts),
    ],
    jobs: [noticeJob],
    workers: [noticeWorker(input)],
    tellOwners: ownerNotices(input),
  }
}
