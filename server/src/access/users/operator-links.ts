// What an operator does for people where the program is installed: a first owner, and a way back in for who has lost both
// password and mailbox. The links are printed there and shown nowhere else.

import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { nilOrg } from '../orgs.ts'
import { requireEmail } from './email.ts'
import { invite } from './invitations.ts'
import { linkOf } from './letters.ts'
import { createReset } from './password-resets.ts'
import { removeSecondFactor } from './second-factor.ts'
import { findUserByEmail, type Standing, type User } from './users.ts'

export const owner: Standing = {
  role: 'owner',
  level: 'organisation',
  departments: [],
  teams: [],
  agent_id: null,
  view_redactions: true,
}

type Operation = { email: string; actor: string; publicUrl: string }

/**
 * Makes somebody an owner. The database must be open to every organisation.
 * @returns the token and link of an invitation; null where somebody who belongs there already is an owner from now on
 */
export async function makeOwner(
  db: Db,
  { email: given, actor, publicUrl, orgId, name }: Operation & { orgId: string; name: string | null },
): Promise<{ token: string; link: string } | null> {
  const email = requireEmail(given)
  return db.transaction().execute(async (tx) => {
    const user = await findUserByEmail(tx, email)
    const promoted = user
      ? await tx
          .updateTable('memberships')
          .set({ ...owner, departments: [], teams: [], state: 'active', updated_at: new Date() })
          .where('org_id', '=', orgId)
          .where('user_id', '=', user.id)
          .where('accepted_at', 'is not', null)
          .returning('user_id')
          .executeTakeFirst()
      : undefined
    const invited = promoted ? null : await invite(tx, orgId, { email, name, standing: owner, isMailed: false })
    const target = promoted?.user_id ?? invited?.userId ?? null
    const action = promoted ? 'user.change' : 'user.invite'
    await writeAudit(tx, [{ orgId, actor, action, target, requestId: null, data: { after: owner } }])
    return invited ? { token: invited.token, link: linkOf(publicUrl, 'invitation', invited.token) } : null
  })
}

/** A link to choose a new password. `forgetsSecondFactor`: for who has lost that as well. @throws Problem('not_found') */
export async function makeResetLink(
  db: Db,
  { email, actor, publicUrl, forgetsSecondFactor }: Operation & { forgetsSecondFactor: boolean },
): Promise<string> {
  const user = await requireUserByEmail(db, email)
  const token = await db.transaction().execute(async (tx) => {
    const made = await createReset(tx, user.id, false)
    if (forgetsSecondFactor) await removeSecondFactor(tx, user.id)
    const orgs = await tx.selectFrom('memberships').select('org_id').where('user_id', '=', user.id).execute()
    const data = { second_factor_removed: forgetsSecondFactor }
    const row = { actor, action: 'password.reset_link', target: user.id, requestId: null, data }
    await writeAudit(
      tx,
      orgs.map(({ org_id }) => ({ orgId: org_id, ...row })),
    )
    return made
  })
  return linkOf(publicUrl, 'reset', token)
}

/**
 * Makes somebody an operator of the installation, or no longer one. It holds with their next request.
 * @throws Problem('not_found')
 */
export async function setOperator(
  db: Db,
  { email, actor, isOperator }: { email: string; actor: string; isOperator: boolean },
): Promise<void> {
  const { id: target } = await requireUserByEmail(db, email)
  await db.transaction().execute(async (tx) => {
    const set = { is_operator: isOperator, updated_at: new Date() }
    await tx.updateTable('users').set(set).where('id', '=', target).execute()
    const action = isOperator ? 'operator.add' : 'operator.remove'
    await writeAudit(tx, [{ orgId: nilOrg, actor, action, target, requestId: null }])
  })
}

async function requireUserByEmail(db: Db, email: string): Promise<User> {
  const user = await findUserByEmail(db, email)
  if (!user) throw new Problem('not_found', 'unknown_user', `There is no user ${email}. See: npm start -- admin create`)
  return user
}
