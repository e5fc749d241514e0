// The sessions of one person, in all organisations: what they see of them, and how they end them.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import { notFound } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'

/** Newest first. */
export const listSessions = (db: Db, userId: string) =>
  // One's own, wherever they are.
  everyOrg(() =>
    db
      .selectFrom('user_sessions')
      .select(['id', 'org_id as organisation_id', 'address', 'user_agent', 'created_at', 'last_seen_at', 'expires_at'])
      .where('user_id', '=', userId)
      .where('expires_at', '>', new Date())
      .orderBy('id', 'desc')
      .execute(),
  )

/** All of a person's, or `onlyId`. @throws Problem('not_found') for a session that is not theirs */
export async function endSessions(
  db: Db,
  by: Principal,
  { userId, requestId, onlyId }: { userId: string; requestId: string; onlyId?: string },
): Promise<void> {
  await everyOrg(() =>
    db.transaction().execute(async (tx) => {
      let query = tx.deleteFrom('user_sessions').where('user_id', '=', userId)
      if (onlyId) query = query.where('id', '=', onlyId)
      const ended = await query.returning(['id', 'org_id']).execute()
      if (onlyId && ended.length === 0) throw notFound()
      await writeAudit(
        tx,
        ended.map(({ id, org_id }) => ({
          orgId: org_id,
          actor: by.actor,
          action: 'session.end',
          target: id,
          requestId,
        })),
      )
    }),
  )
}
