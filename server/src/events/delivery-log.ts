// The log of an endpoint: what was sent to it, each attempt, and what it answered. Reads only.

import { sql } from 'kysely'
import type { DbOrTx } from '../platform/db/db.ts'
import { notFound } from '../platform/problem.ts'

export type DeliveryView = {
  delivery_id: string
  /** Sent as `webhook-id`, the same at each attempt. */
  event_id: string
  event: string
  seq: number
  status: 'pending' | 'delivered' | 'dead'
  attempt_count: number
  /** Null when there will be none. */
  next_attempt_at: Date | null
  status_code: number | null
  error: string | null
  created_at: Date
  finished_at: Date | null
  attempts: {
    attempt: number
    started_at: string
    duration_ms: number
    status_code: number | null
    error: string | null
    /** The beginning of the answer's body. */
    response: string | null
    timings: unknown
  }[]
}

/** Characters of each answer in a list, so that a page stays small whatever receivers say; one delivery shows all. */
const excerptCharsMax = 500
const wholeCharsMax = 1_000_000

/** Newest event first, each delivery with all its attempts. */
export async function listDeliveries(
  db: DbOrTx,
  orgId: string,
  endpointId: string,
  page: { limit: number; offset: number },
): Promise<DeliveryView[]> {
  const wanted = sql`
    select * from deliveries where org_id = ${orgId} and endpoint_id = ${endpointId}
    order by event_seq desc, id limit ${page.limit} offset ${page.offset}`
  return readLog(db, wanted, excerptCharsMax)
}

/** @throws Problem('not_found') */
export async function getDelivery(db: DbOrTx, orgId: string, endpointId: string, id: string): Promise<DeliveryView> {
  const wanted = sql`
    select * from deliveries where org_id = ${orgId} and endpoint_id = ${endpointId} and id = ${id}`
  const [found] = await readLog(db, wanted, wholeCharsMax)
  if (!found) throw notFound()
  return found
}

async function readLog(db: DbOrTx, wanted: ReturnType<typeof sql>, responseCharsMax: number): Promise<DeliveryView[]> {
  const { rows } = await sql<DeliveryView>`
    select d.id as delivery_id, e.id as event_id, e.type as event, e.seq, d.state as status,
      d.attempt as attempt_count, case when d.state = 'pending' then d.next_at end as next_attempt_at,
      d.status_code, d.error, d.created_at, d.finished_at, log.attempts
    from (${wanted}) d
    join events e on e.org_id = d.org_id and e.seq = d.event_seq
    cross join lateral (
      select coalesce(json_agg(json_build_object(
        'attempt', a.attempt,
        'started_at', to_char(a.started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'duration_ms', a.duration_ms, 'status_code', a.status_code, 'error', a.error,
        'response', left(a.response, ${responseCharsMax}), 'timings', a.timings
      ) order by a.attempt), '[]') as attempts
      from delivery_attempts a where a.org_id = d.org_id and a.delivery_id = d.id
    ) log
    order by e.seq desc, d.id`.execute(db)
  return rows
}
