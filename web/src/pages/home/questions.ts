// The widgets of a board as questions for the server: one each, and for a card a second one for its course.

import { type Days, daysBetween } from './periods.ts'
import type { Filters, GroupName, Spread, Widget } from './queries.ts'
import type { View } from './view.ts'

export type Question = Filters & {
  id: string
  metrics: string[]
  group_by?: GroupName[]
  start_date: string
  end_date: string
  compare?: 'previous'
}

const dailyMax = 92
const courseDaysMin = 3

export const courseOf = (id: string): string => `${id}.course`

/** In the order of their ids: a widget that is moved asks nothing new. */
export function questionsOf(widgets: readonly Widget[], view: View, days: Days): Question[] {
  const period = { start_date: days.from, end_date: days.to }
  const compare = view.compare ? { compare: 'previous' as const } : {}
  return widgets
    .toSorted((one, other) => one.id.localeCompare(other.id))
    .flatMap(({ id, metrics, chart, group_by, filters }): Question[] => {
      const narrowed = { ...view.filters, ...filters, ...period }
      if (chart === 'histogram') return []
      if (chart !== 'card') return [{ id, metrics, ...(group_by ? { group_by } : {}), ...narrowed, ...compare }]
      const length = daysBetween(days)
      const card: Question = { id, metrics, ...narrowed, ...compare }
      if (length < courseDaysMin) return [card]
      return [card, { id: courseOf(id), metrics, group_by: [length > dailyMax ? 'week' : 'day'], ...narrowed }]
    })
}

export const spreadOf = (widget: Widget, measure: string, view: View, days: Days): Spread => ({
  measure,
  ...view.filters,
  ...widget.filters,
  start_date: days.from,
  end_date: days.to,
})
