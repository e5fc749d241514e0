// What people have allowed applications to do in their name, read from what the OAuth server remembers.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'

export type Grant = {
  id: string
  application_id: string
  application_name: string
  user_id: string
  scopes: string[]
  created_at: Date
  expires_at: Date
  /** When it was last given an access token that is still kept; null: none is. */
  last_token_at: Date | null
}

export type GrantFilter = { userId?: string; applicationId?: string; id?: string }

/** Newest first. `before`: the id that the page before ended with. */
export async function listGrants(
  db: DbOrTx,
  orgId: string,
  filter: GrantFilter & { limit: number; before: string | null },
): Promise<Grant[]> {
  const { userId = null, applicationId = null, id = null, before, limit } = filter
  const { rows } = await sql<Omit<Grant, 'scopes'> & { resources: Record<string, string> | null }>`
    select g.grant_id as id, g.application_id, a.name as application_name, g.user_id, g.created_at, g.expires_at,
      g.payload->'resources' as resources,
      (select max(t.created_at) from oauth_records t
        where t.org_id = g.org_id and t.grant_id = g.grant_id and t.model = 'AccessToken') as last_token_at
    from oauth_records g
    join oauth_applications a on a.org_id = g.org_id and a.id = g.application_id
    where g.org_id = ${orgId} and g.model = 'Grant' and g.expires_at > now()
      and (${userId}::uuid is null or g.user_id = ${userId}::uuid)
      and (${applicationId}::uuid is null or g.application_id = ${applicationId}::uuid)
      and (${id}::uuid is null or g.grant_id = ${id}::uuid)
      and (${before}::uuid is null or g.grant_id < ${before}::uuid)
    order by g.grant_id desc limit ${limit}`.execute(db)
  return rows.map(({ resources, ...row }) => ({
    ...row,
    scopes: Object.values(resources ?? {}).flatMap((scope) => scope.split(' ').filter(Boolean)),
  }))
}

export const findGrant = async (db: DbOrTx, orgId: string, id: string): Promise<Grant | null> =>
  (await listGrants(db, orgId, { id, limit: 1, before: null }))[0] ?? null

/** All that this person has allowed to any application, in one organisation or in every one that the transaction sees. */
export async function endGrantsOfUser(tx: DbOrTx, userId: string, orgId?: string): Promise<void> {
  let query = tx.deleteFrom('oauth_records').where('user_id', '=', userId)
  if (orgId) query = query.where('org_id', '=', orgId)
  await query.execute()
}
