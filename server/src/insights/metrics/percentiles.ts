// Percentiles: exact from the facts where few conversations are asked for or no histogram keeps the groups, else read off
// the histograms of the days, whose bins say how far off it can be.

import { sql } from 'kysely'
import type { Viewer } from '../../conversations/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { type BinnedMeasure, binned } from '../rollups/bins.ts'
import { binGrains, grainFor } from '../rollups/grains.ts'
import { countDays, groupColumns, grouped, keyOf, requireFew, rowsMax, type Sums, tooManyRows } from './groups.ts'
import type { Question } from './question.ts'
import { type Asked, dimensionsOf, fromFacts } from './source.ts'

export type Rank = { measure: string; rank: number }
export type Percentile = { value: number | null; n: number; basis: 'facts' | 'histogram' }
export type Percentiles = { get(of: Rank, key: string): Percentile | undefined }

/** Of the period: so few are read one by one, which is exact. */
const exactMax = 5000

export async function readPercentiles(
  db: DbOrTx,
  by: Viewer,
  input: { asked: Asked; question: Question; ranks: Rank[] },
): Promise<Percentiles> {
  const { asked, question, ranks } = input
  const measures = binned.filter(({ id }) => ranks.some(({ measure }) => measure === id))
  const grain = asked.filter === null ? grainFor(dimensionsOf(by, asked), binGrains) : null
  const isWhole = asked.period.edges.length === 0 && asked.period.days !== null
  if (grain && isWhole && (await countDays(db, by, asked.period)) > exactMax)
    return readBins(db, by, { ...input, measures })
  await requireFew(db, by, asked.period)
  const columns = measures.flatMap(({ id, column }) => [
    `count(s.fact_${column}) as ${id}_n`,
    ...ranksOf(ranks, id).map(
      (rank) => `percentile_cont(${rank}) within group (order by s.fact_${column}) as ${nameOf(id, rank)}`,
    ),
  ])
  const source = fromFacts(by, asked, [...new Set(measures.map(({ column }) => column as 'duration'))])
  const { rows } = await sql<Sums>`
    select ${groupColumns(question.groups)} ${sql.raw(columns.join(', '))}
    from ${source} s ${grouped(question.groups)} limit ${rowsMax + 1}`.execute(db)
  if (rows.length > rowsMax) throw tooManyRows()
  const found = new Map(rows.map((row) => [keyOf(row, question.groups), row]))
  return {
    get({ measure, rank }, key) {
      const row = found.get(key)
      const value = row?.[nameOf(measure, rank)] ?? null
      return row && { value: value === null ? null : Number(value), n: Number(row[`${measure}_n`]), basis: 'facts' }
    },
  }
}

async function readBins(
  db: DbOrTx,
  by: Viewer,
  { asked, question, measures }: { asked: Asked; question: Question; measures: readonly BinnedMeasure[] },
): Promise<Percentiles> {
  const rows = await binSums(db, by, asked, { groups: question.groups, measures })
  const histograms = Map.groupBy(rows, (row) => `${row.measure} ${keyOf(row, question.groups)}`)
  return {
    get({ measure, rank }, key) {
      const bins = histograms.get(`${measure} ${key}`)
      const spec = measures.find(({ id }) => id === measure)
      if (!bins || !spec) return undefined
      return { ...percentileOf(spec, bins as unknown as Bin[], rank), basis: 'histogram' }
    },
  }
}

export type Bin = { measure: string; bin: number; n: number }

/** Of whole days, by group, measure and bin. The histograms must keep what is asked for. */
export async function binSums(
  db: DbOrTx,
  by: Viewer,
  asked: Asked,
  { groups, measures }: { groups: Question['groups']; measures: readonly BinnedMeasure[] },
): Promise<(Sums & Bin)[]> {
  const wanted = dimensionsOf(by, asked)
  const grain = grainFor(wanted, binGrains)
  const conditions = Object.entries(asked.conditions).map(([column, values]) => named(column, values))
  if (by.reach !== 'all')
    conditions.push(sql`s.${sql.ref(by.reach.column)} <> ''`, named(by.reach.column, by.reach.values))
  const { rows } = await sql<Sums & Bin>`
    select ${groupColumns(groups)} s.measure, s.bin, sum(s.n)::float8 as n
    from rollup_bins s
    where s.org_id = ${by.orgId} and s.grain = ${grain?.name} and s.measure = any(${measures.map(({ id }) => id)})
      and s.day >= ${asked.period.days?.from}::date and s.day < ${asked.period.days?.to}::date
      ${sql.join(
        conditions.map((one) => sql`and ${one}`),
        sql` `,
      )}
    group by ${sql.raw([...groups, 'measure', 'bin'].map((_, index) => index + 1).join(', '))}
    limit ${rowsMax * 100}`.execute(db)
  return rows
}

const named = (column: string, values: readonly string[]) =>
  sql`lower(s.${sql.ref(column)}) = any(array(select lower(v) from unnest(${values}::text[]) as v))`

const ranksOf = (ranks: Rank[], id: string) => [
  ...new Set(ranks.filter(({ measure }) => measure === id).map(({ rank }) => rank)),
]
const nameOf = (id: string, rank: number) => `${id}_p${rank * 100}`

/** As if the values of a bin lay evenly between its edges. */
export function percentileOf({ edges }: BinnedMeasure, bins: readonly Bin[], rank: number) {
  const n = bins.reduce((sum, one) => sum + one.n, 0)
  if (n === 0) return { value: null, n }
  let below = 0
  for (const { bin, n: inBin } of bins.toSorted((a, b) => a.bin - b.bin)) {
    if (inBin > 0 && below + inBin >= rank * n) {
      const from = edges[bin - 1] ?? Math.min(0, edges[0] ?? 0)
      const to = edges[bin] ?? from
      return { value: from + (to - from) * ((rank * n - below) / inBin), n }
    }
    below += inBin
  }
  return { value: edges.at(-1) ?? null, n }
}
