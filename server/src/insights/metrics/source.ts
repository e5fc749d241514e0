// Where the figures of a question come from, as one relation `s` of SQL with dimensions and sums: the part of the daily
// tables that keeps what is asked for, with the facts of broken days; or, where no part does, the facts of the whole
// period. The viewer's reach is in it, so that nothing beyond it counts, not even in totals.

import { type RawBuilder, sql } from 'kysely'
import type { Viewer } from '../../conversations/index.ts'
import type { NumberColumn } from '../facts/columns.ts'
import { type Dimension, dimensions, type Grain, grainFor } from '../rollups/grains.ts'
import { sumColumns } from '../rollups/measures.ts'
import { compileFilter, idsFitting } from '../search/compile.ts'
import type { Period } from './period.ts'
import type { Conditions, GroupName } from './question.ts'

export type Asked = { groups: readonly GroupName[]; conditions: Conditions; filter: string | null; period: Period }

const dimensionOf: Partial<Record<GroupName, Dimension>> = {
  hour: 'hour',
  agent: 'agent_id',
  team: 'team',
  department: 'department',
  channel: 'channel',
  direction: 'direction',
  language: 'language',
  tag: 'tag',
}

/** Every dimension that the question, or the viewer's reach, looks at. */
export function dimensionsOf(by: Viewer, { groups, conditions }: Asked): Set<Dimension> {
  const asked = new Set(Object.keys(conditions) as Dimension[])
  for (const group of groups) {
    const dimension = dimensionOf[group]
    if (dimension) asked.add(dimension)
  }
  if (by.reach !== 'all') asked.add(by.reach.column)
  return asked
}

/** Null: only the facts can tell. */
export const grainOf = (by: Viewer, asked: Asked): Grain | null =>
  asked.filter === null ? grainFor(dimensionsOf(by, asked)) : null

/** Of the daily tables, with facts for the parts of days at the ends of the period. */
export function fromRollups(by: Viewer, asked: Asked, grain: Grain): RawBuilder<unknown> {
  const { days, edges } = asked.period
  const parts = edges.map((edge) => factsBetween(by, asked, edge, { extra: [] }))
  if (days) {
    parts.push(sql`
      select day, ${sql.raw(names.join(', '))}, ${sql.raw(sumColumns.map(({ name }) => name).join(', '))}
      from rollup_days
      where org_id = ${by.orgId} and grain = ${grain.name}
        and day >= ${days.from}::date and day < ${days.to}::date`)
  }
  return within(by, asked, parts)
}

/** Of the facts of the whole period; `extra` columns of theirs come as they are. */
export const fromFacts = (by: Viewer, asked: Asked, extra: readonly NumberColumn[] = []): RawBuilder<unknown> =>
  within(by, asked, [factsBetween(by, asked, asked.period, { extra })])

const names = Object.keys(dimensions) as Dimension[]

function factsBetween(
  by: Viewer,
  asked: Asked,
  { from, to }: { from: Date; to: Date },
  { extra }: { extra: readonly NumberColumn[] },
): RawBuilder<unknown> {
  const looked = dimensionsOf(by, asked)
  const values = names.map(
    (one) => `${looked.has(one) || one === 'channel' ? dimensions[one].of : dimensions[one].none} as ${one}`,
  )
  const sums = sumColumns.map(({ name, value }) => `(${value})::bigint as ${name}`)
  const more = extra.map((name) => `case when f.status = 'completed' then f.${name} end as fact_${name}`)
  return sql`
    select f.day, ${sql.raw([...values, ...sums, ...more].join(', '))}
    from conversation_facts f
    ${looked.has('tag') ? sql`cross join lateral (select distinct unnest(f.tags) as tag) g` : sql``}
    where f.org_id = ${by.orgId} and f.started_at >= ${from} and f.started_at < ${to}
      ${asked.filter === null ? sql`` : sql`and ${matching(by, asked.filter)}`}`
}

const matching = (by: Viewer, filter: string) => sql`f.conversation_id in ${idsFitting(by, compileFilter(by, filter))}`

/** What is asked for, of what the viewer may see. */
function within(by: Viewer, { conditions }: Asked, parts: RawBuilder<unknown>[]): RawBuilder<unknown> {
  const wanted = Object.entries(conditions).map(([column, values]) =>
    column === 'agent_id'
      ? sql`u.agent_id = any(${values}::uuid[])`
      : sql`lower(u.${sql.ref(column)}) = any(array(select lower(v) from unnest(${values}::text[]) as v))`,
  )
  if (by.reach !== 'all') {
    const { column, values } = by.reach
    wanted.push(
      column === 'agent_id'
        ? sql`u.agent_id = any(${values}::uuid[])`
        : sql`u.${sql.ref(column)} <> '' and lower(u.${sql.ref(column)}) = any(array(select lower(v) from unnest(${values}::text[]) as v))`,
    )
  }
  // A period that ends where it begins holds nothing.
  const rows = parts.length > 0 ? sql.join(parts, sql` union all `) : null
  if (!rows) return sql`(select u.* from (${emptyRows}) u where false)`
  return wanted.length > 0 ? sql`(select u.* from (${rows}) u where ${sql.join(wanted, sql` and `)})` : sql`(${rows})`
}

const emptyRows = sql.raw(
  `select day, ${names.join(', ')}, ${sumColumns.map(({ name }) => name).join(', ')} from rollup_days`,
)
