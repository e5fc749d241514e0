// Moves the daily tables from what facts were to what they are: the rest of a statement that begins with `old` and `fresh`,
// two relations of facts. Everything is added up in whole numbers, so no order and no repetition leaves a trace.

import { sql } from 'kysely'
import { factColumns } from '../facts/columns.ts'
import { binned, binOf } from './bins.ts'
import { binGrains, type Dimension, dimensions, type Grain, grains } from './grains.ts'
import { sumColumns } from './measures.ts'

const names = Object.keys(dimensions) as Dimension[]
const sums = sumColumns.map(({ name }) => name)
const compared = factColumns
  .filter((name) => name !== 'seq')
  .map((name) => `f.${name}`)
  .join(', ')

/** What each change adds to every sum, made once for all grains. */
const parts = `
  changed as materialized (
    select -1 as sign, f.* from old f
      where not exists (select from fresh o where o.conversation_id = f.conversation_id
        and (${compared.replaceAll('f.', 'o.')}) is not distinct from (${compared}))
    union all
    select 1 as sign, f.* from fresh f
      where not exists (select from old o where o.conversation_id = f.conversation_id
        and (${compared.replaceAll('f.', 'o.')}) is not distinct from (${compared}))
  ), parts as materialized (
    select f.org_id, f.day, f.hour, f.agent_id, f.channel, f.direction, f.team, f.department, f.language, f.tags,
      ${sumColumns.map(({ name, value }) => `sign * (${value}) as ${name}`).join(',\n      ')}
    from changed f
  )`

const cells = ({ name, keeps }: Grain) => `
  select f.org_id, '${name}' as grain, f.day,
    ${names.map((one) => (keeps.includes(one) ? dimensions[one].of : dimensions[one].none)).join(', ')},
    ${sums.map((one) => `sum(f.${one})`).join(', ')}
  from parts f ${keeps.includes('tag') ? 'cross join lateral (select distinct unnest(f.tags) as tag) g' : ''}
  group by f.org_id, f.day${keeps.map((one) => `, ${dimensions[one].of}`).join('')}`

const key = ['org_id', 'grain', 'day', ...names]

const days = `
  insert into rollup_days (${[...key, ...sums].join(', ')})
  ${grains.map(cells).join('\n  union all')}
  on conflict (${key.join(', ')}) do update set
    ${sums.map((one) => `${one} = rollup_days.${one} + excluded.${one}`).join(',\n    ')}`

const binKey = ['org_id', 'grain', 'measure', 'day', 'channel', 'team', 'department', 'bin']
const kept = (one: 'channel' | 'team' | 'department', { keeps }: Grain) =>
  keeps.includes(one) ? `b.${one}` : `''::text as ${one}`

const bins = `
  insert into rollup_bins (${binKey.join(', ')}, n)
  ${binGrains
    .map(
      (grain) => `
  select b.org_id, '${grain.name}', b.measure, b.day, ${kept('channel', grain)}, ${kept('team', grain)},
    ${kept('department', grain)}, b.bin, sum(b.sign)
  from binned b group by 1, 2, 3, 4, 5, 6, 7, 8`,
    )
    .join('\n  union all')}
  on conflict (${binKey.join(', ')}) do update set n = rollup_bins.n + excluded.n`

const binRows = `
  binned as materialized (
    select f.org_id, f.sign, f.day, f.channel, coalesce(f.team, '') as team, coalesce(f.department, '') as department,
      v.measure, v.bin
    from changed f cross join lateral (values ${binned.map((one) => `('${one.id}', ${binOf(one)})`).join(', ')})
      as v (measure, bin)
    where f.status = 'completed' and v.bin is not null
  )`

export const deltaStatements = sql.raw(`${parts}, ${binRows}, days as (${days})
  ${bins}`)
