// The outbox: an event is written by the transaction of the change it tells of, together with one delivery for each
// endpoint that wants it. What is committed is told; what is rolled back never was.

import { sql } from 'kysely'
import type { Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import { newId } from '../platform/ids.ts'
import {
  type ConversationEventData,
  type ConversationEventType,
  type DataOf,
  filtersOf,
  type OrgEventType,
} from './catalog/catalog.ts'
import { isVbotEvent } from './payload.ts'

/**
 * `seq`: from takeSequence in the same transaction; whatever is emitted later has a later one.
 * `except`: an endpoint that is not told, since the event is about itself.
 */
type Told = { orgId: string; seq: number; except?: string }

export type ConversationEvent = Told & {
  type: ConversationEventType
  conversationId: string
  data: ConversationEventData
}

/** Of the organisation itself. */
export type OrgEvent = {
  [Type in OrgEventType]: Told & { conversationId: null; type: Type; data: DataOf<Type> }
}[OrgEventType]

export type NewEvent = ConversationEvent | OrgEvent

export const deliveryChannel = 'indaba_deliveries'
const nobody = '00000000-0000-0000-0000-000000000000'

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

/**
 * Writes the events, and in the same statement one delivery for each endpoint that wants to be told, whatever its status:
 * what cannot be sent now is held.
 */
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
  }))
  const asked = [...Map.groupBy(events, ({ orgId, type, except }) => `${orgId} ${type} ${except}`).values()].map(
    (alike) => {
      const { orgId, type, except = nobody } = alike[0] as NewEvent
      const styles = isVbotEvent(type) ? ['vela', 'vbot'] : ['vela']
      const told = alike.map(({ seq, conversationId }) => ({ seq, conversation_id: conversationId }))
      return { org_id: orgId, not_told: except, filters: filtersOf(type), styles, told }
    },
  )
  // The endpoints are held until the commit: one that is deleted meanwhile must not fail the change itself. Deliveries are
  // due by the clock, not by the beginning of the transaction: the counter of the organisation is held, so that they lie
  // in its queues in the order of their commits, behind those that are being sent.
  await sql`
    with told as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as e (
        org_id uuid, seq bigint, id uuid, type text, conversation_id uuid, data text)
    ), counted as (
      update event_counters c set event_seq = last.seq
      from (select org_id, max(seq) as seq from told group by org_id) last
      where c.org_id = last.org_id
    ), written as (
      insert into events (org_id, seq, previous_seq, id, type, conversation_id, data, occurred_at)
      select t.org_id, t.seq, coalesce(lag(t.seq) over (partition by t.org_id order by t.seq), c.event_seq), t.id, t.type,
        t.conversation_id, t.data::json, ${occurredAt}::timestamptz
      from told t join event_counters c on c.org_id = t.org_id
    ), wanted as (
      select w.org_id, w.id, told.seq, case w.ordering
        when 'conversation' then coalesce(told.conversation_id::text, '') when 'all' then '' end as ordering_key
      from json_to_recordset(${JSON.stringify(asked)}::json)
        as asked (org_id uuid, not_told uuid, filters text[], styles text[], told json)
      join webhook_endpoints w on w.org_id = asked.org_id and w.id <> asked.not_told
        and w.events && asked.filters and w.style = any (asked.styles)
      cross join json_to_recordset(asked.told) as told (seq bigint, conversation_id uuid)
      for key share of w
    ), queued as (
      insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, ordering_key, next_at, created_at)
      select org_id, id, new_id(), seq, ${occurredAt}::timestamptz, ordering_key, clock_timestamp(), clock_timestamp()
      from wanted
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
  // Nor what somebody edited into them before a replay.
  const edited = (table: 'deliveries' | 'delivery_log') =>
    sql`
    update ${sql.table(table)} d set data = null from events e
    where e.org_id = ${event.orgId} and e.conversation_id = ${event.conversationId} and d.org_id = e.org_id
      and d.event_seq = e.seq and d.event_at = e.occurred_at and d.data is not null`.execute(tx)
  await together(edited('deliveries'), edited('delivery_log'))
}
