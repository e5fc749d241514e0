// What a chart is made of, whoever has the figures: series, points, and for each a value with where it comes from.

/** A page of conversations that a figure opens. */
export type Opens = { search: Record<string, string> }

export type ChartFigure = {
  value: number | null
  /** Why there is no value. */
  reason?: string | undefined
  /** In the period before; absent where nothing is compared. */
  previous?: number | null | undefined
  n: number
  excluded: number
  opens?: Opens | null | undefined
}

export type Series = { id: string; name: string; unit: string; better?: string | null | undefined }

export type Point = {
  key: string
  label: string
  /** Where the label is short: on an axis. */
  short?: string | undefined
  figures: Record<string, ChartFigure>
}

export type ChartData = {
  /** Time and bins have an order of their own; categories are shown by size. */
  over: 'time' | 'category' | 'bins'
  /** What the points are: "Day", "Team". */
  heading: string
  series: Series[]
  points: Point[]
}

export type PlotKind = 'line' | 'bar' | 'pie' | 'doughnut' | 'histogram'
export type ChartKind = PlotKind | 'table'

export const hasValues = ({ points, series }: ChartData): boolean =>
  points.some(({ figures }) => series.some(({ id }) => figures[id]?.value != null))

/** Why there is nothing, where every figure says the same. */
export const commonReason = ({ points }: ChartData): string | undefined =>
  points.flatMap(({ figures }) => Object.values(figures)).find(({ reason }) => reason)?.reason

/** Two units cannot share an axis. */
export function byUnit(series: readonly Series[]): Series[][] {
  const units = [...new Set(series.map(({ unit }) => unit))]
  return units.map((unit) => series.filter((one) => one.unit === unit))
}
