// How the values of a measure are spread: its histogram over a period, from the daily tables where they keep what is
// asked for, else counted from the facts.

import { sql } from 'kysely'
import type { Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { type BinnedMeasure, binned } from '../rollups/bins.ts'
import { binGrains, grainFor } from '../rollups/grains.ts'
import type { Aggregate } from './aggregate.ts'
import { shownPeriod } from './answer.ts'
import { readFreshness } from './freshness.ts'
import { requireFew } from './groups.ts'
import { type Bin, binSums, percentileOf } from './percentiles.ts'
import { invalid, type Selection } from './question.ts'
import { type Asked, dimensionsOf, fromFacts } from './source.ts'

/** The measure whose spread is behind a figure, in the same unit; null where no histogram is kept of it. */
export function distributionOf({ spec, unit }: Aggregate): string | null {
  const measure = spec.kind === 'percentile' ? spec.measure : spec.kind === 'sums' ? spec.num.replace(/_num$/, '') : ''
  const found = binned.find(
    (one) => one.unit === unit && [measure, `${measure}_ratio`].some((name) => name === one.id || name === one.column),
  )
  return found?.id ?? null
}

export async function readDistribution(db: Db, by: Viewer, name: string, selection: Selection) {
  const measure = binned.find(({ id }) => id === name)
  if (!measure) {
    const known = binned.map(({ id }) => id).join(', ')
    throw invalid(
      'unknown_measure',
      'measure',
      `There is no distribution of '${name.slice(0, 60)}'. There are: ${known}.`,
    )
  }
  const asked: Asked = { ...selection, groups: [] }
  const freshness = await readFreshness(db, by.orgId)
  const isKept =
    asked.filter === null &&
    grainFor(dimensionsOf(by, asked), binGrains) !== null &&
    asked.period.days !== null &&
    asked.period.edges.length === 0
  const bins = isKept
    ? await binSums(db, by, asked, { groups: [], measures: [measure] })
    : await countBins(db, by, asked, measure)
  return {
    measure: measure.id,
    unit: measure.unit,
    n: bins.reduce((sum, { n }) => sum + n, 0),
    bins: shownBins(measure, bins),
    p50: percentileOf(measure, bins, 0.5).value,
    p90: percentileOf(measure, bins, 0.9).value,
    basis: isKept ? 'histogram' : 'facts',
    period: shownPeriod(selection.period),
    filters: selection.filters,
    ...freshness,
  }
}

async function countBins(db: Db, by: Viewer, asked: Asked, { id, column, edges }: BinnedMeasure): Promise<Bin[]> {
  await requireFew(db, by, asked.period)
  const { rows } = await sql<Bin>`
    select ${id} as measure, width_bucket(s.value, ${[...edges]}::float8[]) as bin, count(*)::float8 as n
    from (select s.${sql.ref(`fact_${column}`)} as value from ${fromFacts(by, asked, [column as 'duration'])} s) s
    where s.value is not null group by 2`.execute(db)
  return rows
}

/** Several bins as one, from the first that holds anything to the last. */
function shownBins({ edges, shownAsOne }: BinnedMeasure, bins: readonly Bin[]) {
  const counts = new Map<number, number>()
  for (const { bin, n } of bins) {
    const place = Math.ceil(bin / shownAsOne)
    counts.set(place, (counts.get(place) ?? 0) + n)
  }
  const places = [...counts].filter(([, n]) => n > 0).map(([place]) => place)
  if (places.length === 0) return []
  const edge = (place: number): number | null => edges[place * shownAsOne] ?? null
  const first = Math.min(...places)
  return Array.from({ length: Math.max(...places) - first + 1 }, (_, index) => {
    const place = first + index
    return { from: place === 0 ? null : edge(place - 1), to: edge(place), n: counts.get(place) ?? 0 }
  })
}
