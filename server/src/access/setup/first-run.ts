// The first administrator of an installation: an owner of an organisation and an operator, made once, by whoever has the
// link that the program printed.

import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { Problem } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { createOrg, listOrgs, type OrgSettings } from '../orgs.ts'
import { requireEmail } from '../users/email.ts'
import { owner } from '../users/operator-links.ts'
import { hashPassword } from '../users/password-hash.ts'
import { requireGoodPassword } from '../users/password-rules.ts'
import { createUser } from '../users/users.ts'
import { endSetup, isSetupNeeded, isSetupToken } from './setup-tokens.ts'

export type FirstRun = {
  token: string
  organisation: string
  name: string
  email: string
  password: string
  settings: OrgSettings
  requestId: string
}

/**
 * Of several at once, one is let through.
 * @returns the id of the user
 * @throws Problem('conflict', 'already_set_up'), ('unauthenticated', 'invalid_token'), ('invalid', 'weak_password')
 */
export async function setUp(db: Db, given: FirstRun): Promise<string> {
  const { name, organisation } = given
  const email = requireEmail(given.email)
  // Before the password is hashed, which costs more than a stranger may ask for.
  await requireOpen(db, given.token)
  await requireGoodPassword(given.password, { email, name, orgNames: [organisation] }, [])
  const hash = await hashPassword(given.password)
  // The organisation is not known before it is made.
  return everyOrg(() =>
    db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('first run', 0))`.execute(tx)
      await requireOpen(tx, given.token)
      await endSetup(tx)
      const orgId = await orgNamed(tx, given)
      const { id } = await createUser(tx, { email, name })
      const set = { password_hash: hash, is_operator: true }
      await tx.updateTable('users').set(set).where('id', '=', id).execute()
      const standing = { ...owner, departments: [], teams: [] }
      await tx
        .insertInto('memberships')
        .values({ org_id: orgId, user_id: id, ...standing, state: 'active', accepted_at: new Date() })
        .execute()
      const { requestId } = given
      const data = { after: owner, is_operator: true }
      await writeAudit(tx, [{ orgId, actor: `user:${id}`, action: 'installation.set_up', target: id, requestId, data }])
      return id
    }),
  )
}

async function requireOpen(db: Db | Tx, token: string): Promise<void> {
  if (!(await isSetupNeeded(db))) {
    throw new Problem(
      'conflict',
      'already_set_up',
      'There is an administrator already. Sign in, or ask for an invitation.',
    )
  }
  if (!(await isSetupToken(db, token))) {
    const detail = 'This link does not work. Use the one that the program printed when it last started.'
    throw new Problem('unauthenticated', 'invalid_token', detail)
  }
}

/** The only one of this name, which may have been made for its API keys before anybody had an account; or a new one. */
async function orgNamed(tx: Tx, { organisation: name, settings }: FirstRun): Promise<string> {
  const named = (await listOrgs(tx)).filter((org) => org.name === name)
  if (named.length > 1) throw new Problem('conflict', 'several_organisations', `Several are called ${name}.`)
  return named[0]?.id ?? (await createOrg(tx, { name, settings })).id
}
