// The log of an endpoint: what was sent to it, each attempt, and what it answered. Reads only.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import { notFound } from '../../platform/problem.ts'
import { foreignText, type Shown } from './foreign-text.ts'

export const deliveryStatuses = ['pending', 'held', 'delivered', 'dead', 'discarded'] as const
/** `held`: it waits, and its endpoint is not active. */
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** One exchange with a receiver, as the senders write it down (delivery/settle.ts). */
export type LoggedAttempt = {
  attempt: number
  started_at: string
  duration_ms: number
  status_code: number | null
  error: string | null
  url: string | null
  request_bytes: number | null
  /** The beginning of the answer's body. */
  response: string | null
  response_headers: Record<string, string> | null
  timings: unknown
}

export type DeliveryView = {
  delivery_id: string
  /** Sent as `webhook-id`, the same at each attempt; null where the event is not kept any more. */
  event_id: string | null
  event: string | null
  seq: number
  status: DeliveryStatus
  attempt_count: number
  /** Null when there will be none. */
  next_attempt_at: Date | null
  status_code: number | null
  error: string | null
  is_edited: boolean
  replayed_by: string | null
  discarded_by: string | null
  discard_reason: string | null
  created_at: Date
  finished_at: Date | null
  attempts: LoggedAttempt[]
}

export type LogWanted = {
  limit: number
  offset?: number
  /** `seq` of the last one of the page before. */
  before?: number | null
  status?: DeliveryStatus | undefined
}

/** Characters of each answer in a list, so that a page stays small whatever receivers say; one delivery shows all. */
const excerptCharsMax = 500
const wholeCharsMax = 1_000_000

/** Newest event first, each delivery with all its attempts. */
export async function listDeliveries(
  db: DbOrTx,
  orgId: string,
  endpointId: string,
  page: LogWanted,
  isMasked = false,
): Promise<DeliveryView[]> {
  const { rows } = await listQuery(orgId, endpointId, page).execute(db)
  return rows.map((row) => asShown(row, { charsMax: excerptCharsMax, isMasked }))
}

/** Apart from `listDeliveries` so that its plan can be tested. */
export function listQuery(orgId: string, endpointId: string, wanted: LogWanted): RawBuilder<DeliveryView> {
  const { limit, offset = 0, before, status } = wanted
  const ofEndpoint = sql`
    d.org_id = ${orgId} and d.endpoint_id = ${endpointId} and d.event_seq < ${before ?? Number.MAX_SAFE_INTEGER}`
  const newest = sql`order by d.event_seq desc limit ${limit + offset}`
  const isUnfinished = !status || status === 'pending' || status === 'held'
  const states = status ? [status].filter((one) => one !== 'pending' && one !== 'held') : finalStates
  // Each state by itself, so that each is read by the index, in order.
  const parts = [
    ...(isUnfinished ? [sql`(select ${unfinished} from deliveries d where ${ofEndpoint} ${newest})`] : []),
    ...states.map(
      (state) => sql`(select ${finished} from delivery_log d where ${ofEndpoint} and d.state = ${state} ${newest})`,
    ),
  ]
  const ofStatus =
    status === 'held' ? sql`where w.status <> 'active'` : status === 'pending' ? sql`where w.status = 'active'` : sql``
  return viewQuery(
    sql`select * from (${sql.join(parts, sql` union all `)}) every order by event_seq desc
      limit ${limit} offset ${offset}`,
    ofStatus,
  )
}

const finalStates = ['delivered', 'dead', 'discarded']

/** @throws Problem('not_found') */
export async function getDelivery(
  db: DbOrTx,
  of: { orgId: string; endpointId: string; id: string },
  isMasked = false,
): Promise<DeliveryView> {
  const thisOne = sql`where d.org_id = ${of.orgId} and d.endpoint_id = ${of.endpointId} and d.id = ${of.id}`
  const wanted = sql`
    select ${unfinished} from deliveries d ${thisOne} union all select ${finished} from delivery_log d ${thisOne}`
  const { rows } = await viewQuery(wanted, sql``).execute(db)
  if (!rows[0]) throw notFound()
  return asShown(rows[0], { charsMax: wholeCharsMax, isMasked })
}

const columns = sql`
  d.org_id, d.endpoint_id, d.id, d.event_seq, d.event_at, d.attempt, d.status_code, d.error, d.attempts,
  d.data is not null as is_edited, d.replayed_by, d.created_at`
const unfinished = sql`
  ${columns}, 'pending' as state, d.next_at, null::text as discarded_by, null::text as discard_reason,
  null::timestamptz as finished_at`
const finished = sql`
  ${columns}, d.state, null::timestamptz as next_at, d.discarded_by, d.discard_reason, d.finished_at`

const viewQuery = (wanted: RawBuilder<unknown>, ofStatus: RawBuilder<unknown>): RawBuilder<DeliveryView> => sql`
  select d.id as delivery_id, e.id as event_id, e.type as event, d.event_seq as seq,
    case when d.state = 'pending' and w.status <> 'active' then 'held' else d.state end as status,
    d.attempt as attempt_count, case when w.status = 'active' then d.next_at end as next_attempt_at,
    d.status_code, d.error, d.is_edited, d.replayed_by, d.discarded_by, d.discard_reason, d.created_at, d.finished_at,
    coalesce(d.attempts, '[]') as attempts
  from (${wanted}) d
  join webhook_endpoints w on w.org_id = d.org_id and w.id = d.endpoint_id
  left join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at
  ${ofStatus}
  order by d.event_seq desc`

const asShown = (row: DeliveryView, shown: Shown): DeliveryView => ({
  ...row,
  error: foreignText(row.error, shown),
  attempts: row.attempts.map((one) => attemptView(one, shown)),
})

/** @param shown `charsMax`: of the answer's body */
export const attemptView = (one: LoggedAttempt, shown: Shown): LoggedAttempt => ({
  ...one,
  error: foreignText(one.error, shown),
  response: foreignText(one.response, shown),
  response_headers:
    one.response_headers &&
    Object.fromEntries(Object.entries(one.response_headers).map(([name, value]) => [name, foreignText(value, shown)])),
})
