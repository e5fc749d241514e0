// The table of lanes: how each endpoint is doing, for all senders. What it means is lane.ts. Written under the queue's
// lock alone.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { type Lane, newLane } from './lane.ts'

export type LaneKey = { org_id: string; endpoint_id: string }
export type StoredLane = LaneKey & Lane

export const laneKey = ({ org_id, endpoint_id }: LaneKey): string => `${org_id} ${endpoint_id}`

/** Of those that are still there. `now`: the database's clock, by which all senders go. `revision`: of the endpoint. */
export async function readLanes(
  tx: Tx,
  keys: LaneKey[],
): Promise<{ lanes: (StoredLane & { revision: number })[]; now: Date }> {
  const { rows } = await sql<StoredLane & { revision: number; now: Date }>`
    select l.org_id, l.endpoint_id, l.breaker, l.slots, l.open_until, l.openings, l.failures, l.failing_since,
      l.last_success_at, greatest(l.window_at, 'epoch') as window_at, l.window_ok, l.window_failed,
      greatest(l.blocked_until, 'epoch') as blocked_until, l.notices, w.revision, clock_timestamp() as now
    from json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, endpoint_id uuid)
    join delivery_lanes l on l.org_id = k.org_id and l.endpoint_id = k.endpoint_id
    join webhook_endpoints w on w.org_id = k.org_id and w.id = k.endpoint_id`.execute(tx)
  return { lanes: rows.map(({ now: _, ...lane }) => lane), now: rows[0]?.now ?? new Date() }
}

export async function writeLanes(tx: Tx, lanes: StoredLane[]): Promise<void> {
  if (lanes.length === 0) return
  await sql`
    update delivery_lanes l set breaker = n.breaker, slots = n.slots, open_until = n.open_until, openings = n.openings,
      failures = n.failures, failing_since = n.failing_since, last_success_at = n.last_success_at,
      window_at = n.window_at, window_ok = n.window_ok, window_failed = n.window_failed,
      blocked_until = n.blocked_until, notices = n.notices
    from json_to_recordset(${JSON.stringify(lanes)}::json) as n (org_id uuid, endpoint_id uuid, breaker text,
      slots smallint, open_until timestamptz, openings integer, failures integer, failing_since timestamptz,
      last_success_at timestamptz, window_at timestamptz, window_ok integer, window_failed integer,
      blocked_until timestamptz, notices smallint)
    where l.org_id = n.org_id and l.endpoint_id = n.endpoint_id`.execute(tx)
}

/** One for each delivery that was claimed and then not meant for its endpoint: it does not count against the rate. */
export async function giveBackRate(tx: Tx, keys: LaneKey[]): Promise<void> {
  if (keys.length === 0) return
  await sql`
    update delivery_lanes l set paced_until = l.paced_until - make_interval(secs => n.unused / w.rate_per_s::float8)
    from (
      select org_id, endpoint_id, count(*) as unused
      from json_to_recordset(${JSON.stringify(keys)}::json) as k (org_id uuid, endpoint_id uuid) group by 1, 2
    ) n
    join webhook_endpoints w on w.org_id = n.org_id and w.id = n.endpoint_id
    where l.org_id = n.org_id and l.endpoint_id = n.endpoint_id and w.rate_per_s is not null`.execute(tx)
}

/** The endpoint was changed or switched on by hand: nothing of before counts. Needs the queue's lock. */
export const reviveLane = (tx: Tx, key: LaneKey): Promise<void> => writeLanes(tx, [{ ...newLane(), ...key }])
