// Sessions of people who signed in with a browser: a cookie whose hash is stored, and what protects it from other sites.

import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { equalSecret } from '../../platform/secrets.ts'
import type { Credential } from '../authenticate.ts'
import { type Again, parseProof, proofOf } from '../proof.ts'
import { hashToken, newToken } from './one-time-token.ts'
import { rememberDevice } from './sign-in-sources.ts'
import { type Membership, sessionPrincipal, type User } from './users.ts'

/** Without a request for so long, it ends. */
const idleMs = 24 * 3600_000
const lifeMs = 30 * 24 * 3600_000
const deviceMs = 400 * 24 * 3600_000
/** How exactly it is known when a session was last used. */
const seenEveryMs = 60_000
const userAgentCharsMax = 300

export const csrfHeader = 'x-indaba-csrf'

export type Session = {
  id: string
  startedAt: Date
  user: User
  membership: Membership
  by: Principal
  /** What requests that change something must send as `X-Indaba-CSRF`. */
  csrfToken: string
  idHash: Buffer
}

export type NewSession = {
  user: Pick<User, 'id' | 'email'>
  membership: Pick<Membership, 'org_id'>
  address: string
  /** Of the request that signs in: the session and the device that its cookies name are replaced, never taken over. */
  headers: IncomingHttpHeaders
}

/** `cookies` are values of `Set-Cookie`. */
export type StartedSession = { id: string; cookies: string[]; csrfToken: string }

export type Sessions = {
  /** The transaction must see every organisation: the session that is replaced may be of another one. */
  start(tx: DbOrTx, input: NewSession): Promise<StartedSession>
  /** Whose session the cookie names; null without one that is alive. Cross-site requests are not looked at here. */
  of(db: Db, headers: IncomingHttpHeaders): Promise<Session | null>
  /**
   * As `of`, for a request that may change something.
   * @throws Problem('unauthenticated', 'not_signed_in'); Problem('forbidden', 'cross_site')
   */
  require(db: Db, request: { method: string; headers: IncomingHttpHeaders }): Promise<Session>
  credential(db: Db): Credential
  again(db: Db): Again
  /** What the device's cookie holds, for `checkPassword`. */
  deviceOf(headers: IncomingHttpHeaders): string | null
  /** A `Set-Cookie` that takes the session away from the browser. */
  noCookie(): string
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

export function userSessions({ publicUrl }: { publicUrl: () => string }): Sessions {
  const isSecure = () => publicUrl().startsWith('https:')
  // The prefix makes browsers refuse such a cookie from a sister domain or over http (RFC 6265bis §4.1.3.2).
  const named = (name: string) => `${isSecure() ? '__Host-' : ''}indaba_${name}`
  const cookie = (name: string, value: string, maxAgeMs: number) =>
    [
      `${named(name)}=${value}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Lax',
      `Max-Age=${Math.floor(maxAgeMs / 1000)}`,
      ...(isSecure() ? ['Secure'] : []),
    ].join('; ')
  const tokenOf = (headers: IncomingHttpHeaders) => readCookie(headers, named('session'))

  function requireOwnPage(
    { csrfToken }: Session,
    { method, headers }: { method: string; headers: IncomingHttpHeaders },
  ) {
    if (safeMethods.includes(method)) {
      // What comes over a WebSocket, CORS does not keep from the pages of other sites.
      if (headers.upgrade !== undefined) refuseCrossSite(headers, publicUrl())
      return
    }
    refuseCrossSite(headers, publicUrl())
    const given = headers[csrfHeader]
    if (typeof given === 'string' && equalSecret(given, csrfToken)) return
    const detail = 'Send the csrf_token of your session (GET /v1/session) as the header X-Indaba-CSRF.'
    throw new Problem('forbidden', 'cross_site', detail)
  }

  const sessions: Sessions = {
    async start(tx, { user, membership, address, headers }) {
      const token = newToken()
      const device = sessions.deviceOf(headers) ?? newToken()
      const former = tokenOf(headers)
      if (former) await tx.deleteFrom('user_sessions').where('id_hash', '=', hashToken(former)).execute()
      const id = newId()
      await tx
        .insertInto('user_sessions')
        .values({
          org_id: membership.org_id,
          id_hash: hashToken(token),
          id,
          user_id: user.id,
          address,
          user_agent: headers['user-agent']?.slice(0, userAgentCharsMax) ?? null,
          expires_at: new Date(Date.now() + lifeMs),
        })
        .execute()
      await rememberDevice(tx, user.email, device)
      const cookies = [cookie('session', token, lifeMs), cookie('device', device, deviceMs)]
      return { id, cookies, csrfToken: csrfTokenOf(token) }
    },

    async of(db, headers) {
      const token = tokenOf(headers)
      if (!token) return null
      const idHash = hashToken(token)
      // Which organisation it is for is what is looked up.
      const row = await everyOrg(() => findSession(db, idHash))
      if (!row) return null
      const { session_id, started_at, last_seen_at, user, membership } = row
      if (Date.now() - last_seen_at.getTime() > seenEveryMs) {
        await everyOrg(() =>
          db
            .updateTable('user_sessions')
            .set({ last_seen_at: new Date() })
            .where('org_id', '=', membership.org_id)
            .where('id_hash', '=', idHash)
            .execute(),
        )
      }
      return {
        id: session_id,
        startedAt: started_at,
        user,
        membership,
        by: sessionPrincipal(user, membership),
        csrfToken: csrfTokenOf(token),
        idHash,
      }
    },

    async require(db, request) {
      const session = await sessions.of(db, request.headers)
      if (!session) throw new Problem('unauthenticated', 'not_signed_in', 'Sign in first.')
      requireOwnPage(session, request)
      return session
    },

    credential: (db) => async (given, asked) => {
      // A key or token that was sent decides alone, so that a wrong one is never covered up by a cookie.
      const session = given.length > 0 ? null : await sessions.of(db, asked.headers)
      if (!session) return null
      asked.known?.(session.by)
      requireOwnPage(session, asked)
      return { ...session.by, proof: proofOf('session', session.idHash.toString('base64url')) }
    },

    // Does not count as a use: a page that is left open does not keep a session alive.
    again: (db) => async (proof) => {
      const [hash] = parseProof('session', proof) ?? []
      const row = hash ? await everyOrg(() => findSession(db, Buffer.from(hash, 'base64url'))) : null
      return row && { ...sessionPrincipal(row.user, row.membership), proof }
    },

    deviceOf: (headers) => readCookie(headers, named('device')),
    noCookie: () => cookie('session', '', 0),
  }
  return sessions
}

/**
 * Refuses what a page of another site makes a browser send (Fetch Metadata, RFC 6454). Programs send neither header.
 * @throws Problem('forbidden', 'cross_site')
 */
export function refuseCrossSite(headers: IncomingHttpHeaders, publicUrl: string): void {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const own = [new URL(publicUrl).origin, `http://${headers.host}`, `https://${headers.host}`]
  const isForeign = (site && site !== 'same-origin' && site !== 'none') || (origin && !own.includes(origin))
  if (isForeign)
    throw new Problem('forbidden', 'cross_site', 'Requests from the pages of other sites are refused here.')
}

async function findSession(db: Db, idHash: Buffer) {
  const now = new Date()
  const session = await db
    .selectFrom('user_sessions')
    .select(['org_id', 'user_id', 'id as session_id', 'created_at as started_at', 'last_seen_at'])
    .where('id_hash', '=', idHash)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', new Date(now.getTime() - idleMs))
    .executeTakeFirst()
  if (!session) return null
  const [user, membership] = await Promise.all([
    db
      .selectFrom('users')
      .selectAll()
      .where('id', '=', session.user_id)
      .where('state', '=', 'active')
      .executeTakeFirst(),
    db
      .selectFrom('memberships')
      .innerJoin('orgs', 'orgs.id', 'memberships.org_id')
      .selectAll('memberships')
      .select(['orgs.name as org_name', 'orgs.settings as org_settings'])
      .where('memberships.org_id', '=', session.org_id)
      .where('memberships.user_id', '=', session.user_id)
      .where('memberships.state', '=', 'active')
      .where('orgs.is_active', '=', true)
      .executeTakeFirst(),
  ])
  return user && membership ? { ...session, user, membership: membership as unknown as Membership } : null
}

const csrfTokenOf = (token: string) => createHash('sha256').update(`csrf ${token}`).digest('base64url')

function readCookie({ cookie = '' }: IncomingHttpHeaders, name: string): string | null {
  const values = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  // Two of one name come from somebody who planted the other one.
  return values.length === 1 && /^[\w-]{43}$/.test(values[0] as string) ? (values[0] as string) : null
}
