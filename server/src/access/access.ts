// Builds the slice: every kind of credential, the limits before and after it, the log of what was asked, and the routes.

import type { Db } from '../platform/db/db.ts'
import { everyOrg, inScope } from '../platform/db/scope.ts'
import type { Route } from '../platform/http/route.ts'
import type { HttpSettings, openServer } from '../platform/http/server.ts'
import type { Log } from '../platform/log.ts'
import type { Mail } from '../platform/mail.ts'
import type { Secrets } from '../platform/secrets.ts'
import { accessReviewRoutes } from './access-review-routes.ts'
import { accessLog } from './audit/access-log.ts'
import { auditRoutes } from './audit/routes.ts'
import { headSigner } from './audit/signed-heads.ts'
import { startSigning, type TellHead } from './audit/signing.ts'
import { authenticator } from './authenticate.ts'
import { type ApiKeys, apiKeys } from './keys/api-keys.ts'
import { keyRoutes } from './keys/routes.ts'
import { admission, type TakeOne } from './limits/admission.ts'
import { logoRoutes } from './logo-routes.ts'
import { oauth } from './oauth/oauth.ts'
import { oneTimeTickets, type Tickets } from './one-time-tickets.ts'
import { organisationRoutes } from './organisation-routes.ts'
import { firstAgain } from './proof.ts'
import { setupRoutes } from './setup/routes.ts'
import { makeSetupLink } from './setup/setup-tokens.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { type Standing, standing } from './standing.ts'
import type { NameBearers } from './teams/names.ts'
import { teamRoutes } from './teams/routes.ts'
import { openTokens, type Tokens } from './tokens/tokens.ts'
import { people } from './users/people.ts'

type Parts = {
  db: Db
  /** For counts that may be lost with the last half second. */
  relaxedDb: Db
  secrets: Secrets
  log: Log
  mail: Mail
  publicUrl: () => string
  adminToken: string
  /** Whoever bears the names of teams and departments, above this floor. */
  bearers: NameBearers
  /** Tells of a signed end of the audit; events are above this floor too. */
  tellHead: TellHead
  limits: Omit<Parameters<typeof admission>[0], 'db'>
  tokens: Parameters<typeof openTokens>[0]['limits']
  oauth: Parameters<typeof oauth>[0]['settings']
  signIn: Pick<Parameters<typeof signInRoutes>[0], 'settings' | 'fetchLike'>
}

export type Access = {
  keys: ApiKeys
  tokens: Tokens
  routes: Route[]
  guards: Parameters<typeof openServer>[1]
  /** A limit that counts on all nodes together. */
  takeOne: TakeOne
  /** For connections that outlive the request that opened them. */
  standing: Standing
  tickets: Tickets
  journal: NonNullable<HttpSettings['journal']>
  mounts: NonNullable<HttpSettings['mounts']>
  /** Where the first administrator is made, good once; null where there is one. */
  makeSetupLink(): Promise<string | null>
  /** Signs the heads of the audit every hour. */
  startSigning(): { stop(): Promise<void> }
  /** What was asked and is not written yet is written. */
  stop(): Promise<void>
}

export function access(parts: Parts): Access {
  const { db, secrets, log, publicUrl } = parts
  const keys = apiKeys({ db, secrets })
  const tokens = openTokens({ db, secrets, limits: parts.tokens })
  const { sessions, routes: peopleRoutes } = people({ db, secrets, mail: parts.mail, log, publicUrl })
  const server = oauth({ db, secrets, log, sessions, publicUrl, settings: parts.oauth })
  const limits = admission({ db: parts.relaxedDb, ...parts.limits })
  const signer = headSigner(secrets)
  const record = accessLog({ db, log })
  const credentials = [keys.credential, tokens.credential, server.credential, sessions.credential(db)]
  const again = firstAgain([keys.again, tokens.again, server.again, sessions.again(db)])
  const tickets = oneTimeTickets({ secrets, takeOne: limits.take, again })
  const stands = standing({ db, again, log })
  return {
    keys,
    tokens,
    routes: [
      ...organisationRoutes({ db, secrets }),
      ...logoRoutes({ db }),
      ...keyRoutes({ db, keys, secrets }),
      ...peopleRoutes,
      ...setupRoutes({ db, sessions, takeOne: limits.take, publicUrl }),
      ...signInRoutes({ db, secrets, sessions, publicUrl, ...parts.signIn }),
      ...tokens.routes,
      ...server.routes,
      ...teamRoutes({ db, secrets, bearers: parts.bearers }),
      ...accessReviewRoutes({ db, secrets }),
      ...auditRoutes({ db, signer }),
    ],
    guards: {
      authenticate: limits.watch(tickets.redeeming(authenticator({ credentials, adminToken: parts.adminToken }))),
      enter: (by, work) => (by.isAdmin ? everyOrg(work) : inScope([by.orgId], work)),
      admit: limits.admit,
    },
    takeOne: limits.take,
    standing: stands,
    tickets,
    journal: record.journal,
    mounts: [server.mount],
    makeSetupLink: () => makeSetupLink(db, publicUrl()),
    startSigning: () => startSigning({ db, signer, log, tell: parts.tellHead }),
    async stop() {
      stands.stop()
      await record.stop()
    },
  }
}
