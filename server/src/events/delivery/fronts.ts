// Where each queue begins, kept in its lane. What was delivered stays in the index, dead, until it is vacuumed: claims need
// not pass it again and again. Needs the queue's lock.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'

/** More than the clock can be set back unnoticed (follow_delivery_clock), so that nothing new lies before a front. */
const ageLeastS = 5

/** Each endpoint with a queue. Backwards, since what is dead lies at the beginning of a queue and not at its end. */
export const queues = sql`queues as (
    (select org_id, endpoint_id from deliveries order by org_id desc, endpoint_id desc limit 1)
    union all
    select next.org_id, next.endpoint_id from queues cross join lateral (
      select d.org_id, d.endpoint_id from deliveries d
      where (d.org_id, d.endpoint_id) < (queues.org_id, queues.endpoint_id)
      order by d.org_id desc, d.endpoint_id desc limit 1
    ) next
  )`

/**
 * Nothing in a queue is due before its first row. But more may have been written than can be seen yet, and be due before
 * that row, where it has waited for another attempt: no sooner than the row was made, since an organisation's events are
 * committed one after the other (takeSequence in outbox.ts).
 * @param input.isAnew whatever was known of them
 */
export async function noteFronts(tx: Tx, { isAnew }: { isAnew: boolean }): Promise<void> {
  await sql`
    with recursive ${queues}, found as (
      select l.org_id, l.endpoint_id,
        least(first.next_at, first.created_at, statement_timestamp() - make_interval(secs => ${ageLeastS})) as front_at
      from queues q
      join delivery_lanes l on l.org_id = q.org_id and l.endpoint_id = q.endpoint_id
      cross join lateral (
        select d.next_at, d.created_at from deliveries d
        where d.org_id = l.org_id and d.endpoint_id = l.endpoint_id
          and d.next_at >= case when ${isAnew} then '-infinity' else l.front_at end
        order by d.next_at, d.event_seq limit 1
      ) first
    )
    update delivery_lanes l set front_at = found.front_at from found
    where l.org_id = found.org_id and l.endpoint_id = found.endpoint_id and l.front_at <> found.front_at`.execute(tx)
}

/** Older rows than those that wait come back into queues of this organisation. */
export const forgetFronts = (tx: Tx, orgId: string): Promise<unknown> =>
  sql`update delivery_lanes set front_at = '-infinity' where org_id = ${orgId} and front_at > '-infinity'`.execute(tx)
