// One delivery that is over, with its event: to be looked at, and to be checked before it is sent again.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { type EventData, type EventType, versionOf } from '../catalog/catalog.ts'
import type { LoggedAttempt } from '../deliveries/delivery-log.ts'
import type { LogEvent } from '../log/read-log.ts'

export type Delivery = {
  org_id: string
  endpoint_id: string
  id: string
  state: 'waiting' | 'delivered' | 'dead' | 'discarded'
  event_seq: number
  event_at: Date
  ordering_key: string | null
  attempt: number
  status_code: number | null
  error: string | null
  fingerprint: string | null
  attempts: LoggedAttempt[]
  /** Edited before, in place of the event's. */
  data: EventData | null
  replayed_by: string | null
  finished_at: Date | null
  /** Null where the event is not kept any more. */
  event: LogEvent | null
}

type Row = Omit<Delivery, 'event'> & {
  event_id: string | null
  previous_seq: number
  type: EventType
  conversation_id: string | null
  event_data: EventData
}

/**
 * @param of.endpointId absent: of any endpoint of the organisation
 * @throws Problem('not_found')
 */
export async function requireDelivery(
  db: DbOrTx,
  of: { orgId: string; id: string; endpointId?: string | undefined },
): Promise<Delivery> {
  const columns = sql`
    d.org_id, d.endpoint_id, d.id, d.event_seq, d.event_at, d.ordering_key, d.attempt, d.status_code, d.error,
    d.attempts, d.data, d.replayed_by`
  const thisOne = sql`
    d.org_id = ${of.orgId} and d.id = ${of.id} ${of.endpointId ? sql`and d.endpoint_id = ${of.endpointId}` : sql``}`
  const { rows } = await sql<Row>`
    select d.*, coalesce(d.attempts, '[]') as attempts, e.id as event_id, e.previous_seq, e.type, e.conversation_id,
      e.data as event_data
    from (
      select ${columns}, 'waiting' as state, null::text as fingerprint, null::timestamptz as finished_at
      from deliveries d where ${thisOne}
      union all
      select ${columns}, d.state, d.fingerprint, d.finished_at from delivery_log d where ${thisOne}
    ) d
    left join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at`.execute(db)
  if (!rows[0]) throw notFound()
  const { event_id, previous_seq, type, conversation_id, event_data, ...row } = rows[0]
  if (event_id === null) return { ...row, event: null }
  const { org_id, event_seq: seq, event_at } = row
  const at = { org_id, seq, previous_seq, occurred_at: event_at.toISOString() }
  return { ...row, event: { id: event_id, type, version: versionOf(type), conversation_id, data: event_data, ...at } }
}

/** What happened to the conversation was told by its deletion; of what came before, nothing was kept. */
export const isForgotten = ({ type, data }: Pick<LogEvent, 'type' | 'data'>): boolean =>
  !type.endsWith('.deleted') && 'conversation_id' in data && 'status' in data && data.status === 'deleted'

/** @throws Problem('not_found', 'event_expired'), Problem('conflict', 'conversation_deleted') */
export function requireEventOf({ event }: Pick<Delivery, 'event'>): LogEvent {
  if (!event) {
    const detail = 'The event is older than events are kept, so there is nothing left to send. Discard this delivery.'
    throw new Problem('not_found', 'event_expired', detail)
  }
  if (isForgotten(event)) {
    const detail =
      'The conversation was deleted, and what its events said was not kept. Its receivers are told by call.deleted or chat.deleted.'
    throw new Problem('conflict', 'conversation_deleted', detail)
  }
  return event
}
