// The person behind a token or a decision: who they are in an organisation now, and what they may do there.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { isUuid } from '../../platform/ids.ts'
import { activeMemberships, findUser, principalOf } from '../users/users.ts'

/** Null for who is unknown, deactivated, or does not (any more) belong to the organisation. */
export async function memberOf(db: Db, orgId: string, userId: string): Promise<Principal | null> {
  if (!isUuid(userId)) return null
  // People belong to no organisation.
  const [user, memberships] = await everyOrg(() => Promise.all([findUser(db, userId), activeMemberships(db, userId)]))
  const membership = memberships.find(({ org_id }) => org_id === orgId)
  return user?.state === 'active' && membership ? principalOf(user, membership) : null
}
