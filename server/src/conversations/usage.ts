// What conversations use of the organisation's allocation: settled when they end, released when they fail or are deleted.
// How much is reserved when they arrive is decided at the door (ingest/allocation.ts).

import { sql } from 'kysely'
import { releaseUsage, settleUsage, type ThresholdReached, type UsageKind, type UsageMonth } from '../access/index.ts'
import { emit, takeSequence } from '../events/index.ts'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Conversation } from './conversations.ts'
import type { Channel } from './shapes.ts'

const usageKind: Record<Channel, UsageKind> = { voice: 'minutes', chat: 'chats' }

/** In the words of people: minutes to the hundredth, or chats. */
export const shownUnits = (kind: UsageKind, units: number): number =>
  kind === 'minutes' ? Math.round(units / 600) / 100 : units

export type Reservation = UsageMonth & { units: number }

/** Of a conversation that the transaction has locked; null when it holds nothing (any more). */
export async function reservationOf(tx: Tx, conversation: Conversation): Promise<Reservation | null> {
  // Most organisations have no allocation: what was read with the conversation spares them the question.
  if (conversation.reserved_units === null) return null
  const row = await tx
    .selectFrom('conversations')
    .select(['reserved_units', 'reserved_month'])
    .where('org_id', '=', conversation.org_id)
    .where('id', '=', conversation.id)
    .executeTakeFirst()
  return row ? reservationIn({ ...conversation, ...row }) : null
}

type Holder = Pick<Conversation, 'org_id' | 'channel' | 'reserved_units' | 'reserved_month'>

export function reservationIn({ org_id, channel, reserved_units, reserved_month }: Holder): Reservation | null {
  if (reserved_units === null || reserved_month === null) return null
  return { orgId: org_id, kind: usageKind[channel], month: reserved_month, units: reserved_units }
}

/** The conversation has ended; tells the organisation when a threshold is reached. */
export async function settleReservation(tx: Tx, held: Reservation, ended: Conversation): Promise<void> {
  const isUsed = ended.status === 'completed'
  const used = isUsed ? (held.kind === 'minutes' ? (ended.duration_ms ?? 0) : 1) : 0
  const reached = await settleUsage(tx, { ...held, reserved: held.units, used })
  if (reached.length === 0) return
  const seqs = await takeSequence(
    tx,
    reached.map(({ orgId }) => orgId),
  )
  await emit(
    tx,
    reached.map((one, index) => ({
      orgId: one.orgId,
      seq: seqs[index] as number,
      type: 'usage.threshold_reached' as const,
      conversationId: null,
      data: thresholdData(one),
    })),
  )
}

const thresholdData = ({ kind, percent, used, limit, month }: ThresholdReached) => ({
  kind,
  percent,
  used: shownUnits(kind, used),
  limit: shownUnits(kind, limit),
  month,
  links: { self: '/v1/usage' },
})

export const releaseReservation = (tx: Tx, held: Reservation | null): Promise<void> =>
  releaseUsage(tx, held ? [held] : [])

/**
 * What the conversations themselves tell of a month up to now, for organisations that had no limit when it began. What
 * is being worked on and holds nothing counts as far as it is known.
 */
export async function countUsage(
  db: DbOrTx,
  { orgId, kind, month }: UsageMonth,
  zone: string,
): Promise<{ used: number; reserved: number }> {
  const start = Temporal.PlainDate.from(`${month}-01`).toZonedDateTime(zone).toInstant().toString()
  const { rows } = await sql<{ used: number; reserved: number }>`
    select
      coalesce(${kind === 'minutes' ? sql`sum(duration_ms)` : sql`count(*)`} filter (
        where received_at >= ${start}::timestamptz and reserved_units is null
          and status not in ('failed', 'awaiting_upload')), 0)::bigint as used,
      coalesce(sum(reserved_units) filter (where reserved_month = ${month}), 0)::bigint as reserved
    from conversations
    where org_id = ${orgId} and channel = ${kind === 'minutes' ? 'voice' : 'chat'}`.execute(db)
  return rows[0] ?? { used: 0, reserved: 0 }
}

export type UsageDay = { date: string; minutes: number; calls: number; chats: number }

/** As `countUsage`, day by day, of the days on which something came; a failed one uses nothing. @param month as 2026-03 */
export async function countUsageByDay(
  db: DbOrTx,
  { orgId, month }: { orgId: string; month: string },
  zone: string,
): Promise<UsageDay[]> {
  const first = Temporal.PlainDate.from(`${month}-01`)
  const [start, end] = [first, first.add({ months: 1 })].map((day) => day.toZonedDateTime(zone).toInstant().toString())
  // By the time of the change, which has an index and is never before the arrival.
  const { rows } = await sql<Omit<UsageDay, 'minutes'> & { duration_ms: number }>`
    select to_char(received_at at time zone ${zone}, 'YYYY-MM-DD') as date,
      coalesce(sum(duration_ms) filter (where channel = 'voice'), 0)::float8 as duration_ms,
      count(*) filter (where channel = 'voice') as calls, count(*) filter (where channel = 'chat') as chats
    from conversations
    where org_id = ${orgId} and updated_at >= ${start}::timestamptz
      and received_at >= ${start}::timestamptz and received_at < ${end}::timestamptz
      and status not in ('failed', 'awaiting_upload')
    group by 1 order by 1`.execute(db)
  return rows.map(({ duration_ms, ...day }) => ({ ...day, minutes: shownUnits('minutes', duration_ms) }))
}
