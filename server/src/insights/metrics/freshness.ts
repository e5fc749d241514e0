// How fresh figures are: up to which change of the organisation they count, and whether there is more by now.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'

export type Freshness = {
  /** Everything up to this seq of the change cursor is counted. */
  as_of_seq: number
  /** Changes are on their way into the figures; while everything is counted anew, most are. */
  is_behind: boolean
  as_of: string | null
}

export async function readFreshness(db: DbOrTx, orgId: string): Promise<Freshness> {
  const { rows } = await sql<{ seq: number | null; last: number | null; at: Date | null }>`
    select k.seq, c.seq as last, k.updated_at as at
    from orgs o
    left join event_counters c on c.org_id = o.id
    left join insight_cursors k on k.org_id = o.id and k.follower = 'facts'
    where o.id = ${orgId}`.execute(db)
  const [row] = rows
  const asOf = row?.seq ?? 0
  return { as_of_seq: asOf, is_behind: (row?.last ?? 0) > asOf, as_of: row?.at?.toISOString() ?? null }
}
