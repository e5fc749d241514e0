// How the figures of the operation are measured: one query for many organisations at once.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import type { Measured } from './check-figures.ts'
import { burnRates } from './delivery-samples.ts'
import type { MetricName } from './metric-names.ts'

/** Of those of these organisations that have such a figure. */
export type Measure = (orgIds: string[]) => Promise<Map<string, number>>
export type Metrics = Record<MetricName, Measure>

const deadLettersMax = 10_000

/** @param timeZone of organisations that have none of their own */
export function operationMetrics({ db, timeZone }: { db: Db; timeZone: string }): Metrics {
  const figures = async (query: ReturnType<typeof sql<{ org_id: string; value: number }>>) => {
    const { rows } = await query.execute(db)
    return new Map(rows.map(({ org_id, value }) => [org_id, value]))
  }
  const usage = (kind: 'minutes' | 'chats') => (orgIds: string[]) =>
    figures(sql`
      select u.org_id, (u.used * 100.0 / u.limit_units)::float8 as value
      from usage_months u join orgs o on o.id = u.org_id
      where u.org_id = any (${orgIds}::uuid[]) and u.kind = ${kind} and u.limit_units > 0 and not u.is_stale
        and u.month = to_char(now() at time zone coalesce(o.settings ->> 'time_zone', ${timeZone}), 'YYYY-MM')`)
  return {
    // What waits because its receiver fails, asked for quiet or is paused is not our queue's age.
    delivery_oldest_pending_s: (orgIds) =>
      figures(sql`
        select w.org_id, max(extract(epoch from now() - front.next_at))::float8 as value
        from webhook_endpoints w
        join delivery_lanes l on l.org_id = w.org_id and l.endpoint_id = w.id
        cross join lateral (
          select d.next_at from deliveries d where d.org_id = w.org_id and d.endpoint_id = w.id
          order by d.next_at limit 1) front
        where w.org_id = any (${orgIds}::uuid[]) and w.status = 'active' and l.breaker = 'closed'
          and l.blocked_until <= now() and front.next_at <= now()
        group by w.org_id`),
    delivery_burn_1h: (orgIds) => burnRates(db, orgIds, { longS: 3600, shortS: 300 }),
    delivery_burn_6h: (orgIds) => burnRates(db, orgIds, { longS: 6 * 3600, shortS: 1800 }),
    breakers_open: (orgIds) =>
      figures(sql`
        select l.org_id, count(*) as value
        from delivery_lanes l join webhook_endpoints w on w.org_id = l.org_id and w.id = l.endpoint_id
        where l.org_id = any (${orgIds}::uuid[]) and w.status = 'active' and l.breaker <> 'closed'
        group by l.org_id`),
    dead_letters: (orgIds) =>
      figures(sql`
        select o.id as org_id, count(*) as value
        from unnest(${orgIds}::uuid[]) as o (id)
        cross join lateral (
          select from delivery_log d where d.org_id = o.id and d.state = 'dead' limit ${deadLettersMax}) dead
        group by o.id`),
    conversation_oldest_unprocessed_s: (orgIds) =>
      figures(sql`
        select org_id, extract(epoch from now() - min(received_at))::float8 as value
        from conversations where status in ('queued', 'processing') and org_id = any (${orgIds}::uuid[])
        group by org_id`),
    ingest_failures_1h: (orgIds) =>
      figures(sql`
        select org_id, count(*) as value from conversations
        where org_id = any (${orgIds}::uuid[]) and updated_at > now() - interval '1 hour' and status = 'failed'
        group by org_id`),
    remote_folders_failing: (orgIds) =>
      figures(sql`
        select org_id, count(*) as value from remote_folders
        where org_id = any (${orgIds}::uuid[]) and is_active and told_at is not null
        group by org_id`),
    minutes_used_percent: usage('minutes'),
    chats_used_percent: usage('chats'),
    refused_sign_ins_15m: (orgIds) =>
      figures(sql`
        select org_id, count(*) as value from audit_events
        where org_id = any (${orgIds}::uuid[]) and result = 'denied' and at > now() - interval '15 minutes'
          and action in ('session.refuse', 'token.refuse')
        group by org_id`),
  }
}

/** Those that fail are left out. */
export async function measureAll(
  metrics: Metrics,
  wanted: Map<MetricName, string[]>,
  failed: (err: unknown, metric: MetricName) => void,
): Promise<Measured> {
  const measured = new Map<MetricName, Map<string, number>>()
  for (const [metric, orgIds] of wanted) {
    try {
      measured.set(metric, await metrics[metric](orgIds))
    } catch (err) {
      failed(err, metric)
    }
  }
  return measured
}
