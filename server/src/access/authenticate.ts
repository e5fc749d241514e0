// Turns the headers of a request into a principal. Each kind of credential recognises its own; this file knows none of
// them but the administrator's token. A key or token works as `X-API-Key` and as `Authorization: Bearer`.

import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { equalSecret } from '../platform/secrets.ts'
import { authorise, operatorScopes } from './permissions.ts'

export type Asked = {
  method: string
  address: string
  headers: IncomingHttpHeaders
  /** The part of the API that is asked, as the reference has it. */
  tag: string
  /** Told who it is, also where they are refused: for the audit. */
  known?: (by: Pick<Principal, 'actor' | 'orgId'>) => void
}

/** What a kind of credential makes of a request. `given` is what stands in the headers; null: none of mine. */
export type Credential = (given: string[], asked: Asked) => Promise<Principal | null>

export type Authenticate = (request: Asked & { query: unknown; needs: string }) => Promise<Principal>

const queryNames = ['api_key', 'apikey', 'x-api-key', 'access_token', 'token']

/**
 * @throws Problem('unauthenticated', 'invalid_api_key') without a valid credential;
 *   Problem('forbidden', 'insufficient_permissions') when it is valid but not enough.
 */
export function authenticator(input: { credentials: Credential[]; adminToken: string }): Authenticate {
  const credentials = [administrator(input.adminToken), ...input.credentials]
  return async (asked) => {
    const { query, needs, headers } = asked
    const inQuery = Object.keys((query as object) ?? {}).some((name) => queryNames.includes(name.toLowerCase()))
    if (inQuery) {
      const detail = 'Send the API key in a header: addresses end up in logs.'
      throw new Problem('invalid', 'key_in_query', detail)
    }
    const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
    const given = [headers['x-api-key'], bearer].filter((text): text is string => typeof text === 'string')
    for (const credential of credentials) {
      const by = await credential(given, asked)
      if (!by) continue
      asked.known?.(by)
      if (by.isAdmin && needs !== 'admin' && !operatorScopes.includes(needs)) {
        const detail = 'The admin token manages customers; conversations need an API key.'
        throw new Problem('forbidden', 'insufficient_permissions', detail)
      }
      authorise(by, needs)
      return by
    }
    throw new Problem('unauthenticated', 'invalid_api_key', 'Invalid API key')
  }
}

const administrator =
  (token: string): Credential =>
  async (given) =>
    // Its length is no secret; comparing in constant time would be the dearest part of every request.
    given.some((text) => text.length === token.length && equalSecret(text, token))
      ? { actor: 'admin', orgId: '', isAdmin: true, scopes: operatorScopes, reach: 'all' }
      : null
