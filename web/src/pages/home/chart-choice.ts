// Which kinds of chart suit which metrics and groups: what would mislead is not offered.

import type { Catalogue, GroupName, Metric, Widget } from './queries.ts'

export const chartNames = ['card', 'line', 'bar', 'doughnut', 'pie', 'table', 'histogram'] as const
type ChartName = Widget['chart']

export const metricsMax = 8
export const timeGroups: readonly GroupName[] = ['day', 'week', 'month', 'hour']

/** Null where it suits, else why not: a key of the strings. */
export function whyNot(chart: ChartName, metrics: readonly Metric[]): 'adds' | 'one' | 'spread' | null {
  const [first, ...others] = metrics
  if (!first || chart === 'card' || chart === 'line' || chart === 'bar' || chart === 'table') return null
  if (others.length > 0) return 'one'
  if (chart === 'histogram') return first.distribution ? null : 'spread'
  return first.adds_up ? null : 'adds'
}

const shape: Record<ChartName, { least: number; most: number; preferred: GroupName | null }> = {
  card: { least: 0, most: 0, preferred: null },
  histogram: { least: 0, most: 0, preferred: null },
  line: { least: 1, most: 2, preferred: 'day' },
  bar: { least: 1, most: 2, preferred: 'team' },
  table: { least: 1, most: 2, preferred: 'team' },
  pie: { least: 1, most: 1, preferred: 'channel' },
  doughnut: { least: 1, most: 1, preferred: 'channel' },
}

export const groupsMaxOf = (chart: ChartName): number => shape[chart].most

/** What the first group may be; lines go over time. */
export function firstGroups(chart: ChartName, { groups }: Catalogue): GroupName[] {
  const all = (groups as GroupName[]).filter((one) => one !== 'topic')
  if (chart === 'line') return all.filter((one) => timeGroups.includes(one))
  if (chart === 'pie' || chart === 'doughnut') return all.filter((one) => !timeGroups.includes(one))
  return all
}

/** Not two of time: they would say the same twice. */
export const secondGroups = (first: GroupName | undefined, { groups }: Catalogue): GroupName[] =>
  (groups as GroupName[]).filter(
    (one) => one !== 'topic' && one !== first && !(timeGroups.includes(one) && first && timeGroups.includes(first)),
  )

/** The groups that a kind of chart can have, from those that there are. */
export function fittingGroups(chart: ChartName, now: readonly GroupName[], catalogue: Catalogue): GroupName[] {
  const { least, most, preferred } = shape[chart]
  const first = now.find((one) => firstGroups(chart, catalogue).includes(one)) ?? preferred
  if (least === 0 || !first) return []
  const rest = now.filter((one) => one !== first && secondGroups(first, catalogue).includes(one))
  return [first, ...rest].slice(0, most)
}
