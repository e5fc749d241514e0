// Builds the slice: the door, what is set up over REST, and the job that works messages off.

import type { TakeOne } from '../../access/index.ts'
import type { Doors } from '../../ingest/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { inboundDoor } from './door.ts'
import { messageRoutes } from './message-routes.ts'
import { enqueueProcess, processWorker } from './process.ts'
import { conversationsReader } from './readers/conversations.ts'
import type { Reader } from './shapes.ts'
import { sourceRoutes } from './source-routes.ts'

export function inbound(input: {
  db: Db
  secrets: Secrets
  queue: Queue
  publicUrl: () => string
  takeOne: TakeOne
  doors: Pick<Doors, 'takeCall' | 'takeChat'>
}): { routes: Route[]; workers: Worker[] } {
  const readers: readonly Reader[] = [conversationsReader(input.doors)]
  const process = (tx: Tx, messages: { orgId: string; messageId: string }[]) =>
    enqueueProcess(input.queue, tx, messages)
  return {
    routes: [
      ...sourceRoutes({ ...input, readers }),
      ...messageRoutes({ ...input, process }),
      ...inboundDoor({ ...input, process }),
    ],
    workers: [processWorker({ ...input, readers })],
  }
}
