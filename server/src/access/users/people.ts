// People as the server needs them: their sessions, and the routes about them. What the program is put together with.

import type { Db } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { accountRoutes } from './account-routes.ts'
import { passwordPageRoutes } from './password-page.ts'
import { preferenceRoutes } from './preference-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { type Sessions, userSessions } from './sessions.ts'
import { userRoutes } from './user-routes.ts'

export type PeopleParts = { db: Db; secrets: Secrets; mail: Mail; log: Log; publicUrl: () => string }

export function people(parts: PeopleParts): { sessions: Sessions; routes: Route[] } {
  const sessions = userSessions(parts)
  const routes = [
    ...sessionRoutes({ ...parts, sessions }),
    ...accountRoutes({ ...parts, sessions }),
    ...preferenceRoutes({ db: parts.db, sessions }),
    ...userRoutes(parts),
    ...passwordPageRoutes(),
  ]
  return { sessions, routes }
}
