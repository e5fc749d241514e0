// Who of an organisation is written to when something of it needs a person: its owners and administrators.

import type { DbOrTx } from '../../platform/db/db.ts'
import { findOrg } from '../orgs.ts'

/** Mail addresses; that of the organisation itself where it has no such people. */
export async function responsibleAddresses(db: DbOrTx, orgId: string): Promise<string[]> {
  const people = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select('users.email')
    .where('memberships.org_id', '=', orgId)
    .where('memberships.role', 'in', ['owner', 'admin'])
    .where('memberships.level', '=', 'organisation')
    .where('memberships.state', '=', 'active')
    .where('users.state', '=', 'active')
    .orderBy('users.email')
    .execute()
  if (people.length > 0) return people.map(({ email }) => email)
  const org = await findOrg(db, orgId)
  return org?.email ? [org.email] : []
}
