// What is looked at: the board's own period, comparison and filters, and what the address says in their place.

import { type Days, isDay, type Period, periodNames } from './periods.ts'
import type { Board, Filters } from './queries.ts'

export type View = { period: Period; compare: boolean; filters: Filters }
export type Search = Record<string, string | undefined>

export const filterNames = [
  ...(['channel', 'team', 'department', 'agent', 'direction', 'language', 'tag', 'filter'] as const),
] satisfies (keyof Filters)[]

/** In the address: a filter that the board has, and that is not wanted now. */
export const any = 'any'

export function viewOf(board: Pick<Board, 'period' | 'compare' | 'filters'>, search: Search): View {
  const filters = { ...board.filters }
  for (const name of filterNames) {
    const given = search[name]?.trim()
    if (given === any) delete filters[name]
    else if (given) filters[name] = given
  }
  return {
    period: readPeriod(search.period) ?? board.period,
    compare: search.compare ? search.compare !== 'no' : board.compare,
    filters,
  }
}

export const writtenPeriod = (period: Period): string =>
  typeof period === 'string' ? period : `${period.from}..${period.to}`

/** Null for what is no period: an address can say anything. */
export function readPeriod(text: string | undefined): Period | null {
  const name = periodNames.find((one) => one === text)
  if (name) return name
  const [from = '', to = ''] = (text ?? '').split('..')
  return isDay(from) && isDay(to) && from <= to ? ({ from, to } satisfies Days) : null
}
