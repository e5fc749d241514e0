// The beginning of a session, once it is known who somebody is: the row, the audit, and the answer that carries the
// cookies. How it became known is for the routes.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { type Answer, type Call, ok } from '../../platform/http/route.ts'
import { notFound } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { sessionView } from './session-fields.ts'
import type { Sessions } from './sessions.ts'
import { type Membership, sessionPrincipal, type User } from './users.ts'

/**
 * A new session, in the organisation that was asked for or the first one; a session of before ends.
 * @throws Problem('not_found') where the person does not work in that organisation
 */
export async function beginSession(
  { db, sessions }: { db: Db; sessions: Sessions },
  { headers, address, requestId }: Pick<Call, 'headers' | 'address' | 'requestId'>,
  { user, memberships, orgId }: { user: User; memberships: Membership[]; orgId: string | undefined },
): Promise<Answer> {
  const membership = orgId === undefined ? memberships[0] : memberships.find(({ org_id }) => org_id === orgId)
  if (!membership) throw notFound()
  // The session of before may be in another organisation.
  const started = await everyOrg(() =>
    db.transaction().execute(async (tx) => {
      const made = await sessions.start(tx, { user, membership, address, headers })
      const { org_id } = membership
      await writeAudit(tx, [
        { orgId: org_id, actor: `user:${user.id}`, action: 'session.start', target: made.id, requestId },
      ])
      return made
    }),
  )
  const view = { user, membership, by: sessionPrincipal(user, membership), csrfToken: started.csrfToken }
  return ok(sessionView(view, memberships), { 'Set-Cookie': started.cookies, 'Cache-Control': 'no-store' })
}
