// How events get to whoever asked for them, in the whole installation. Runs in the scope of every organisation, names
// none.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

const windowS = 300

export type DeliveryFigures = {
  pending: number
  /** Of those: endpoints that are paused, switched off or not verified. */
  held: number
  oldest_due_s: number | null
  endpoints: number
  breakers_open: number
  dead_letters: number
  dead_letters_24h: number
  /** Over the last five minutes, as far as was sampled. */
  attempts_per_minute: number
  failed_attempts_per_minute: number
}

export async function deliveryFigures(db: Db): Promise<DeliveryFigures> {
  const queue = await sql<Pick<DeliveryFigures, 'pending' | 'held' | 'oldest_due_s'>>`
    select count(*) as pending, count(*) filter (where w.status <> 'active') as held,
      extract(epoch from now() - min(d.next_at)
        filter (where w.status = 'active' and l.breaker = 'closed' and l.blocked_until <= now() and d.next_at <= now())
      )::float8 as oldest_due_s
    from deliveries d
    join webhook_endpoints w on w.org_id = d.org_id and w.id = d.endpoint_id
    left join delivery_lanes l on l.org_id = d.org_id and l.endpoint_id = d.endpoint_id`.execute(db)
  const { rows } = await sql<Omit<DeliveryFigures, 'pending' | 'held' | 'oldest_due_s'>>`
    select
      (select count(*) from webhook_endpoints) as endpoints,
      (select count(*) from delivery_lanes l join webhook_endpoints w on w.org_id = l.org_id and w.id = l.endpoint_id
        where w.status = 'active' and l.breaker <> 'closed') as breakers_open,
      (select count(*) from delivery_log where state = 'dead') as dead_letters,
      (select count(*) from delivery_log where state = 'dead' and finished_at > now() - interval '24 hours')
        as dead_letters_24h,
      coalesce(sum(ok + failed), 0)::float8 * 60 / ${windowS}::float8 as attempts_per_minute,
      coalesce(sum(failed), 0)::float8 * 60 / ${windowS}::float8 as failed_attempts_per_minute
    from delivery_samples where at > now() - make_interval(secs => ${windowS})`.execute(db)
  const [waiting, rest] = [queue.rows[0], rows[0]]
  if (!waiting || !rest) throw new TypeError('an aggregate has one row')
  return { ...waiting, ...rest }
}
