// The people of an organisation over REST.

import { Type } from 'typebox'
import type { Db, Tx } from '../../platform/db/db.ts'
import { etagHeader } from '../../platform/http/etag.ts'
import { cursorPages, isRowId, pageQuery } from '../../platform/http/paging.ts'
import { type Answer, type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Mail } from '../../platform/mail.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { findOrg } from '../orgs.ts'
import { writeOnce } from '../write-once.ts'
import { requireEmail } from './email.ts'
import { requireHeld, requireMayGrant } from './grants.ts'
import { invitationHours, invite } from './invitations.ts'
import { invitationLetter, linkOf } from './letters.ts'
import {
  changeMember,
  deactivateMember,
  listMembers,
  type Member,
  reactivateMember,
  requireMember,
  standingOf,
} from './memberships.ts'
import {
  invitationAnswer,
  inviteBody,
  newStanding,
  userAnswer,
  userChangeBody,
  usersAnswer,
  usersQuery,
  userView,
} from './user-fields.ts'
import type { Standing } from './users.ts'

const tag = 'Users'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const pageOf = cursorPages('id', isRowId)

export function userRoutes(input: { db: Db; secrets: Secrets; mail: Mail; publicUrl: () => string }): Route[] {
  const { db, secrets, mail, publicUrl } = input

  /** Once for an Idempotency-Key; the mail goes out when all is stored, and not again with a repeated answer. */
  async function sendInvitation(
    call: Call,
    content: object,
    person: (tx: Tx) => Promise<{ email: string; name: string | null; standing: Standing }>,
  ): Promise<Answer> {
    const { by } = call
    let letter: { to: string; token: string } | null = null
    const answer = await writeOnce({ db, secrets }, call, content, async (tx) => {
      const given = await person(tx)
      await requireMayGrant(tx, by, given.standing)
      const { userId, token } = await invite(tx, by.orgId, { ...given, isMailed: mail.isSet })
      letter = { to: given.email, token }
      const data = { after: given.standing, is_mailed: mail.isSet }
      const body = userView(await requireMember(tx, by, userId))
      const link = mail.isSet ? {} : { invitation_url: linkOf(publicUrl(), 'invitation', token) }
      return { answer: { status: 201, body: { ...body, ...link } }, action: 'user.invite', target: userId, data }
    })
    return letter && mail.isSet
      ? { ...answer, body: { ...(answer.body as object), ...(await post(by.orgId, letter)) } }
      : answer
  }

  /** A mail that was not taken is no reason to forget the invitation: it can be sent again. */
  async function post(orgId: string, { to, token }: { to: string; token: string }): Promise<{ warnings?: string[] }> {
    const org = await findOrg(db, orgId)
    const link = linkOf(publicUrl(), 'invitation', token)
    try {
      await mail.send(invitationLetter({ to, link, hours: invitationHours, orgName: org?.name ?? '' }))
      return {}
    } catch (err) {
      if (!(err instanceof Problem)) throw err
      return { warnings: [`${err.detail} Send the invitation again: POST /v1/users/{id}/invitation.`] }
    }
  }

  const changeRoute = (verb: string, summary: string, change: typeof deactivateMember): Route =>
    route({
      method: 'POST',
      paths: [`/v1/users/:id/${verb}`],
      summary,
      tag,
      auth: 'users:manage',
      params: byId,
      answers: { 200: { description: 'The user', schema: userAnswer } },
      async handle({ by, params, requestId }) {
        const id = requireUuid(params.id)
        return shown(await db.transaction().execute((tx) => change(tx, by, id, requestId)))
      },
    })

  return [
    route({
      method: 'GET',
      paths: ['/v1/users'],
      summary: 'List the users of the organisation',
      description: 'Who sees a part of the organisation sees the users of that part.',
      tag,
      auth: 'users:read',
      query: Type.Object({
        limit: pageQuery.limit,
        cursor: Type.Optional(Type.String({ maxLength: 500 })),
        ...usersQuery,
      }),
      answers: { 200: { description: 'Users, oldest first', schema: usersAnswer } },
      async handle({ by, query }) {
        const filter = { state: query.state as Member['state'] | undefined, search: query.search }
        const { rows, next_cursor } = await pageOf(
          query,
          ({ limit, last: after }) => listMembers(db, by, limit, { ...filter, after }),
          (member) => member.user_id,
        )
        return ok({ users: rows.map(userView), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/users'],
      summary: 'Invite a user',
      description:
        'The invitation goes by mail; without a mail server its link is in this answer and in no later one. Nobody gives more than they hold. Again for somebody who has not accepted: a new link, and the one before is dead.',
      tag,
      auth: 'users:manage',
      body: inviteBody,
      answers: {
        201: { description: 'Invited', schema: invitationAnswer },
        403: { description: 'More than the caller holds' },
        409: { description: 'There is such a user already' },
      },
      async handle(call) {
        const given = strictFields(inviteBody, await call.fields())
        const email = requireEmail(given.email)
        const standing = newStanding(given)
        return sendInvitation(call, given, async (tx) => {
          const known = await tx
            .selectFrom('memberships')
            .innerJoin('users', 'users.id', 'memberships.user_id')
            .select('users.id')
            .where('memberships.org_id', '=', call.by.orgId)
            .where('memberships.state', '=', 'invited')
            .where('users.email', '=', email)
            .executeTakeFirst()
          // Inviting anew changes what was given before.
          if (known) await requireHeld(tx, call.by, standingOf(await requireMember(tx, call.by, known.id)))
          return { email, name: given.name?.trim() ?? null, standing }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/users/:id'],
      summary: 'Read a user',
      tag,
      auth: 'users:read',
      params: byId,
      answers: { 200: { description: 'The user', schema: userAnswer } },
      handle: async ({ by, params }) => shown(await requireMember(db, by, requireUuid(params.id))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/users/:id'],
      summary: 'Change what a user may do, and on whose data',
      description:
        'It holds with the next request. The caller must hold what the user had and what the user gets. The last owner stays one. With `If-Match`, only if nobody changed it since.',
      tag,
      auth: 'users:manage',
      params: byId,
      body: userChangeBody,
      answers: {
        200: { description: 'The user', schema: userAnswer },
        403: { description: 'More than the caller holds' },
        409: { description: 'The last owner, or changed since that `etag`' },
      },
      async handle(call) {
        const id = requireUuid(call.params.id)
        const change = strictFields(userChangeBody, await call.fields()) as Partial<Standing>
        return shown(await db.transaction().execute((tx) => changeMember(tx, call, id, change)))
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/users/:id/invitation'],
      summary: 'Send an invitation again, with a new link',
      tag,
      auth: 'users:manage',
      params: byId,
      answers: { 201: { description: 'Sent', schema: invitationAnswer }, 409: { description: 'Not waiting for one' } },
      async handle(call) {
        const id = requireUuid(call.params.id)
        return sendInvitation(call as Call, { id }, async (tx) => {
          const member = await requireMember(tx, call.by, id)
          return { email: member.email, name: null, standing: standingOf(member) }
        })
      },
    }),
    changeRoute('deactivate', 'Deactivate a user: ends what they have open in this organisation', deactivateMember),
    changeRoute('reactivate', 'Reactivate a user', reactivateMember),
  ]
}

function shown(member: Member): Answer {
  const view = userView(member)
  return ok(view, etagHeader(view))
}
