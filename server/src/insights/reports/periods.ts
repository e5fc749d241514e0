// The period of a report: a name such as `last_month`, read at a moment in a time zone, or fixed dates. Weeks begin on Monday.

import { readRange } from '../../platform/dates.ts'
import { Problem } from '../../platform/problem.ts'
import { type Period, type RelativePeriod, relativePeriods } from './shapes.ts'

type Zoned = Temporal.ZonedDateTime

/** Not part of the range itself: `to`. */
export type Range = { from: Date; to: Date }

const daysMax = 3660

const isRelative = (word: unknown): word is RelativePeriod => relativePeriods.includes(word as RelativePeriod)

/** @throws Problem('invalid') for a name or date that cannot be read, and for more than ten years */
export function readPeriod(
  given: { period?: unknown; start_date?: unknown; end_date?: unknown },
  zone: { timeZone: string; now: Date },
): Period {
  const hasDates = [given.start_date, given.end_date].some((one) => one !== undefined && one !== null && one !== '')
  if (given.period !== undefined && given.period !== null) {
    if (hasDates) throw refusal('Send a period or dates, not both')
    if (isRelative(given.period)) return given.period
    throw refusal(`period must be one of ${relativePeriods.join(', ')}`)
  }
  if (!hasDates) return 'last_30_days'
  const { from, to } = readRange(given.start_date, given.end_date, zone)
  if (to.getTime() - from.getTime() > daysMax * 86_400_000) throw refusal('A report spans ten years at most')
  return { from: from.toISOString(), to: to.toISOString() }
}

const refusal = (text: string) => new Problem('invalid', 'invalid_period', `${text}.`, { facts: { field: 'period' } })

/** `at`: when a report is due, which may be before it is made. */
export function rangeOf(period: Period, { timeZone, at }: { timeZone: string; at: Date }): Range {
  if (typeof period !== 'string') return { from: new Date(period.from), to: new Date(period.to) }
  const day = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).startOfDay()
  const [from, to] = spans[period](day)
  return { from: instantOf(from), to: instantOf(to) }
}

const instantOf = (at: Zoned) => new Date(at.startOfDay().epochMilliseconds)
const monday = (day: Zoned) => day.subtract({ days: day.dayOfWeek - 1 })
const first = (day: Zoned) => day.with({ day: 1 })
const quarter = (day: Zoned) => first(day).subtract({ months: (day.month - 1) % 3 })
const year = (day: Zoned) => day.with({ month: 1, day: 1 })

const spans: Record<RelativePeriod, (today: Zoned) => [Zoned, Zoned]> = {
  today: (day) => [day, day.add({ days: 1 })],
  yesterday: (day) => [day.subtract({ days: 1 }), day],
  last_7_days: (day) => [day.subtract({ days: 7 }), day],
  last_30_days: (day) => [day.subtract({ days: 30 }), day],
  last_90_days: (day) => [day.subtract({ days: 90 }), day],
  this_week: (day) => [monday(day), day.add({ days: 1 })],
  last_week: (day) => [monday(day).subtract({ weeks: 1 }), monday(day)],
  this_month: (day) => [first(day), day.add({ days: 1 })],
  last_month: (day) => [first(day).subtract({ months: 1 }), first(day)],
  last_quarter: (day) => [quarter(day).subtract({ months: 3 }), quarter(day)],
  last_year: (day) => [year(day).subtract({ years: 1 }), year(day)],
}

/** How finely a trend is told: about as many points as can be drawn. */
export function grainOf({ from, to }: Range): 'day' | 'week' | 'month' {
  const days = (to.getTime() - from.getTime()) / 86_400_000
  return days <= 62 ? 'day' : days <= 400 ? 'week' : 'month'
}

/** As people read it: the last day is part of it. */
export function wordsOf({ from, to }: Range, timeZone: string): string {
  const at = (date: Date) => Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timeZone)
  const [start, end] = [at(from), at(to)]
  const isWhole = [start, end].every((one) => one.equals(one.startOfDay()))
  if (!isWhole) return `${minute(start)} to ${minute(end)}`
  const last = end.subtract({ days: 1 }).toPlainDate()
  return start.toPlainDate().equals(last) ? last.toString() : `${start.toPlainDate()} to ${last}`
}

const minute = (at: Zoned) => at.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')
