// How many attempts of deliveries fail, over hours. Counting the attempts themselves would read millions of rows, so each
// lane's own count of the present minute is noted down before it is begun anew: a sample of the attempts, even in time.
// Lanes whose breaker is open are left out, as nothing is sent there that could fail.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

/** The share of attempts that may fail: 1 %. */
const budget = 0.01
/** Fewer attempts say nothing about a share. */
const attemptsLeast = 20

/** Of all organisations. To be called at least every minute; calls of several processes add nothing twice. */
export async function sampleDeliveries(db: Db): Promise<void> {
  await sql`
    insert into delivery_samples (org_id, endpoint_id, at, ok, failed)
    select org_id, endpoint_id, window_at, window_ok, window_failed from delivery_lanes
    where breaker = 'closed' and window_at > now() - interval '5 minutes' and window_ok + window_failed > 0
    on conflict (org_id, endpoint_id, at) do update
      set ok = greatest(delivery_samples.ok, excluded.ok), failed = greatest(delivery_samples.failed, excluded.failed)
      where (delivery_samples.ok, delivery_samples.failed) <> (excluded.ok, excluded.failed)`.execute(db)
}

/**
 * How fast the budget of failures is used up: 1 means 1 % of attempts, 14.4 uses 2 % of a month's budget in an hour
 * (https://sre.google/workbook/alerting-on-slos/, "Multiwindow, Multi-Burn-Rate Alerts"). The lower of a long and a short
 * window, so that it falls soon after the failures end.
 */
export async function burnRates(
  db: Db,
  orgIds: string[],
  { longS, shortS }: { longS: number; shortS: number },
): Promise<Map<string, number>> {
  const { rows } = await sql<{ org_id: string; value: number }>`
    select org_id, least(
        sum(failed)::float8 / sum(ok + failed),
        coalesce(sum(failed) filter (where is_new)::float8 / nullif(sum(ok + failed) filter (where is_new), 0), 0)
      ) / ${budget}::float8 as value
    from (
      select org_id, ok, failed, at > now() - make_interval(secs => ${shortS}) as is_new from delivery_samples
      where org_id = any (${orgIds}::uuid[]) and at > now() - make_interval(secs => ${longS})) seen
    group by org_id having sum(ok + failed) >= ${attemptsLeast}`.execute(db)
  return new Map(rows.map(({ org_id, value }) => [org_id, value]))
}
