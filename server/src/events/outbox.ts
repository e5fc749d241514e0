// The outbox: an event is written by the transaction of the change it tells of, together with one delivery for each
// endpoint that wants it. What is committed is told; what is rolled back never was.

import { sql } from 'kysely'
import { insertRows, runRaw, type Tx } from '../platform/db/db.ts'
import { newId } from '../platform/ids.ts'
import type { EventType } from './catalog.ts'
import type { ConversationEventData } from './payload.ts'

export type NewEvent = {
  orgId: string
  /** From takeSequence in the same transaction. */
  seq: number
  type: EventType
  conversationId: string
  data: ConversationEventData
}

export const deliveryChannel = 'indaba_deliveries'

/**
 * Takes the next sequence number for each entry, in order. Holds the counters of these organisations until the
 * transaction ends, which keeps commits in order of seq: take it as late as you can.
 */
export async function takeSequence(tx: Tx, orgIds: string[]): Promise<number[]> {
  const counts = new Map<string, number>()
  for (const orgId of orgIds) counts.set(orgId, (counts.get(orgId) ?? 0) + 1)
  const next = new Map<string, number>()
  // Always in the same order, so that two transactions cannot wait for each other.
  for (const [orgId, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { rows } = await sql<{ seq: number }>`
      insert into event_counters (org_id, seq) values (${orgId}, ${count})
      on conflict (org_id) do update set seq = event_counters.seq + excluded.seq returning seq`.execute(tx)
    next.set(orgId, (rows[0]?.seq ?? count) - count)
  }
  return orgIds.map((orgId) => {
    const seq = (next.get(orgId) ?? 0) + 1
    next.set(orgId, seq)
    return seq
  })
}

export async function emit(tx: Tx, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const occurredAt = new Date().toISOString()
  const rows = events.map((event) => ({
    org_id: event.orgId,
    seq: event.seq,
    id: newId(),
    type: event.type,
    conversation_id: event.conversationId,
    data: event.data,
    occurred_at: occurredAt,
  }))
  await insertRows(tx, 'events', rows)
  const keys = JSON.stringify(events.map(({ orgId, seq, type }) => ({ org_id: orgId, seq, type })))
  const { numAffectedRows } = await sql`
    insert into deliveries (org_id, id, endpoint_id, event_seq, state, next_at, created_at)
    select e.org_id, gen_random_uuid(), w.id, e.seq, 'pending', now(), now()
    from json_to_recordset(${keys}::json) as e (org_id uuid, seq bigint, type text)
    join webhook_endpoints w on w.org_id = e.org_id and w.is_active
      and w.events && array[e.type, split_part(e.type, '.', 1) || '.*', '*']`.execute(tx)
  if (numAffectedRows) await runRaw(tx, 'select pg_notify($1, $2)', [deliveryChannel, ''])
}
