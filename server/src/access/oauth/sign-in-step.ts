// Signing in on the page of an application's request: the same checks, sessions and audit as everywhere else.

import type { IncomingMessage } from 'node:http'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg, inScope } from '../../platform/db/scope.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { checkPassword } from '../users/password-sign-in.ts'
import { checkSecondFactor } from '../users/second-factor.ts'
import type { Session, Sessions } from '../users/sessions.ts'
import { activeMemberships, type Membership, type User } from '../users/users.ts'

/** `address` is the client's; `requestId` for the audit. */
export type From = { request: IncomingMessage; address: string; requestId: string }

export type SignInOutcome =
  | { outcome: 'signed_in'; cookies: string[] }
  | { outcome: 'second_factor'; challenge: string }
  | { outcome: 'refused'; detail: string; challenge?: string }

export type SignInStep = {
  /** @param orgId where a session begins if they belong there; else in the first of their organisations */
  submit(form: URLSearchParams, orgId: string, from: From): Promise<SignInOutcome>
  /** Ends the session, so that somebody else can sign in. */
  leave(session: Session, from: From): Promise<{ cookies: string[] }>
}

export function signInStep({ db, secrets, sessions }: { db: Db; secrets: Secrets; sessions: Sessions }): SignInStep {
  async function begin(user: User, memberships: Membership[], orgId: string, from: From): Promise<SignInOutcome> {
    const membership = memberships.find(({ org_id }) => org_id === orgId) ?? memberships[0]
    if (!membership) return { outcome: 'refused', detail: 'Your account belongs to no organisation.' }
    const { address, requestId } = from
    const { headers } = from.request
    // The session that it replaces may be of another organisation.
    const { cookies } = await everyOrg(() =>
      db.transaction().execute(async (tx) => {
        const made = await sessions.start(tx, { user, membership, address, headers })
        const entry = { actor: `user:${user.id}`, action: 'session.start', target: made.id, requestId }
        await writeAudit(tx, [{ orgId: membership.org_id, ...entry }])
        return made
      }),
    )
    return { outcome: 'signed_in', cookies }
  }

  /** In the audit of every organisation that the person works in. */
  async function auditRefusal(user: User, reason: string, { requestId }: From): Promise<void> {
    const memberships = await activeMemberships(db, user.id)
    const entry = { actor: 'anonymous', action: 'session.refuse', target: user.id, requestId, data: { reason } }
    await everyOrg(() =>
      db.transaction().execute((tx) =>
        writeAudit(
          tx,
          memberships.map(({ org_id }) => ({ orgId: org_id, result: 'denied' as const, ...entry })),
        ),
      ),
    )
  }

  return {
    async submit(form, orgId, from) {
      const text = (name: string) => form.get(name) ?? ''
      const by = { address: from.address, device: sessions.deviceOf(from.request.headers) }
      const challenge = text('challenge')
      try {
        if (challenge) {
          const found = await checkSecondFactor(db, secrets, { ...by, challenge, code: text('code') })
          return await begin(found.user, found.memberships, orgId, from)
        }
        const result = await checkPassword(db, { ...by, email: text('email'), password: text('password') })
        if (result.outcome === 'second_factor') return { outcome: 'second_factor', challenge: result.challenge }
        if (result.outcome === 'ok') return await begin(result.user, result.memberships, orgId, from)
        if (result.user) await auditRefusal(result.user, result.reason, from)
        return { outcome: 'refused', detail: result.detail }
      } catch (err) {
        if (!(err instanceof Problem) || err.kind === 'bug') throw err
        return { outcome: 'refused', detail: err.detail, ...(err.code === 'wrong_code' ? { challenge } : {}) }
      }
    },

    async leave({ id, idHash, by }, { requestId }) {
      const { orgId, actor } = by
      await inScope([orgId], () =>
        db.transaction().execute(async (tx) => {
          await tx.deleteFrom('user_sessions').where('org_id', '=', orgId).where('id_hash', '=', idHash).execute()
          await writeAudit(tx, [{ orgId, actor, action: 'session.end', target: id, requestId }])
        }),
      )
      return { cookies: [sessions.noCookie()] }
    },
  }
}
