// Groups in SQL and out of it, and the bounds of an answer: how many rows it has, how many conversations are read for it.

import { type RawBuilder, sql } from 'kysely'
import type { Viewer } from '../../conversations/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { dayCount, type Period } from './period.ts'
import type { GroupName } from './question.ts'

/** By column, as a number; groups are texts. */
export type Sums = Record<string, number | string | null>

/** Days and groups of one answer. */
export const rowsMax = 5000
/** Conversations that are read one by one where the daily tables cannot tell. */
export const factsMax = 200_000

/** Of a relation `s` with the dimensions of rollups/grains.ts. */
const groupSql: Record<GroupName, string> = {
  day: `to_char(s.day, 'YYYY-MM-DD')`,
  week: `to_char(date_trunc('week', s.day::timestamp), 'YYYY-MM-DD')`,
  month: `to_char(s.day, 'YYYY-MM-01')`,
  hour: 's.hour::text',
  agent: `nullif(s.agent_id, '00000000-0000-0000-0000-000000000000')::text`,
  team: `nullif(s.team, '')`,
  department: `nullif(s.department, '')`,
  channel: 's.channel',
  direction: `nullif(s.direction, '')`,
  language: `nullif(s.language, '')`,
  tag: 's.tag',
  // Nothing has a topic yet.
  topic: 'null::text',
}

export const groupColumns = (groups: readonly GroupName[]): RawBuilder<unknown> =>
  sql.raw(groups.map((group) => `${groupSql[group]} as group_${group}, `).join(''))

/** `group by` and `order by` the columns of groupColumns, which come first; without groups nothing. */
export const grouped = (groups: readonly GroupName[]): RawBuilder<unknown> => {
  const places = groups.map((_, index) => index + 1)
  const order = groups.map((group, index) => (group === 'hour' ? 'min(s.hour)' : index + 1))
  return sql.raw(places.length > 0 ? `group by ${places.join(', ')} order by ${order.join(', ')}` : '')
}

export const keyOf = (row: Sums, groups: readonly GroupName[]): string =>
  JSON.stringify(groups.map((group) => row[`group_${group}`] ?? null))

export const groupOf = (row: Sums, groups: readonly GroupName[]): Record<string, string | null> =>
  Object.fromEntries(groups.map((group) => [group, (row[`group_${group}`] ?? null) as string | null]))

export const tooManyRows = (): Problem =>
  new Problem(
    'invalid',
    'too_many_rows',
    `The answer would have more than the ${rowsMax} rows that are given. Shorten the period, group by week or month in place of day, or filter by team, agent or tag.`,
    { facts: { field: 'group_by' } },
  )

/** @throws Problem('invalid', 'too_many_conversations') when the period has more than are read one by one */
export async function requireFew(db: DbOrTx, by: Viewer, period: Period): Promise<void> {
  const n = await countDays(db, by, period)
  if (n <= factsMax) return
  // How many there are is not said: the viewer may not see them all.
  const detail = `This question is answered from each conversation of the period, and the organisation has more than the ${factsMax} that are read in these ${dayCount(period.days)} days. Shorten the period, or leave out one of the filters or groups (docs/insights.md tells which go together).`
  throw new Problem('invalid', 'too_many_conversations', detail, { facts: { field: 'start_date' } })
}

/** Conversations of the whole days, at the cost of the days; parts of days count as two more. */
export async function countDays(db: DbOrTx, by: Viewer, { from, to, days }: Period): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(conversations), 0)::float8 as n from rollup_days
    where org_id = ${by.orgId} and grain = 'day'
      and day >= ${days?.from ?? from.toISOString().slice(0, 10)}::date - ${days ? 0 : 1}::int
      and day < ${days?.to ?? to.toISOString().slice(0, 10)}::date + ${days ? 0 : 2}::int`.execute(db)
  return rows[0]?.n ?? 0
}
