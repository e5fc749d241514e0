// How one figure is written down: value or null, status, formula and reason. The formulas' texts are in formulas.ts.

import type { Metric, Metrics } from '../../conversations/shapes.ts'
import { formulas, type MetricId } from './formulas.ts'

type Value = number | string | boolean

/** Figures keep four decimals: below every unit's meaning, above floating-point noise. */
export const round = (value: number): number => Math.round(value * 1e4) / 1e4 + 0

function metric(id: MetricId, value: Value | null, status: Metric['status'], reason?: string): Metric {
  const { version, unit } = formulas[id]
  const shown = typeof value === 'number' ? round(value) : value
  return { value: shown, status, formula: `${id}@${version}`, unit, ...(reason ? { reason } : {}) }
}

export const measured = (id: MetricId, value: Value): Metrics => ({ [id]: metric(id, value, 'ok') })

/** A true figure with a limit that the reader must know. */
export const partial = (id: MetricId, value: Value, reason: string): Metrics => ({
  [id]: metric(id, value, 'partial', reason),
})

/** The same figures, each with a limit that the reader must know; those that are null keep their own reason. */
export const limited = (metrics: Metrics, reason: string): Metrics =>
  Object.fromEntries(
    Object.entries(metrics).map(([id, given]) => [
      id,
      given.value === null
        ? given
        : { ...given, status: 'partial' as const, reason: given.reason ? `${given.reason}; ${reason}` : reason },
    ]),
  )

/** null, never 0: `reason` tells people what is missing. */
export const missing = (reason: string, ...ids: MetricId[]): Metrics =>
  Object.fromEntries(ids.map((id) => [id, metric(id, null, 'not_computable', reason)]))

/** The figure, or null with the reason where it is null or not a number (a division by zero, say). */
export const measuredOr = (id: MetricId, value: number | null, reason: string): Metrics =>
  value !== null && Number.isFinite(value) ? measured(id, value) : missing(reason, id)

/** Linear interpolation between the closest ranks (type 7 of Hyndman and Fan, 1996); null for an empty list. */
export function percentile(values: number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (p / 100) * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]]
  return low === undefined || high === undefined ? null : low + (high - low) * (rank - Math.floor(rank))
}

export const mean = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
