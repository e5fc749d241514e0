// Claims what is due: a lease for each delivery that may be sent now. Under the queue's lock, so that its caps are exact:
// in flight at once to one endpoint and to all of one organisation, the endpoint's rate, one probe of an open breaker,
// and one delivery of each ordering key. A sender that is killed leaves its leases to run out; the next one sends again.

import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { together } from '../../platform/db/together.ts'
import type { EventData, EventType } from '../catalog/catalog.ts'
import { queues } from './fronts.ts'
import { slotsMax } from './lane.ts'

const perOrgMax = 32
/** Of an ordered queue, whose first rows may wait for those before them under the same key. */
const orderedScanMax = 200
/** What an endpoint may be sent at once after it was quiet: the rate of one second. */
const burstS = 1

/** A delivery in the hands of one sender. */
export type Claimed = {
  org_id: string
  endpoint_id: string
  id: string
  lease_token: string
  /** Made before this one, in all and before its latest replay. */
  attempt: number
  attempts_before: number
  lost_leases: number
  ordering_key: string | null
  /** Since its first attempt that failed, by the database's clock. */
  failing_for_ms: number | null
  /** Of the endpoint, by which it is read once (endpoint-rows.ts). */
  revision: number
  /** Of the endpoint's lane, before this claim. */
  breaker: 'closed' | 'open' | 'half_open'
  failures: number
  event_id: string
  seq: number
  previous_seq: number
  type: EventType
  /** Null for an event of the organisation. */
  conversation_id: string | null
  data: EventData
  occurred_at: Date
}

export type Claim = {
  claimed: Claimed[]
  /** When the first endpoint that is held back by its rate alone may be sent more. */
  pacedMs: number | null
}

/** Needs the queue's lock. Up to `limit` deliveries, one organisation after the other. */
export async function claimDue(tx: Tx, input: { limit: number; leaseMs: number }): Promise<Claim> {
  const [, { rows }] = await together(pinPlans(tx), claimQuery(input).execute(tx))
  const claimed = rows.filter(({ id }) => id !== null)
  return { claimed, pacedMs: rows[0]?.paced_ms ?? null }
}

/**
 * For this transaction: queues are read by their index in its order, whatever the statistics of the moment say. With those
 * of a queue that has just filled, the planner reads the whole of it and sorts it (60,000 blocks instead of 800).
 */
export const pinPlans = (tx: Tx): Promise<unknown> =>
  sql`select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true)`.execute(tx)

const byPlace = sql`order by d.next_at, d.event_seq`
const ofLane = sql`d.org_id = l.org_id and d.endpoint_id = l.endpoint_id and d.next_at <= statement_timestamp()
  and d.next_at >= l.front_at`
const front = sql`d.ctid, d.next_at, d.event_seq, coalesce(d.lease_until > statement_timestamp(), false) as is_leased`
/** Others under the same key come first. */
const earlier = sql`
  e.org_id = d.org_id and e.endpoint_id = d.endpoint_id and e.ordering_key = d.ordering_key
  and e.event_seq < d.event_seq`

/**
 * Apart from `claimDue` so that its plan can be tested. It steps from endpoint to endpoint and reads the first rows of
 * each queue (fronts.ts), so no backlog is ever read whole. Leased rows stay in front, being the oldest: they count what
 * is in flight.
 */
export const claimQuery = ({
  limit,
  leaseMs,
}: {
  limit: number
  leaseMs: number
}): RawBuilder<Claimed & { paced_ms: number | null }> => sql`
  with recursive ${queues}, lanes as (
    select l.org_id, l.endpoint_id, l.breaker, l.failures, w.ordering, w.revision, w.rate_per_s, l.front_at,
      case
        when w.status <> 'active' or l.blocked_until > statement_timestamp() then 0
        when l.breaker = 'open' then (l.open_until <= statement_timestamp())::integer
        else l.slots
      end as slots,
      greatest(l.paced_until, statement_timestamp()) as paced_until,
      coalesce(floor(w.rate_per_s * (${burstS} - extract(epoch from
        greatest(l.paced_until, statement_timestamp()) - statement_timestamp())) + 0.001), ${slotsMax}) as tokens
    from queues q
    join delivery_lanes l on l.org_id = q.org_id and l.endpoint_id = q.endpoint_id
    join webhook_endpoints w on w.org_id = q.org_id and w.id = q.endpoint_id
  ), fronts as (
    select l.org_id, l.endpoint_id, l.slots, l.tokens, l.revision, l.breaker, l.failures, f.ctid, f.next_at, f.event_seq, f.is_leased,
      row_number() over lane as place, count(*) filter (where f.is_leased) over lane_all as in_flight
    from lanes l cross join lateral (
      (select ${front} from deliveries d where l.ordering is null and ${ofLane} ${byPlace} limit ${slotsMax})
      union all
      (select ${front} from (
          select d.ctid, d.* from deliveries d where l.ordering is not null and ${ofLane} ${byPlace} limit ${orderedScanMax}
        ) d
        where d.lease_until > statement_timestamp() or not exists (select from deliveries e where ${earlier})
        ${byPlace} limit ${slotsMax})
    ) f
    window lane as (partition by l.org_id, l.endpoint_id order by f.is_leased desc, f.next_at, f.event_seq),
      lane_all as (partition by l.org_id, l.endpoint_id)
  ), ranked as (
    select *, row_number() over (partition by org_id order by is_leased desc, place, next_at) as place_in_org
    from fronts where is_leased or (place <= slots and place - in_flight <= tokens)
  ), picked as (
    select ctid, org_id, endpoint_id, revision, breaker, failures from ranked
    where not is_leased and place_in_org <= ${perOrgMax}
    order by place_in_org, next_at limit ${limit}
  ), leased as (
    -- By their places: nobody else moves these rows while the queue is held.
    update deliveries d set
      lost_leases = lost_leases + (lease_until is not null)::integer,
      lease_until = statement_timestamp() + make_interval(secs => ${leaseMs / 1000}),
      lease_token = gen_random_uuid()
    from picked
    where d.ctid = picked.ctid and d.org_id = picked.org_id and d.endpoint_id = picked.endpoint_id
    returning d.*, picked.revision, picked.breaker, picked.failures
  ), sent as (
    update delivery_lanes l set
      paced_until = coalesce(lanes.paced_until + make_interval(secs => p.n / lanes.rate_per_s::float8), l.paced_until),
      breaker = case l.breaker when 'open' then 'half_open' else l.breaker end,
      slots = case l.breaker when 'open' then 1 else l.slots end
    from (select org_id, endpoint_id, count(*) as n from leased group by 1, 2) p
    join lanes on lanes.org_id = p.org_id and lanes.endpoint_id = p.endpoint_id
    where l.org_id = p.org_id and l.endpoint_id = p.endpoint_id
      and (lanes.rate_per_s is not null or l.breaker = 'open')
  ), put_back as (
    -- Behind one that waits for its next attempt: looked at again when that one is due.
    update deliveries b set next_at = blocked.until
    from (
      select d.org_id, d.id, w.until from lanes l cross join lateral (
        select * from deliveries d where l.ordering is not null and l.slots > 0 and ${ofLane} ${byPlace}
        limit ${orderedScanMax}
      ) d cross join lateral (
        select max(e.next_at) as until from deliveries e where ${earlier} and e.next_at > statement_timestamp()
      ) w
      where w.until is not null and (d.lease_until is null or d.lease_until <= statement_timestamp())
    ) blocked
    where b.org_id = blocked.org_id and b.id = blocked.id
  )
  select c.*, paced.ms as paced_ms
  from (
    select (1000 * extract(epoch from min(paced_until) - statement_timestamp()
        + (1.0 / max(rate_per_s) - ${burstS}) * interval '1 second'))::float8 as ms
    from lanes where slots > 0 and tokens < 1
  ) paced left join (
    select d.org_id, d.endpoint_id, d.id, d.lease_token, d.attempt, d.attempts_before, d.lost_leases, d.ordering_key,
      (1000 * extract(epoch from statement_timestamp() - d.failing_since))::float8 as failing_for_ms, d.revision, d.breaker, d.failures, e.id as event_id, e.seq, e.previous_seq, e.type,
      e.conversation_id, coalesce(d.data, e.data) as data, e.occurred_at
    from leased d
    join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at
  ) c on true
  order by c.seq`
