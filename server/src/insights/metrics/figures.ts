// Answers a question: reads the sums of each group, and makes of them the figures that were asked for.

import { type RawBuilder, sql } from 'kysely'
import type { Viewer } from '../../conversations/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { NumberColumn } from '../facts/columns.ts'
import { counts, derived, sumColumns } from '../rollups/measures.ts'
import type { Aggregate } from './aggregate.ts'
import { groupColumns, grouped, groupOf, keyOf, requireFew, rowsMax, type Sums, tooManyRows } from './groups.ts'
import { type Percentiles, readPercentiles } from './percentiles.ts'
import type { Period } from './period.ts'
import type { Question } from './question.ts'
import { type Asked, fromFacts, fromRollups, grainOf } from './source.ts'

export type Basis = 'rollups' | 'facts' | 'histogram'

export type Figure = {
  /** Null, never 0, where it cannot be computed; then `reason` says why. */
  value: number | null
  numerator: number | null
  denominator: number | null
  /** Conversations that are in it, and those of the group that lack what it takes. */
  n: number
  excluded: number
  basis: Basis
  formula: string
  reason?: string
}

export type Row = { group: Record<string, string | null>; figures: Record<string, Figure> }

/** Rows of one period, in order of their groups; without groups there is one. */
export async function readRows(db: DbOrTx, by: Viewer, question: Question, period: Period): Promise<Row[]> {
  const asked: Asked = { ...question, period }
  const grain = grainOf(by, asked)
  const details = question.metrics.flatMap(({ spec }) => (spec.kind === 'facts' ? [spec] : []))
  if (!grain || details.length > 0) await requireFew(db, by, period)
  const basis: Basis = grain ? 'rollups' : 'facts'
  const sums = grain ? await readSums(db, fromRollups(by, asked, grain), question) : []
  const facts =
    !grain || details.length > 0
      ? await readSums(
          db,
          fromFacts(
            by,
            asked,
            details.map(({ column }) => column),
          ),
          question,
          details,
        )
      : []
  const ranks = question.metrics.flatMap(({ spec }) => (spec.kind === 'percentile' ? [spec] : []))
  const percentiles = ranks.length > 0 ? await readPercentiles(db, by, { asked, question, ranks }) : null
  const byKey = new Map(facts.map((row) => [keyOf(row, question.groups), row]))
  const rows = grain ? sums : facts
  const whole = wholeOf(rows)
  return rows.map((row) => {
    const key = keyOf(row, question.groups)
    const figures = question.metrics.map((metric) => {
      const from = metric.spec.kind === 'facts' ? (byKey.get(key) ?? row) : row
      return [metric.id, figureOf(metric, from, { basis, whole, percentiles, key })] as const
    })
    return { group: groupOf(row, question.groups), figures: Object.fromEntries(figures) }
  })
}

async function readSums(
  db: DbOrTx,
  source: RawBuilder<unknown>,
  { groups, metrics }: Question,
  details: { column: NumberColumn; how: 'mean' | 'median' }[] = [],
): Promise<Sums[]> {
  const names = new Set(['completed', 'conversations'])
  for (const { spec } of metrics) {
    if (spec.kind === 'sums') for (const one of [spec.num, spec.den, spec.n, spec.among]) if (one) names.add(one)
    if (spec.kind === 'share') for (const one of [spec.num, spec.n, spec.among]) names.add(one)
    if (spec.kind === 'percentile') names.add('handled')
  }
  const columns = [...names].map((name) => `coalesce(sum(${derived[name] ?? `s.${name}`}), 0)::float8 as ${name}`)
  const more = details.flatMap(({ column }) => [
    `count(s.fact_${column}) as ${column}_n`,
    `sum(s.fact_${column}) as ${column}_sum`,
    `percentile_cont(0.5) within group (order by s.fact_${column}) as ${column}_median`,
  ])
  const { rows } = await sql<Sums>`
    select ${groupColumns(groups)} ${sql.raw([...columns, ...new Set(more)].join(', '))}
    from ${source} s ${grouped(groups)} limit ${rowsMax + 1}`.execute(db)
  if (rows.length > rowsMax) throw tooManyRows()
  return rows
}

/** Sums over all groups, for shares of the whole. */
function wholeOf(rows: readonly Sums[]): Record<string, number> {
  const whole: Record<string, number> = {}
  for (const row of rows)
    for (const [name, value] of Object.entries(row))
      if (typeof value === 'number') whole[name] = (whole[name] ?? 0) + value
  return whole
}

type Beside = { basis: Basis; whole: Record<string, number>; percentiles: Percentiles | null; key: string }

export function figureOf(metric: Aggregate, row: Sums, { basis, whole, percentiles, key }: Beside): Figure {
  const { spec } = metric
  const formula = `${metric.id}@${metric.version}`
  const sum = (name: string): number => Number(row[name] ?? 0)
  const none = (reason: string, n = 0, excluded = 0): Figure => ({
    ...{ value: null, numerator: null, denominator: null, n, excluded, basis, formula, reason },
  })
  switch (spec.kind) {
    case 'missing':
      return none(spec.reason)
    case 'sums': {
      const n = sum(spec.n)
      const excluded = Math.max(0, sum(spec.among) - n)
      const isCount = spec.den === null && counted.has(spec.num)
      if (n === 0 && !isCount) return none(whyNone(sum(spec.among)), n, excluded)
      const numerator = sum(spec.num) * scaleDown(spec.num)
      if (spec.den === null) return { value: numerator, numerator, denominator: null, n, excluded, basis, formula }
      const denominator = sum(spec.den) * scaleDown(spec.den)
      if (denominator === 0) return none('What it is divided by is 0.', n, excluded)
      const value = (sum(spec.num) / sum(spec.den)) * spec.factor + spec.shift
      return { value, numerator, denominator, n, excluded, basis, formula }
    }
    case 'share': {
      const [n, denominator] = [sum(spec.n), (whole[spec.num] ?? 0) * spec.factor]
      const numerator = sum(spec.num) * spec.factor
      const excluded = Math.max(0, sum(spec.among) - n)
      if (denominator === 0) return none(whyNone(sum(spec.among)), n, excluded)
      return { value: (numerator / denominator) * 100, numerator, denominator, n, excluded, basis, formula }
    }
    case 'facts': {
      const n = sum(`${spec.column}_n`)
      const excluded = Math.max(0, sum('completed') - n)
      if (n === 0) return { ...none(whyNone(sum('completed')), n, excluded), basis: 'facts' }
      const median = Number(row[`${spec.column}_median`])
      if (spec.how === 'median')
        return { value: median, numerator: median, denominator: null, n, excluded, basis: 'facts', formula }
      const numerator = sum(`${spec.column}_sum`)
      return { value: numerator / n, numerator, denominator: n, n, excluded, basis: 'facts', formula }
    }
    case 'percentile': {
      const found = percentiles?.get(spec, key)
      const among = spec.measure === 'handle_time' ? sum('handled') : sum('completed')
      const excluded = Math.max(0, among - (found?.n ?? 0))
      if (!found || found.value === null) return none(whyNone(among), 0, excluded)
      const { value, n, basis: read } = found
      return { value, numerator: value, denominator: null, n, excluded, basis: read, formula }
    }
  }
}

const counted = new Set([...counts.map(({ id }) => id), ...Object.keys(derived)])

/** From whole numbers to units; counts are units. */
const scaleOf = new Map(sumColumns.map(({ name, scale }) => [name, scale]))
const scaleDown = (name: string): number => 1 / (scaleOf.get(name) ?? 1)

const whyNone = (among: number): string =>
  among === 0 ? 'There is no completed conversation here.' : 'None of the conversations has what it takes.'
