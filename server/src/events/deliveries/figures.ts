// What an endpoint's day was like: how much arrived, how fast, and how much waits. Read from the newest rows of its log,
// so that it costs the same however many there are.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'

export const figuresHours = 24
/** Of each state; of more, the newest are looked at. */
export const figuresRowsMax = 10_000

export type EndpointFigures = {
  since: Date
  delivered: number
  dead: number
  discarded: number
  /** Made for these, and for what waits to be tried again. */
  attempts: number
  /** Of what is over, on any attempt; null: nothing is. */
  success_share: number | null
  /** From the commit of the event to the receiver's 2xx, replays left out; null: nothing was delivered. */
  latency_ms: { p50: number; p99: number } | null
  /** More than were looked at: the figures are those of the newest. */
  is_sample: boolean
}

type Row = {
  since: Date
  delivered: number
  dead: number
  discarded: number
  attempts: number
  p50: number | null
  p99: number | null
}

export async function figuresOf(db: DbOrTx, orgId: string, endpointId: string): Promise<EndpointFigures> {
  const { rows } = await figuresQuery(orgId, endpointId).execute(db)
  const { p50, p99, ...counts } = rows[0] as Row
  const over = counts.delivered + counts.dead
  return {
    ...counts,
    success_share: over === 0 ? null : counts.delivered / over,
    latency_ms: p50 === null || p99 === null ? null : { p50: Math.round(p50), p99: Math.round(p99) },
    is_sample: [counts.delivered, counts.dead, counts.discarded].includes(figuresRowsMax),
  }
}

/** Apart from `figuresOf` so that its plan can be tested. */
export function figuresQuery(orgId: string, endpointId: string): RawBuilder<Row> {
  const since = sql`now() - make_interval(hours => ${figuresHours})`
  const newest = (state: string) => sql`
    (select state, attempt, attempts_before, replayed_by, created_at, finished_at from delivery_log
     where org_id = ${orgId} and endpoint_id = ${endpointId} and state = ${state} and finished_at > ${since}
     order by event_seq desc limit ${figuresRowsMax})`
  const over = sql`${newest('delivered')} union all ${newest('dead')} union all ${newest('discarded')}`
  const took = (share: number) => sql`
    percentile_cont(${share}::float8) within group (order by extract(epoch from finished_at - created_at) * 1000)
      filter (where state = 'delivered' and replayed_by is null)::float8`
  const count = (state: string) => sql`count(*) filter (where state = ${state})`
  return sql`
    select ${since} as since, ${count('delivered')} as delivered, ${count('dead')} as dead,
      ${count('discarded')} as discarded, coalesce(sum(attempt - attempts_before), 0) + (
        select coalesce(sum(attempt - attempts_before), 0) from (
          select attempt, attempts_before from deliveries
          where org_id = ${orgId} and endpoint_id = ${endpointId} order by event_seq desc limit ${figuresRowsMax}
        ) waiting) as attempts,
      ${took(0.5)} as p50, ${took(0.99)} as p99
    from (${over}) over_`
}
