// Who stands behind an actor as the audit names them, as of now: for work that is done later on somebody's behalf, with the
// rights that they have then.

import { sql } from 'kysely'
import type { DbOrTx } from '../platform/db/db.ts'
import type { Principal } from '../platform/http/route.ts'
import { findUser, principalOf, type Standing } from './users/users.ts'

/**
 * In the scope of the organisation.
 * @param actor `user:<id>`, `key:<id>`, `client:<id>` or `token:<id>`
 * @returns null for who may do nothing any more: deactivated, revoked, expired, or gone
 */
export async function holderNow(db: DbOrTx, orgId: string, actor: string): Promise<Principal | null> {
  const [kind, id = ''] = actor.split(':')
  if (kind === 'user') return memberNow(db, orgId, id)
  const scopes = kind && Object.hasOwn(scopesOf, kind) ? await scopesOf[kind as Kind](db, orgId, id) : null
  return scopes && { actor, orgId, isAdmin: false, scopes, reach: 'all' }
}

async function memberNow(db: DbOrTx, orgId: string, id: string): Promise<Principal | null> {
  const user = await findUser(db, id)
  if (user?.state !== 'active') return null
  const row = await db
    .selectFrom('memberships')
    .innerJoin('orgs', 'orgs.id', 'memberships.org_id')
    .selectAll('memberships')
    .select('orgs.settings as org_settings')
    .where('memberships.org_id', '=', orgId)
    .where('memberships.user_id', '=', id)
    .where('memberships.state', '=', 'active')
    .where('orgs.is_active', '=', true)
    .executeTakeFirst()
  return row ? principalOf(user, row as unknown as Standing & { org_id: string }) : null
}

type Kind = 'key' | 'client' | 'token'
type Row = { scopes: string[] }

const first = ({ rows }: { rows: Row[] }) => rows[0]?.scopes ?? null

const scopesOf: Record<Kind, (db: DbOrTx, orgId: string, id: string) => Promise<string[] | null>> = {
  key: async (db, orgId, id) =>
    first(
      await sql<Row>`
        select k.scopes from api_keys k join orgs o on o.id = k.org_id and o.is_active
        where k.org_id = ${orgId} and k.id = ${id} and not k.is_admin and k.revoked_at is null
          and (k.expires_at is null or k.expires_at > now())`.execute(db),
    ),
  client: async (db, orgId, id) =>
    first(
      await sql<Row>`
        select a.scopes from oauth_applications a join orgs o on o.id = a.org_id and o.is_active
        where a.org_id = ${orgId} and a.id::text = ${id} and a.is_active and a.acts_alone`.execute(db),
    ),
  token: async (db, orgId, id) =>
    first(
      await sql<Row>`
        select t.scopes from refresh_tokens t join orgs o on o.id = t.org_id and o.is_active
        where t.org_id = ${orgId} and t.id::text = ${id} and t.user_id is null and t.revoked_at is null
          and (t.expires_at is null or t.expires_at > now())`.execute(db),
    ),
}
