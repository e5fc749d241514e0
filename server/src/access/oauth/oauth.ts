// The OAuth 2.0 server as one part: its routes, its pages and endpoints, and the tokens that it lets in.

import type { IncomingMessage } from 'node:http'
import type { Db } from '../../platform/db/db.ts'
import type { Mount } from '../../platform/http/mount.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Log } from '../../platform/log.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Credential } from '../authenticate.ts'
import type { Again } from '../proof.ts'
import type { Sessions } from '../users/sessions.ts'
import { applicationRoutes } from './application-routes.ts'
import { isInteraction } from './ask.ts'
import { oauthCredential } from './credential.ts'
import { grantRoutes } from './grant-routes.ts'
import { oauthInteraction } from './interaction.ts'
import { type OauthSettings, oauthProvider } from './provider.ts'
import { registrationRoute } from './registration.ts'

export type Oauth = { routes: Route[]; mount: Mount; credential: Credential; again: Again }

export function oauth(parts: {
  db: Db
  secrets: Secrets
  log: Log
  sessions: Sessions
  publicUrl: () => string
  settings: OauthSettings
}): Oauth {
  const { credential, again, forget } = oauthCredential(parts)
  const server = oauthProvider({ ...parts, onRevoked: forget })
  const interaction = oauthInteraction(parts)

  /** The library makes addresses and cookies of the request; a proxy or a stranger may have changed what it says. */
  const asSeenOutside = (request: IncomingMessage) => {
    const { protocol, host, pathname } = new URL(parts.publicUrl())
    request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
    request.headers['x-forwarded-host'] = host
    Object.assign(request, { baseUrl: pathname.replace(/\/$/, '') })
  }

  return {
    routes: [
      ...applicationRoutes({ ...parts, forget }),
      ...grantRoutes({ ...parts, forget }),
      ...(parts.settings.registration ? [registrationRoute(parts)] : []),
    ],
    credential,
    again,
    mount: {
      tag: 'OAuth',
      paths: ['/oauth/*', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
      async handle(request, response, from) {
        asSeenOutside(request)
        const present = await server()
        await present.records.during(from.requestId, async () => {
          if (isInteraction(request)) await interaction(present, { request, response, ...from })
          else await present.serve(request, response)
        })
      },
    },
  }
}
