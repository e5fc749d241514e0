// Turns the headers of a request into a principal. A key works as `X-API-Key` and as `Authorization: Bearer`.

import type { IncomingHttpHeaders } from 'node:http'
import type { Db } from '../platform/db/db.ts'
import type { Principal } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { equalSecret } from '../platform/secrets.ts'
import type { ApiKeys } from './api-keys.ts'

export type Authenticate = (request: {
  headers: IncomingHttpHeaders
  query: unknown
  needs: 'open' | 'key' | 'admin'
}) => Promise<Principal>

const queryNames = ['api_key', 'apikey', 'x-api-key', 'access_token', 'token']

/**
 * @throws Problem('unauthenticated', 'invalid_api_key') without a valid credential;
 *   Problem('forbidden', 'insufficient_permissions') when it is valid but not enough.
 */
export function authenticator({ db, keys, adminToken }: { db: Db; keys: ApiKeys; adminToken: string }): Authenticate {
  return async ({ headers, query, needs }) => {
    const inQuery = Object.keys((query as object) ?? {}).some((name) => queryNames.includes(name.toLowerCase()))
    if (inQuery) {
      const detail = 'Send the API key in a header: addresses end up in logs.'
      throw new Problem('invalid', 'key_in_query', detail)
    }
    const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
    const given = [headers['x-api-key'], bearer].filter((text): text is string => typeof text === 'string')
    if (given.some((text) => equalSecret(text, adminToken))) {
      if (needs === 'admin') return { actor: 'admin', orgId: '', isAdmin: true }
      throw forbidden('The admin token manages customers; conversations need an API key.')
    }
    for (const text of given) {
      const holder = await keys.check(db, text)
      if (!holder) continue
      if (needs === 'admin') throw forbidden()
      return { actor: `key:${holder.keyId}`, orgId: holder.orgId, isAdmin: false }
    }
    throw new Problem('unauthenticated', 'invalid_api_key', 'Invalid API key')
  }
}

const forbidden = (detail = 'Insufficient permissions') => new Problem('forbidden', 'insufficient_permissions', detail)
