// Signing in and out over REST: sessions in cookies, for browsers.

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { beginSession } from './begin-session.ts'
import { challengeMs, checkPassword } from './password-sign-in.ts'
import { checkSecondFactor } from './second-factor.ts'
import {
  challengeAnswer,
  organisationBody,
  secondFactorBody,
  sessionAnswer,
  sessionsAnswer,
  sessionView,
  signInBody,
} from './session-fields.ts'
import { endSessions, listSessions } from './session-list.ts'
import { refuseCrossSite, type Sessions } from './sessions.ts'
import { signedIn } from './signed-in.ts'
import { activeMemberships, type Membership, type User } from './users.ts'

const tag = 'Sign-in'

export function sessionRoutes(input: {
  db: Db
  secrets: Secrets
  sessions: Sessions
  log: Log
  publicUrl: () => string
}): Route[] {
  const { db, secrets, sessions, log, publicUrl } = input

  const begin = (call: Call, user: User, memberships: Membership[], orgId: string | undefined) =>
    beginSession({ db, sessions }, call, { user, memberships, orgId })

  /** In the audit of every organisation that the person works in. */
  async function auditRefusal(user: User, reason: string, { requestId, address, headers }: Call): Promise<void> {
    const memberships = await activeMemberships(db, user.id)
    const from = { address, userAgent: headers['user-agent'] ?? null }
    const row = { actor: 'anonymous', action: 'session.refuse', target: user.id, result: 'denied' as const, from }
    await everyOrg(() =>
      db.transaction().execute((tx) =>
        writeAudit(
          tx,
          memberships.map(({ org_id }) => ({ orgId: org_id, requestId, ...row, data: { reason } })),
        ),
      ),
    )
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/session'],
      summary: 'Sign in with e-mail address and password',
      description:
        'Answers with the session in a cookie, or with a challenge where a second factor is needed. Wrong attempts are slowed down; a device that has signed in before is not slowed by others.',
      tag,
      auth: 'open',
      body: signInBody,
      answers: {
        200: {
          description: 'Signed in, or what is still needed',
          schema: Type.Union([sessionAnswer, challengeAnswer]),
        },
        401: { description: 'Invalid credentials; the same for an unknown address' },
        403: { description: 'Right, but not let in; or sent by a page of another site' },
        429: { description: 'Too many login attempts from here' },
      },
      async handle(call) {
        refuseCrossSite(call.headers, publicUrl())
        const fields = await call.fields()
        if (!fields.email || !fields.password) {
          throw new Problem('invalid', 'missing_fields', 'Please fill in all fields.')
        }
        const given = strictFields(signInBody, fields)
        const device = sessions.deviceOf(call.headers)
        const result = await checkPassword(db, { ...given, address: call.address, device })
        if (result.outcome === 'refused') {
          const { user, reason, detail } = result
          // Not waited for: how long it takes would tell whether there is such an account.
          if (user)
            auditRefusal(user, reason, call).catch((err) => log.error({ err }, 'a refused sign-in was not audited'))
          throw new Problem(reason === 'invalid_credentials' ? 'unauthenticated' : 'forbidden', reason, detail)
        }
        const { user, memberships } = result
        if (result.outcome === 'ok') return begin(call, user, memberships, given.organisation_id)
        const { challenge } = result
        return ok({ status: 'second_factor_needed', challenge, expires_in_s: challengeMs / 1000 })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/session/second-factor'],
      summary: 'Sign in, second half: a code of the authenticator app or a recovery code',
      tag,
      auth: 'open',
      body: secondFactorBody,
      answers: {
        200: { description: 'Signed in', schema: sessionAnswer },
        401: { description: 'Wrong, used or outdated code, or a sign-in that has run out' },
      },
      async handle(call) {
        refuseCrossSite(call.headers, publicUrl())
        const given = strictFields(secondFactorBody, await call.fields())
        const device = sessions.deviceOf(call.headers)
        const { user, memberships } = await checkSecondFactor(db, secrets, { ...given, address: call.address, device })
        return begin(call, user, memberships, given.organisation_id)
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/session'],
      summary: 'Who is signed in, where, and the token for what changes something',
      tag,
      auth: 'open',
      answers: { 200: { description: 'The session', schema: sessionAnswer }, 401: { description: 'Not signed in' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async (session) =>
          ok(sessionView(session, await activeMemberships(db, session.user.id)), { 'Cache-Control': 'no-store' }),
        ),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/session'],
      summary: 'Sign out',
      tag,
      auth: 'open',
      answers: { 204: { description: 'Signed out' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async ({ idHash, by, id }) => {
          await db.transaction().execute(async (tx) => {
            await tx.deleteFrom('user_sessions').where('org_id', '=', by.orgId).where('id_hash', '=', idHash).execute()
            const { orgId, actor } = by
            await writeAudit(tx, [{ orgId, actor, action: 'session.end', target: id, requestId: call.requestId }])
          })
          return { status: 204, headers: { 'Set-Cookie': sessions.noCookie() } }
        }),
    }),
    route({
      method: 'POST',
      paths: ['/v1/session/organisation'],
      summary: 'Go on in another organisation of yours',
      tag,
      auth: 'open',
      body: organisationBody,
      answers: {
        200: { description: 'A new session there; the one before has ended', schema: sessionAnswer },
        404: { description: 'Not one of yours' },
      },
      handle: (call) =>
        signedIn({ db, sessions }, call, async ({ user }) => {
          const { organisation_id } = strictFields(organisationBody, await call.fields())
          return begin(call, user, await activeMemberships(db, user.id), organisation_id)
        }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/sessions'],
      summary: 'List your own sessions, in all your organisations',
      tag,
      auth: 'open',
      answers: { 200: { description: 'Newest first', schema: sessionsAnswer } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async (session) => {
          const list = await listSessions(db, session.user.id)
          return ok({ sessions: list.map((one) => ({ ...one, is_current: one.id === session.id })) })
        }),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/sessions'],
      summary: 'Sign out everywhere, here too',
      tag,
      auth: 'open',
      answers: { 204: { description: 'All your sessions have ended' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async ({ user, by }) => {
          await endSessions(db, by, { userId: user.id, requestId: call.requestId })
          return { status: 204, headers: { 'Set-Cookie': sessions.noCookie() } }
        }),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/sessions/:id'],
      summary: 'End one of your sessions',
      tag,
      auth: 'open',
      params: Type.Object({ id: Type.String({ maxLength: 200 }) }),
      answers: { 204: { description: 'It has ended' } },
      handle: (call) =>
        signedIn({ db, sessions }, call, async ({ user, by }) => {
          const onlyId = requireUuid(call.params.id)
          await endSessions(db, by, { userId: user.id, requestId: call.requestId, onlyId })
          return { status: 204 }
        }),
    }),
  ]
}
