// Invitations: how somebody comes to belong to an organisation. A link makes nobody the master of an account that is in
// use already: such a person shows the password or the session that they have.

import type { Db, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { Problem } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { hashToken, newToken } from './one-time-token.ts'
import { hashPassword } from './password-hash.ts'
import { requireGoodPassword } from './password-rules.ts'
import { ownPassword } from './password-sign-in.ts'
import { createUser, findUser, type Standing, setPassword, type User } from './users.ts'

export const invitationHours = 7 * 24

export type NewInvitation = { email: string; name: string | null; standing: Standing; isMailed: boolean }

/**
 * Makes the person known to the organisation; the token is in the link of the invitation and nowhere else. Again for
 * somebody who has not accepted yet: the link of before is dead then.
 * @param input `email` normalised
 * @throws Problem('conflict', 'user_exists')
 */
export async function invite(tx: Tx, orgId: string, input: NewInvitation): Promise<{ userId: string; token: string }> {
  const { email, name, standing, isMailed } = input
  const found = await tx.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst()
  const user = found ?? (await createUser(tx, { email, name: null }))
  const former = await tx
    .selectFrom('memberships')
    .select('state')
    .where('org_id', '=', orgId)
    .where('user_id', '=', user.id)
    .forUpdate()
    .executeTakeFirst()
  if (former && former.state !== 'invited') {
    const mend = former.state === 'active' ? 'Change that one instead.' : 'Reactivate that one instead.'
    throw new Problem('conflict', 'user_exists', `The organisation has a user with this address already. ${mend}`)
  }
  const token = newToken()
  const values = {
    ...standing,
    departments: [...standing.departments],
    teams: [...standing.teams],
    state: 'invited',
    ...(name ? { invited_name: name } : {}),
    invitation_hash: hashToken(token),
    invitation_expires_at: new Date(Date.now() + invitationHours * 3_600_000),
    invitation_is_mailed: isMailed,
  }
  await tx
    .insertInto('memberships')
    .values({ org_id: orgId, user_id: user.id, ...values })
    .onConflict((on) => on.columns(['org_id', 'user_id']).doUpdateSet({ ...values, updated_at: new Date() }))
    .execute()
  return { userId: user.id, token }
}

export type Acceptance = {
  token: string
  /** A new one for a new person; the present one of somebody who has an account. Not needed with a session. */
  password: string | null
  name: string | null
  /** Who is signed in where the link was opened. */
  signedInAs: string | null
  address: string
  device: string | null
  requestId: string
}

/**
 * @returns whose account it is and the organisation that it belongs to now
 * @throws Problem('invalid', 'invalid_token' | 'weak_password'); Problem('unauthenticated', 'invalid_credentials')
 */
export async function acceptInvitation(db: Db, given: Acceptance): Promise<{ email: string; orgName: string }> {
  const hash = hashToken(given.token)
  // Which organisation it is for is what the token tells.
  return everyOrg(async () => {
    const invitation = await findInvitation(db, hash)
    const user = invitation && (await findUser(db, invitation.user_id))
    if (!invitation || user?.state !== 'active') throw deadLink()
    const newHash = await passwordFor(db, user, invitation, given)
    await db.transaction().execute(async (tx) => {
      const taken = await tx
        .updateTable('memberships')
        .set({ state: 'active', accepted_at: new Date(), invitation_hash: null, updated_at: new Date() })
        .where('org_id', '=', invitation.org_id)
        .where('user_id', '=', user.id)
        .where('invitation_hash', '=', hash)
        .where('state', '=', 'invited')
        .executeTakeFirst()
      if (taken.numUpdatedRows === 0n) throw deadLink()
      if (newHash) await setPassword(tx, user.id, newHash)
      await tx
        .updateTable('users')
        .set({
          ...(invitation.invitation_is_mailed && !user.email_verified_at ? { email_verified_at: new Date() } : {}),
          name: (newHash ? given.name : null) ?? user.name ?? invitation.invited_name,
          updated_at: new Date(),
        })
        .where('id', '=', user.id)
        .execute()
      const { org_id: orgId } = invitation
      const { requestId } = given
      await writeAudit(tx, [{ orgId, actor: `user:${user.id}`, action: 'user.accept', target: user.id, requestId }])
    })
    return { email: user.email, orgName: invitation.org_name }
  })
}

/** The hash of a new person's password; null for somebody who has shown that the account is theirs. */
async function passwordFor(db: Db, user: User, invitation: Invitation, given: Acceptance): Promise<string | null> {
  if (given.signedInAs === user.id) return null
  if (user.password_hash) {
    if (given.password && (await ownPassword(db, user, { ...given, password: given.password }))) return null
    const detail = 'You have an account already. Accept with the password of it, or sign in first.'
    throw new Problem('unauthenticated', 'invalid_credentials', detail)
  }
  if (await isInUse(db, user.id)) {
    throw new Problem('unauthenticated', 'not_signed_in', 'You have an account already. Sign in first.')
  }
  if (!given.password) throw new Problem('invalid', 'missing_fields', 'Please fill in all fields.')
  await requireGoodPassword(
    given.password,
    { email: user.email, name: given.name ?? user.name ?? invitation.invited_name, orgNames: [invitation.org_name] },
    [],
  )
  return hashPassword(given.password)
}

/** Also by somebody without a password, who signs in elsewhere. */
async function isInUse(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('memberships')
    .select('org_id')
    .where('user_id', '=', userId)
    .where('accepted_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

const findInvitation = (db: Db, hash: Buffer) =>
  db
    .selectFrom('memberships')
    .innerJoin('orgs', 'orgs.id', 'memberships.org_id')
    .select([
      'memberships.org_id',
      'memberships.user_id',
      'invited_name',
      'invitation_is_mailed',
      'orgs.name as org_name',
    ])
    .where('invitation_hash', '=', hash)
    .where('invitation_expires_at', '>', new Date())
    .where('memberships.state', '=', 'invited')
    .where('orgs.is_active', '=', true)
    .executeTakeFirst()

type Invitation = NonNullable<Awaited<ReturnType<typeof findInvitation>>>

/** The same for what never was, was used, or has run out. */
export const deadLink = () =>
  new Problem('invalid', 'invalid_token', 'This link has been used, replaced, or has run out. Ask for a new one.')
