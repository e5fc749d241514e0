// What a figure of the bench is, and how its program tells it: as a line for people and, under run.ts, as a message for
// the table. Medians and spreads, because the machine has other things to do.

export type Figure = {
  name: string
  value: number
  goal: { atLeast: number } | { atMost: number }
  /** What the value is measured in: `x` for a ratio, `count` for things. */
  unit: 'x' | '%' | 'ms' | 's' | 'MiB' | 'rows/s' | 'count'
  /** What it was made of: rounds, spread, absolute numbers. */
  from: string
}

export const isMet = ({ value, goal }: Figure): boolean =>
  'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost

export function report(figure: Figure): void {
  console.log(`  ${figure.name}: ${shownValue(figure)} (goal: ${goalOf(figure)}). ${figure.from}`)
  process.send?.({ figure })
  if (!isMet(figure)) process.exitCode = 1
}

/** A figure that cannot be measured here says why; nothing is claimed. */
export function skip(name: string, reason: string): void {
  console.log(`  ${name}: not measured, ${reason}`)
  process.send?.({ skipped: { name, reason } })
}

export const shownValue = ({ value, unit }: Figure): string => quantity(unit === 'count' ? value : round(value), unit)

export const goalOf = ({ goal, unit }: Figure): string =>
  'atLeast' in goal ? `at least ${quantity(goal.atLeast, unit)}` : `at most ${quantity(goal.atMost, unit)}`

const quantity = (value: number, unit: Figure['unit']): string => (unit === 'count' ? `${value}` : `${value} ${unit}`)

export const round = (value: number): number => Number(value.toPrecision(3))

/** The value below which this share (0 to 1) of the values lies, by the nearest rank. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (values: number[]): number => percentile(values, 0.5)

/** As in `1.9 to 2.4`. */
export const spread = (values: number[]): string => `${round(Math.min(...values))} to ${round(Math.max(...values))}`
