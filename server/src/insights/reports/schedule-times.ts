// When a schedule runs next: a time of the day in a zone, on every day, on some days of the week, or on a day of the month.
// Pure.

import type { When } from './shapes.ts'

/** A year and a month: every rule has a day in it. */
const daysAhead = 400

/**
 * The first time after `after`. A time that the clocks leave out is an hour later on that day; one that they bring twice is
 * the first of the two. In a month without the wanted day it is the last day.
 */
export function nextRun(when: When, timeZone: string, after: Date): Date {
  const from = Temporal.Instant.fromEpochMilliseconds(after.getTime()).toZonedDateTimeISO(timeZone).toPlainDate()
  for (let ahead = 0; ahead < daysAhead; ahead++) {
    const day = from.add({ days: ahead })
    if (!isDayOf(when, day)) continue
    const at = day.toZonedDateTime({ timeZone, plainTime: when.time_of_day }).epochMilliseconds
    if (at > after.getTime()) return new Date(at)
  }
  throw new RangeError('no day fits the schedule')
}

function isDayOf({ frequency, weekdays, day_of_month }: When, day: Temporal.PlainDate): boolean {
  if (frequency === 'daily') return true
  if (frequency === 'weekly') return weekdays.includes(day.dayOfWeek)
  return day.day === Math.min(day_of_month ?? 1, day.daysInMonth)
}
