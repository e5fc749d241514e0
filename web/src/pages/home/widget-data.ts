// An answer of the server as what a chart is made of: each figure with the conversations that it opens.

import type { ChartData, ChartFigure, Point, Series } from '../../components/charts/chart-data.ts'
import { addressBehind } from './behind.ts'
import type { Labels } from './group-labels.ts'
import type { Answer, Distribution, Filters, GroupName, Widget } from './queries.ts'

export type Context = {
  labels: Labels
  heading: (group: GroupName) => string
  /** Of the board and the widget together. */
  filters: Filters
  /** Whether the reader may open conversations. */
  mayOpen: boolean
}

type Row = Answer['rows'][number]
const times: readonly GroupName[] = ['day', 'week', 'month', 'hour']
const seriesMax = 8

export function figureOf(answer: Answer, row: Row | undefined, metric: string, context: Context): ChartFigure {
  const found = row?.metrics[metric]
  if (!found) return { value: null, n: 0, excluded: 0 }
  const { value, reason, previous, n, excluded } = found
  const { mayOpen, filters } = context
  const behind = { period: answer.period, filters, group: row?.group ?? {}, metric }
  return {
    ...{ value, reason, n, excluded },
    ...(previous ? { previous: previous.value } : {}),
    opens: mayOpen && n + excluded > 0 ? { search: addressBehind(behind) } : null,
  }
}

/** With two groups, the second is the series, of the first metric; a group of time is always what lies along the axis. */
export function chartDataOf(answer: Answer, context: Context): ChartData {
  const groups = answer.group_by as GroupName[]
  const axis = groups.find((one) => times.includes(one)) ?? groups[0]
  const across = groups.find((one) => one !== axis)
  const heading = axis ? context.heading(axis) : ''
  const over = axis && times.includes(axis) ? 'time' : 'category'
  if (!axis) return { over, heading, series: answer.metrics, points: [] }
  const [metric] = answer.metrics
  if (across && metric) return crossed(answer, { axis, across, over, heading }, context)
  return {
    over,
    heading,
    series: answer.metrics,
    points: answer.rows.map((row) => ({
      key: row.group[axis] ?? '',
      ...context.labels(axis, row.group[axis] ?? null, row.label[axis]),
      figures: Object.fromEntries(answer.metrics.map(({ id }) => [id, figureOf(answer, row, id, context)])),
    })),
  }
}

type Crossing = { axis: GroupName; across: GroupName; over: ChartData['over']; heading: string }

function crossed(answer: Answer, { axis, across, over, heading }: Crossing, context: Context): ChartData {
  const [metric] = answer.metrics as [Answer['metrics'][number]]
  const sizes = new Map<string, number>()
  const series = new Map<string, Series>()
  const points = new Map<string, Point>()
  for (const row of answer.rows) {
    const [key, id] = [row.group[axis] ?? '', row.group[across] ?? '']
    const figure = figureOf(answer, row, metric.id, context)
    sizes.set(id, (sizes.get(id) ?? 0) + figure.n)
    const name = context.labels(across, row.group[across] ?? null, row.label[across]).label
    series.set(id, { id, name, unit: metric.unit, better: metric.better })
    const point = points.get(key) ?? {
      key,
      ...context.labels(axis, row.group[axis] ?? null, row.label[axis]),
      figures: {},
    }
    point.figures[id] = figure
    points.set(key, point)
  }
  const biggest = [...series.values()].toSorted((one, other) => (sizes.get(other.id) ?? 0) - (sizes.get(one.id) ?? 0))
  const ordered = [...points.values()]
  return {
    ...{ over, heading, series: biggest.slice(0, seriesMax) },
    points:
      axis === 'hour'
        ? ordered.toSorted((one, other) => Number(one.key) - Number(other.key))
        : over === 'time'
          ? ordered.toSorted((one, other) => one.key.localeCompare(other.key))
          : ordered,
  }
}

/** Fields of the filter language that hold what a distribution is of. */
const fieldOf: Record<string, string> = { response_time: 'avg_response_time', sentiment: 'sentiment_customer' }

export function spreadDataOf(
  spread: Distribution,
  names: { heading: string; series: string; range: (from: number | null, to: number | null) => string },
  context: Context,
): ChartData {
  const field = fieldOf[spread.measure] ?? spread.measure
  const points = spread.bins.map(({ from, to, n }) => {
    const conditions = [...(from === null ? [] : [`${field} >= ${from}`]), ...(to === null ? [] : [`${field} < ${to}`])]
    const behind = { period: spread.period, filters: context.filters, group: {}, metric: spread.measure, conditions }
    const opens = context.mayOpen && n > 0 ? { search: addressBehind(behind) } : null
    return {
      key: `${from}`,
      label: names.range(from, to),
      short: names.range(from, null),
      figures: { n: { value: n, n, excluded: 0, opens } },
    }
  })
  return { over: 'bins', heading: names.heading, series: [{ id: 'n', name: names.series, unit: 'n' }], points }
}

export const filtersOf = (board: Filters, widget: Widget): Filters => ({ ...board, ...widget.filters })
