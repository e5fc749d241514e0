// What an organisation used of its allocation of a month: reserved when something is taken in, settled when it ends. Rows
// are kept for organisations that have a limit; what they held before it was set is counted by others (openUsage).
// Who writes here has taken the organisation's sequence in the same transaction, so that writers follow one another.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'

/** `minutes` are counted in milliseconds of audio, `chats` one by one. */
export type UsageKind = 'minutes' | 'chats'

export type UsageMonth = {
  orgId: string
  kind: UsageKind
  /** As `2026-03`, in the organisation's time zone. */
  month: string
}

/** What something that arrives asks of the allocation. All of an organisation's in a transaction have the same limit. */
export type Claim = UsageMonth & {
  units: number
  limit: number
  /** Nothing beyond the limit is given. */
  isHalting: boolean
}

/** `taken`: used and reserved before this. */
export type Grant = UsageMonth & { taken: number; granted: number }

/** In percent of the limit: each is told of once a month. */
const thresholds = [50, 60, 70, 75, 80, 90, 100]

export const usageName = ({ orgId, kind, month }: UsageMonth): string => `${orgId} ${kind} ${month}`

/**
 * Reserves for all of these at once what is left for them, in one statement.
 * @returns one grant for each organisation, kind and month; none where the month must be opened first
 */
export async function reserveUsage(tx: Tx, claims: Claim[]): Promise<Grant[]> {
  if (claims.length === 0) return []
  const asked = [...Map.groupBy(claims, usageName).values()].map((same) => ({
    ...(same[0] as Claim),
    units: same.reduce((sum, { units }) => sum + units, 0),
  }))
  const { rows } = await sql<Grant>`
    with held as (
      select u.org_id, u.kind, u.month, u.used + u.reserved as taken, a."limit" as new_limit,
        case when a."isHalting" then least(a.units, greatest(0, a."limit" - u.used - u.reserved)) else a.units end as granted
      from json_to_recordset(${JSON.stringify(asked)}::json)
        as a ("orgId" uuid, kind text, month text, units bigint, "limit" bigint, "isHalting" boolean)
      join usage_months u on u.org_id = a."orgId" and u.kind = a.kind and u.month = a.month and not u.is_stale
      order by u.org_id, u.kind, u.month
      for update of u
    )
    update usage_months u set reserved = u.reserved + held.granted, limit_units = held.new_limit
    from held where u.org_id = held.org_id and u.kind = held.kind and u.month = held.month
    returning u.org_id as "orgId", u.kind, u.month, held.taken, held.granted`.execute(tx)
  return rows
}

/** Begins to count, from what was used and is being worked on already. What was counted before and is deleted counts on. */
export async function openUsage(tx: Tx, opened: Claim & { used: number; reserved: number }): Promise<void> {
  const { orgId, kind, month, used, reserved, limit } = opened
  await sql`
    insert into usage_months as u (org_id, kind, month, used, reserved, limit_units)
    values (${orgId}, ${kind}, ${month}, ${used}, ${reserved}, ${limit})
    on conflict (org_id, month, kind) do update set
      used = greatest(u.used, excluded.used), reserved = excluded.reserved, is_stale = false`.execute(tx)
}

/** What was reserved and will not be used. */
export async function releaseUsage(tx: Tx, unused: (UsageMonth & { units: number })[]): Promise<void> {
  if (unused.length === 0) return
  await sql`
    update usage_months u set reserved = greatest(0, u.reserved - back.units)
    from (
      select "orgId", kind, month, sum(units) as units
      from json_to_recordset(${JSON.stringify(unused)}::json) as a ("orgId" uuid, kind text, month text, units bigint)
      group by 1, 2, 3
    ) back
    where u.org_id = back."orgId" and u.kind = back.kind and u.month = back.month`.execute(tx)
}

/** `used` and `limit` in units. */
export type ThresholdReached = UsageMonth & { percent: number; used: number; limit: number }

/**
 * What was reserved is used, or some other amount in its place. One statement, as several may be settled side by side in
 * one transaction. @returns the thresholds that this reached, rising
 */
export async function settleUsage(
  tx: Tx,
  { orgId, kind, month, reserved, used }: UsageMonth & { reserved: number; used: number },
): Promise<ThresholdReached[]> {
  const { rows } = await sql<{ used: number; limit: number; before: number; told: number }>`
    with was as (
      select told from usage_months where org_id = ${orgId} and kind = ${kind} and month = ${month} for update
    )
    update usage_months u set
      used = u.used + ${used}::bigint,
      reserved = greatest(0, u.reserved - ${reserved}::bigint),
      told = greatest(u.told, (
        select max(t) from unnest(${thresholds}::smallint[]) t where (u.used + ${used}::bigint) * 100 >= t * u.limit_units
      ))
    from was
    where org_id = ${orgId} and kind = ${kind} and month = ${month}
    returning u.used, u.limit_units as limit, was.told as before, u.told`.execute(tx)
  return rows.flatMap(({ used, limit, before, told }) =>
    thresholds
      .filter((percent) => percent > before && percent <= told)
      .map((percent) => ({ orgId, kind, month, percent, used, limit })),
  )
}

/** Null where nothing is counted, or the count is not to be relied on. */
export async function readUsage(
  db: DbOrTx,
  { orgId, kind, month }: UsageMonth,
): Promise<{ used: number; reserved: number } | null> {
  const row = await db
    .selectFrom('usage_months')
    .select(['used', 'reserved'])
    .where('org_id', '=', orgId)
    .where('kind', '=', kind)
    .where('month', '=', month)
    .where('is_stale', '=', false)
    .executeTakeFirst()
  return row ?? null
}

/** The limit was changed: before anything is taken in, what was used is counted anew. */
export async function doubtUsage(tx: DbOrTx, orgId: string): Promise<void> {
  await tx.updateTable('usage_months').set({ is_stale: true }).where('org_id', '=', orgId).execute()
}
