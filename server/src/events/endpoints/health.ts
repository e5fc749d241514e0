// How endpoints are doing, for people: their lanes, which the senders keep, and how much waits for them.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'

/** Counted up to here. */
const waitingMax = 10_000

export type Health = {
  breaker: 'closed' | 'open' | 'half_open'
  /** When the next attempt is made, while the breaker is open. */
  open_until: Date | null
  /** The receiver asked for quiet until then. */
  blocked_until: Date | null
  failing_since: Date | null
  /** In a row. */
  failures: number
  last_success_at: Date | null
  /** Counted up to one more than `waitingMax`. */
  queued: number
}

/** By the endpoints' ids. */
export async function healthOf(db: DbOrTx, orgId: string, endpointIds: string[]): Promise<Map<string, Health>> {
  const { rows } = await sql<Health & { endpoint_id: string }>`
    select l.endpoint_id, l.breaker, l.failures, l.failing_since, l.last_success_at, queue.queued,
      case when l.breaker <> 'closed' then l.open_until end as open_until,
      case when l.blocked_until > now() then l.blocked_until end as blocked_until
    from delivery_lanes l cross join lateral (
      select count(*) as queued from (
        select from deliveries d where d.org_id = l.org_id and d.endpoint_id = l.endpoint_id limit ${waitingMax + 1}
      ) some_of_it
    ) queue
    where l.org_id = ${orgId} and l.endpoint_id = any (${endpointIds}::uuid[])`.execute(db)
  return new Map(rows.map(({ endpoint_id, ...health }) => [endpoint_id, health]))
}

/** A number, or `10000+`. */
export const shownCount = (count: number): number | string => (count > waitingMax ? `${waitingMax}+` : count)
