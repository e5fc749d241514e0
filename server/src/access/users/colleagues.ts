// The people of an organisation as others of it name and mention them. Without addresses: who may see those asks
// elsewhere.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'

/** What a person is called where they gave no name: what stands before the @. */
const calledAs = sql`coalesce(case when m.accepted_at is null then m.invited_name else u.name end, split_part(u.email, '@', 1))`

/** Of actors as the audit has them, `user:<id>` and `key:<id>`; without those that are not known any more. */
export async function namesOf(db: DbOrTx, orgId: string, actors: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(actors)]
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<{ actor: string; name: string }>`
    select 'user:' || m.user_id as actor, ${calledAs} as name from memberships m join users u on u.id = m.user_id
    where m.org_id = ${orgId} and 'user:' || m.user_id = any(${wanted})
    union all
    select 'key:' || k.id, k.name from api_keys k where k.org_id = ${orgId} and 'key:' || k.id = any(${wanted})`.execute(
    db,
  )
  return new Map(rows.map(({ actor, name }) => [actor, name]))
}

export type Colleague = { id: string; email: string; agent_id: string | null }

/** Those who can sign in, with one of these addresses (normalised), ids, or as one of these agents. */
export async function colleaguesOf(
  db: DbOrTx,
  orgId: string,
  wanted: { emails: readonly string[]; ids: readonly string[]; agentIds: readonly string[] },
): Promise<Colleague[]> {
  const { rows } = await sql<Colleague>`
    select u.id, u.email, m.agent_id from memberships m join users u on u.id = m.user_id
    where m.org_id = ${orgId} and m.state = 'active' and u.state = 'active'
      and (u.email = any(${[...wanted.emails]}::text[]) or u.id = any(${[...wanted.ids]}::uuid[])
        or m.agent_id = any(${[...wanted.agentIds]}::uuid[]))
    order by u.id`.execute(db)
  return rows
}
