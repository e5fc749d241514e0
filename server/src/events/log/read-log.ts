// Reads the event log: the events of an organisation in order of `seq`, and one by its id. What is gone by retention is
// told, never skipped. Who may read what, and how it is shown, is told elsewhere (log-page.ts, routes.ts).

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { type EventType, versionOf } from '../catalog/catalog.ts'
import type { EventEnvelope } from '../payload.ts'

export type LogEvent = EventEnvelope & { type: EventType; conversation_id: string | null }

export type LogSlice = {
  events: LogEvent[]
  /** `seq` of the last row that was looked at; null: there was none. */
  lastSeq: number | null
  /** How many rows were looked at, wanted or not. */
  seen: number
  /** Of the newest event of the organisation, at the moment of reading; 0: there never was one. */
  highestSeq: number
}

type Head = { given_seq: number; highest_seq: number; gone_seq: number; oldest_seq: number | null }
type Row = {
  seq: number | null
  previous_seq: number
  id: string
  type: EventType
  conversation_id: string | null
  occurred_at: Date
  data: EventEnvelope['data'] | null
}

export type SliceQuery = {
  orgId: string
  /** Null: from the oldest that is kept. */
  after: number | null
  limit: number
  types?: readonly EventType[] | undefined
  conversationId?: string | undefined
}

/**
 * The next `limit` rows after `after`, in order; those of other types than `types` count, and are left out. A commit that
 * is not seen yet has a higher `seq` than all that is seen, so nothing can appear later among what was read.
 * @throws Problem('invalid', 'unknown_seq') for a number that was never given out,
 *   Problem('not_found', 'events_expired') when events after it are gone
 */
export async function readSlice(db: DbOrTx, input: SliceQuery): Promise<LogSlice> {
  const { rows } = await sliceQuery(input).execute(db)
  const [head] = rows
  if (input.after !== null) refuseLost(input.after, head)
  const found = rows.filter((row): row is Head & Row & { seq: number } => row.seq !== null)
  return {
    events: found.flatMap((row) => asEvent(input.orgId, row) ?? []),
    lastSeq: found.at(-1)?.seq ?? null,
    seen: found.length,
    highestSeq: head?.highest_seq ?? 0,
  }
}

/** One statement, so that what is gone, what is there and what is the newest are of one moment. */
export function sliceQuery(input: SliceQuery): RawBuilder<Head & Row> {
  const { orgId, types } = input
  const isWanted = types ? sql`e.type = any(${types}::text[])` : sql`true`
  return sql<Head & Row>`
    select c.seq as given_seq, c.event_seq as highest_seq, oldest.seq as oldest_seq,
      coalesce(oldest.previous_seq, c.event_seq) as gone_seq,
      e.seq, e.previous_seq, e.id, e.type, e.conversation_id, e.occurred_at, case when ${isWanted} then e.data end as data
    from event_counters c
    left join lateral (select seq, previous_seq from events where org_id = ${orgId} order by seq limit 1) oldest on true
    left join lateral (${nextRows(input)}) e on true
    where c.org_id = ${orgId}
    order by e.seq`
}

function nextRows({ orgId, after, limit, conversationId }: SliceQuery): RawBuilder<unknown> {
  // Those of one conversation are few. Without the fence PostgreSQL might look for them in the whole log.
  const from = conversationId
    ? sql`(select * from events where org_id = ${orgId} and conversation_id = ${conversationId} offset 0)`
    : sql`events`
  return sql`select * from ${from} told where org_id = ${orgId} and seq > ${after ?? 0} order by seq limit ${limit}`
}

function refuseLost(after: number, head: Head | undefined): void {
  const given = head?.given_seq ?? 0
  if (after > given) {
    const detail = `No event has the number ${after} yet: the highest is ${given}. After a restore from a backup, begin again without "after".`
    throw new Problem('invalid', 'unknown_seq', detail, { facts: { field: 'after', highest_seq: given } })
  }
  if (!head || after >= head.gone_seq) return
  const { oldest_seq, gone_seq: resume_after } = head
  const detail = `Events after ${after} are not kept any more. Read the present state from the lists, then go on with after=${resume_after}.`
  throw new Problem('not_found', 'events_expired', detail, { facts: { oldest_seq, resume_after } })
}

/** @throws Problem('not_found') */
export async function requireEvent(db: DbOrTx, orgId: string, id: string): Promise<LogEvent> {
  const { rows } = await sql<Row>`
    select seq, previous_seq, id, type, conversation_id, occurred_at, data
    from events where org_id = ${orgId} and id = ${id}`.execute(db)
  const found = rows[0] && asEvent(orgId, rows[0])
  if (!found) throw notFound()
  return found
}

function asEvent(orgId: string, row: Row): LogEvent | null {
  const { seq, data, type, occurred_at } = row
  if (seq === null || data === null) return null
  const version = versionOf(type)
  return { ...pick(row), seq, type, version, org_id: orgId, occurred_at: occurred_at.toISOString(), data }
}

const pick = ({ id, previous_seq, conversation_id }: Row) => ({ id, previous_seq, conversation_id })
