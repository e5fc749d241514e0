// What people do to conversations and say of them: the program is put together with this.

import type { Route } from '../../platform/http/route.ts'
import type { Worker } from '../../platform/jobs/job.ts'
import { noteRoutes } from '../coaching/note-routes.ts'
import type { BulkParts } from './bulk.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { type CommentParts, commentRoutes } from './comment-routes.ts'
import { correctionRoutes } from './correction-routes.ts'
import { deedRoutes } from './deed-routes.ts'
import { historyRoutes } from './history-routes.ts'
import { noticeMailWorker } from './notice-mail.ts'
import { notificationRoutes } from './notification-routes.ts'
import { tagRoutes } from './tag-routes.ts'

export { noticeMailJob } from './notice-mail.ts'

export function annotations(parts: BulkParts & CommentParts & { publicUrl: () => string }): {
  routes: Route[]
  worker: Worker
} {
  return {
    routes: [
      ...tagRoutes(parts),
      ...deedRoutes(parts),
      ...bulkRoutes(parts),
      ...correctionRoutes(parts),
      ...historyRoutes(parts),
      ...commentRoutes(parts),
      ...noteRoutes(parts),
      ...notificationRoutes(parts),
    ],
    worker: noticeMailWorker(parts),
  }
}
