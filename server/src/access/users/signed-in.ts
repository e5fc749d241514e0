// Routes of the person who is signed in, whatever the role: they need no scope but a session of their own.

import type { Db } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import type { Answer, Call } from '../../platform/http/route.ts'
import type { Session, Sessions } from './sessions.ts'

/** @throws Problem('unauthenticated', 'not_signed_in'); Problem('forbidden', 'cross_site') */
export async function signedIn(
  { db, sessions }: { db: Db; sessions: Sessions },
  call: Pick<Call, 'headers' | 'routeName'>,
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const method = call.routeName.split(' ')[0] ?? ''
  const session = await sessions.require(db, { method, headers: call.headers })
  return inScope([session.by.orgId], () => work(session))
}
