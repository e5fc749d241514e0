// What an application asks for in a request that waits for a person's decision, and how much of it can be given.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { findOrg } from '../orgs.ts'
import { type OauthServer, registered } from './provider.ts'

export type Ask = {
  uid: string
  clientId: string
  application: string
  redirectUri: string
  orgId: string
  organisation: string
  /** Of the API, in the order asked for. */
  scopes: string[]
  /** Of OpenID Connect. */
  identity: string[]
  /** What the application may be given at most. */
  allowed: string[]
  resource: string
  /** Milliseconds since 1970: who signed in before then shall do so again. */
  signedInSinceMs: number
}

const path = /^\/oauth\/interaction\/([\w-]{21,64})$/
const identityScopes = ['openid', 'offline_access']

export const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?')[0] ?? ''
export const isInteraction = (request: IncomingMessage): boolean => path.test(pathOf(request))

export const gone = () =>
  new Problem('invalid', 'interaction_gone', 'This request has run out, or was begun in another browser.')

/** @throws Problem('invalid', 'interaction_gone'), the library's SessionNotFound */
export async function readAsk(
  { provider }: OauthServer,
  db: Db,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<Ask> {
  const interaction = await provider.interactionDetails(request, response)
  const { uid, params } = interaction
  // The cookie says which request it is; an address that names another one was not made by us.
  if (path.exec(pathOf(request))?.[1] !== uid) throw gone()
  const client = await provider.Client.find(String(params.client_id))
  if (!client) throw gone()
  const { indaba_org: orgId, indaba_scopes: allowed } = registered(client)
  const org = await everyOrg(() => findOrg(db, orgId))
  const wanted = String(params.scope ?? '')
    .split(' ')
    .filter(Boolean)
  return {
    uid,
    clientId: client.clientId,
    application: client.clientName ?? client.clientId,
    redirectUri: String(params.redirect_uri),
    orgId,
    organisation: org?.name ?? '',
    scopes: wanted.filter((one) => !identityScopes.includes(one)),
    identity: wanted.filter((one) => identityScopes.includes(one)),
    allowed,
    resource: String(params.resource),
    signedInSinceMs: signedInSince(params, interaction.iat ?? 0),
  }
}

/** OpenID Connect Core §3.1.2.1, `prompt` and `max_age`. */
function signedInSince(params: Record<string, unknown>, begunS: number): number {
  const isAnew = String(params.prompt ?? '')
    .split(' ')
    .includes('login')
  const maxAge = params.max_age === undefined ? Number.POSITIVE_INFINITY : Number(params.max_age)
  return (begunS - (isAnew ? 0 : maxAge)) * 1000
}

/** Requested against what can be granted: what the application is registered for, and the person holds. */
export function choices({ scopes, allowed }: Ask, member: Principal | null) {
  const why = (scope: string): string | null => {
    if (!allowed.includes(scope)) return 'the application is not registered for it'
    if (!member?.scopes.includes(scope)) return 'you may not do it yourself'
    return null
  }
  return {
    grantable: scopes.filter((scope) => why(scope) === null),
    refused: scopes.flatMap((scope) => {
      const reason = why(scope)
      return reason ? [{ scope, why: reason }] : []
    }),
  }
}
