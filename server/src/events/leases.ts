// The queue of deliveries: leases what is due to a sender, and writes what came of it while the lease still holds.
// A sender that is killed leaves its leases to run out; then the next one sends, so receivers get it at least once.

import { type RawBuilder, sql } from 'kysely'
import type { Db, DbOrTx } from '../platform/db/db.ts'
import type { EventType } from './catalog.ts'
import type { EventData } from './payload.ts'
import type { PayloadStyle } from './webhooks.ts'

/** In flight at once to one endpoint and to all of one organisation, whatever the number of senders. */
const perEndpointMax = 4
const perOrgMax = 32

/** A delivery in the hands of one sender, with all that the attempt needs. */
export type Leased = {
  org_id: string
  id: string
  endpoint_id: string
  /** This attempt's number, 1 for the first. */
  attempt: number
  lease_token: string
  url: string
  style: PayloadStyle
  secret: Buffer
  is_active: boolean
  event_id: string
  seq: number
  type: EventType
  /** Null for an event of the organisation. */
  conversation_id: string | null
  data: EventData
  occurred_at: Date
}

/**
 * Leases up to `limit` deliveries, those first whose endpoint has the least in flight. Leased rows stay at the front
 * of their endpoint's queue, so its first rows tell how much is in flight, and no backlog is ever read whole.
 */
export async function leaseDue(db: Db, input: { limit: number; leaseMs: number }): Promise<Leased[]> {
  return (await leaseQuery(input).execute(db)).rows
}

/** Apart from `leaseDue` so that its plan can be tested. */
export const leaseQuery = ({ limit, leaseMs }: { limit: number; leaseMs: number }): RawBuilder<Leased> => sql<Leased>`
  with recursive queues as (
    (select org_id, endpoint_id from deliveries where state = 'pending' order by org_id, endpoint_id limit 1)
    union all
    select next.org_id, next.endpoint_id from queues cross join lateral (
      select d.org_id, d.endpoint_id from deliveries d
      where d.state = 'pending' and (d.org_id, d.endpoint_id) > (queues.org_id, queues.endpoint_id)
      order by d.org_id, d.endpoint_id limit 1
    ) next
  ), fronts as (
    select front.*, row_number() over (
      partition by front.org_id, front.endpoint_id order by is_leased desc, next_at, event_seq
    ) as place
    from queues cross join lateral (
      select d.org_id, d.endpoint_id, d.id, d.next_at, d.event_seq, coalesce(d.lease_until > now(), false) as is_leased
      from deliveries d
      where d.org_id = queues.org_id and d.endpoint_id = queues.endpoint_id
        and d.state = 'pending' and d.next_at <= now()
      order by d.next_at, d.event_seq limit ${perEndpointMax}
    ) front
  ), ranked as (
    select *, row_number() over (partition by org_id order by is_leased desc, place, next_at) as place_in_org from fronts
  ), picked as (
    select org_id, id from ranked
    where not is_leased and place_in_org <= ${perOrgMax}
    order by place, next_at limit ${limit}
  ), locked as (
    select free.org_id, free.id from picked cross join lateral (
      select d.org_id, d.id from deliveries d
      where d.org_id = picked.org_id and d.id = picked.id
        and d.state = 'pending' and (d.lease_until is null or d.lease_until <= now())
      for update skip locked
    ) free
  ), leased as (
    update deliveries d set
      attempt = attempt + 1,
      lease_until = now() + make_interval(secs => ${leaseMs / 1000}),
      lease_token = gen_random_uuid()
    from locked where d.org_id = locked.org_id and d.id = locked.id
    returning d.*
  )
  select l.org_id, l.id, l.endpoint_id, l.attempt, l.lease_token, w.url, w.style, w.secret, w.is_active,
    e.id as event_id, e.seq, e.type, e.conversation_id, e.data, e.occurred_at
  from leased l
  join webhook_endpoints w on w.org_id = l.org_id and w.id = l.endpoint_id
  join events e on e.org_id = l.org_id and e.seq = l.event_seq
  order by e.seq`

/** One request and what came back. `error` null: delivered. `response` is the beginning of the answer's body. */
export type Attempt = {
  startedAt: Date
  durationMs: number
  status: number | null
  error: string | null
  response: string | null
  timings: unknown
}

export type Settlement =
  | { state: 'delivered' | 'dead'; attempt: Attempt }
  /** Tried again after this. */
  | { state: 'pending'; attempt: Attempt; waitMs: number }
  /** Nothing was sent and nothing will be. */
  | { state: 'dead'; attempt: null; error: string }
  /** Handed back untried: the next sender takes it at once. */
  | { state: 'pending'; attempt: null }

/**
 * Writes the outcome and the attempt's row, and ends the lease.
 * @returns false: the lease had run out, or the delivery is gone. Nothing was written; another sender's outcome counts.
 */
export async function settle(db: DbOrTx, { org_id, id, lease_token }: Leased, outcome: Settlement): Promise<boolean> {
  const { state, attempt } = outcome
  const isOver = state !== 'pending'
  const waitS = 'waitMs' in outcome ? outcome.waitMs / 1000 : null
  const error = attempt ? attempt.error : 'error' in outcome ? outcome.error : null
  const { rows } = await sql<{ id: string }>`
    with settled as (
      update deliveries set
        state = ${state},
        attempt = attempt - ${attempt ? 0 : 1}::int,
        ${attempt || isOver ? sql`status_code = ${attempt?.status ?? null}, error = ${error},` : sql``}
        next_at = coalesce(now() + make_interval(secs => ${waitS}::float8), next_at),
        finished_at = ${isOver ? sql`now()` : sql`null`},
        lease_until = null,
        lease_token = null
      where org_id = ${org_id} and id = ${id} and lease_token = ${lease_token}
      returning org_id, id, attempt
    ) ${attempt ? sql`, logged as (${attemptRow(attempt)})` : sql``}
    select id from settled`.execute(db)
  return rows.length > 0
}

const attemptRow = ({ startedAt, durationMs, status, error, response, timings }: Attempt) => sql`
  insert into delivery_attempts
    (org_id, delivery_id, attempt, started_at, duration_ms, status_code, error, response, timings)
  select org_id, id, attempt, ${startedAt}::timestamptz, ${Math.round(durationMs)}::int, ${status}::int, ${error},
    ${response}, ${JSON.stringify(timings)}::jsonb
  from settled`
