// What people have allowed applications to do, over REST: everybody sees and takes back their own; who manages the
// applications, what was given to each.

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { type Answer, type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import type { Sessions } from '../users/sessions.ts'
import { signedIn } from '../users/signed-in.ts'
import { tag } from './application-fields.ts'
import { requireApplication } from './applications.ts'
import { findGrant, type Grant, type GrantFilter, listGrants } from './grants.ts'
import { endGrant } from './records.ts'

const id = Type.String({ maxLength: 200 })
const query = Type.Object(cursorQuery)
const moment = Type.String({ format: 'date-time' })

const grantsAnswer = Type.Object({
  grants: Type.Array(
    Type.Object({
      id: Type.String(),
      application_id: Type.String(),
      application_name: Type.String(),
      user_id: Type.String(),
      scopes: Type.Array(Type.String()),
      created_at: moment,
      last_token_at: Type.Union([moment, Type.Null()]),
      expires_at: moment,
    }),
  ),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
})

const pageOf = cursorPages('g', isRowId)

export function grantRoutes(parts: { db: Db; sessions: Sessions; forget: () => void }): Route[] {
  const { db, forget } = parts

  async function list(by: Principal, { limit, cursor }: { limit?: number; cursor?: string }, of: GrantFilter) {
    const { rows, next_cursor } = await pageOf(
      { limit, cursor: cursor || undefined },
      ({ limit, last: before }) => listGrants(db, by.orgId, { ...of, limit, before }),
      ({ id }) => id,
    )
    return ok({ grants: rows, next_cursor })
  }

  /** Ends it with every token that came from it. */
  async function end(by: Principal, grantId: string, call: Pick<Call, 'requestId'>, isMine: (grant: Grant) => boolean) {
    await db.transaction().execute(async (tx) => {
      const grant = await findGrant(tx, by.orgId, requireUuid(grantId))
      if (!grant || !isMine(grant)) throw notFound()
      await endGrant(tx, grant.id, { reason: 'user', actor: by.actor, requestId: call.requestId })
    })
    forget()
    return { status: 204 } satisfies Answer
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/oauth/grants'],
      summary: 'List what you have allowed applications to do in your name, in this organisation',
      tag,
      auth: 'open',
      query,
      answers: { 200: { description: 'Newest first', schema: grantsAnswer }, 401: { description: 'Not signed in' } },
      handle: (call) => signedIn(parts, call, (session) => list(session.by, call.query, { userId: session.user.id })),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/oauth/grants/:id'],
      summary: 'Take back what you have allowed: its tokens stop on every server within a second',
      tag,
      auth: 'open',
      params: Type.Object({ id }),
      answers: { 204: { description: 'It has ended' }, 401: { description: 'Not signed in' } },
      handle: (call) =>
        signedIn(parts, call, ({ by, user }) => end(by, call.params.id, call, ({ user_id }) => user_id === user.id)),
    }),
    route({
      method: 'GET',
      paths: ['/v1/oauth/applications/:id/grants'],
      summary: 'List what people have allowed an application to do',
      tag,
      auth: 'applications:manage',
      params: Type.Object({ id }),
      query,
      answers: { 200: { description: 'Newest first', schema: grantsAnswer } },
      async handle({ by, params, query }) {
        const application = await requireApplication(db, by.orgId, requireUuid(params.id))
        return list(by, query, { applicationId: application.id })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/oauth/applications/:id/grants/:grant_id'],
      summary: 'End what somebody has allowed an application to do',
      tag,
      auth: 'applications:manage',
      params: Type.Object({ id, grant_id: id }),
      answers: { 204: { description: 'It has ended' } },
      handle: (call) =>
        end(call.by, call.params.grant_id, call, ({ application_id }) => application_id === call.params.id),
    }),
  ]
}
