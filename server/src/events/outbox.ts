// The outbox: an event is written by the transaction of the change it tells of, together with one delivery for each
// endpoint that wants it. What is committed is told; what is rolled back never was.

import { sql } from 'kysely'
import type { Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import { newId } from '../platform/ids.ts'
import { type ConversationEventType, filtersOf } from './catalog.ts'
import {
  type AuditHeadData,
  type ConnectionData,
  type ConversationEventData,
  type IngestJobData,
  isVbotEvent,
  type UsageEventData,
  type WatcherSilentData,
} from './payload.ts'

/** `seq`: from takeSequence in the same transaction. */
type Told = { orgId: string; seq: number }

export type ConversationEvent = Told & {
  type: ConversationEventType
  conversationId: string
  data: ConversationEventData
}

/** Of the organisation itself. */
export type OrgEvent = Told & { conversationId: null } & (
    | { type: 'usage.threshold_reached'; data: UsageEventData }
    | { type: 'audit.head_signed'; data: AuditHeadData }
    | { type: 'ingest.completed'; data: IngestJobData }
    | { type: 'watcher.silent'; data: WatcherSilentData }
    | { type: 'connection.degraded' | 'connection.recovered'; data: ConnectionData }
  )

export type NewEvent = ConversationEvent | OrgEvent

export const deliveryChannel = 'indaba_deliveries'

/**
 * Takes the next sequence number for each entry, in order. Holds the counters of these organisations until the
 * transaction ends, which keeps commits in order of seq: take it as late as you can.
 */
export async function takeSequence(tx: Tx, orgIds: string[]): Promise<number[]> {
  const counts = new Map<string, number>()
  for (const orgId of orgIds) counts.set(orgId, (counts.get(orgId) ?? 0) + 1)
  const next = new Map<string, number>()
  const take = async ([orgId, count]: [string, number]) => {
    const { rows } = await sql<{ seq: number }>`
      insert into event_counters (org_id, seq) values (${orgId}, ${count})
      on conflict (org_id) do update set seq = event_counters.seq + excluded.seq returning seq`.execute(tx)
    next.set(orgId, (rows[0]?.seq ?? count) - count)
  }
  // Always in the same order, so that two transactions cannot wait for each other.
  await together(...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(take))
  return orgIds.map((orgId) => {
    const seq = (next.get(orgId) ?? 0) + 1
    next.set(orgId, seq)
    return seq
  })
}

/** Writes the events, and in the same statement one delivery for each endpoint that wants to be told. */
export async function emit(tx: Tx, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const occurredAt = new Date().toISOString()
  const rows = events.map((event) => ({
    org_id: event.orgId,
    seq: event.seq,
    id: newId(),
    type: event.type,
    conversation_id: event.conversationId,
    // As text, so that PostgreSQL takes it apart only once.
    data: JSON.stringify(event.data),
    occurred_at: occurredAt,
  }))
  const asked = [...Map.groupBy(events, ({ orgId, type }) => `${orgId} ${type}`).values()].map((alike) => {
    const { orgId, type } = alike[0] as NewEvent
    const styles = isVbotEvent(type) ? ['vela', 'vbot'] : ['vela']
    return { org_id: orgId, filters: filtersOf(type), styles, seqs: alike.map(({ seq }) => seq) }
  })
  // The endpoints are held until the commit: one that is deleted meanwhile must not fail the change itself.
  await sql`
    with written as (
      insert into events (org_id, seq, id, type, conversation_id, data, occurred_at)
      select org_id, seq, id, type, conversation_id, data::json, occurred_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as e (
        org_id uuid, seq bigint, id uuid, type text, conversation_id uuid, data text, occurred_at timestamptz)
    ), wanted as (
      select w.org_id, w.id, told.seq
      from json_to_recordset(${JSON.stringify(asked)}::json)
        as asked (org_id uuid, filters text[], styles text[], seqs bigint[])
      join webhook_endpoints w on w.org_id = asked.org_id and w.is_active
        and w.events && asked.filters and w.style = any (asked.styles)
      cross join unnest(asked.seqs) as told (seq)
      for key share of w
    ), queued as (
      insert into deliveries (org_id, id, endpoint_id, event_seq, state, next_at, created_at)
      select org_id, gen_random_uuid(), id, seq, 'pending', now(), now() from wanted
      returning 1
    )
    select pg_notify(${deliveryChannel}, '') from (select from queued limit 1) as any_queued`.execute(tx)
}

/**
 * What was told of a deleted conversation is not kept: `data` takes the place of what its events said so far, also in
 * deliveries that are still to come.
 */
export async function forgetDetails(
  tx: Tx,
  event: Pick<ConversationEvent, 'orgId' | 'conversationId' | 'data'>,
): Promise<void> {
  await tx
    .updateTable('events')
    .set({ data: JSON.stringify(event.data) })
    .where('org_id', '=', event.orgId)
    .where('conversation_id', '=', event.conversationId)
    .execute()
}
