// The period of a question: its whole days, which the daily tables answer, and what is left of days at its ends.

import { type DateContext, isTimeZone, readRange } from '../../platform/dates.ts'
import { Problem } from '../../platform/problem.ts'

export type Period = {
  from: Date
  /** Not part of the period itself. */
  to: Date
  /** The first whole day and the one after the last, as in `2026-01-31`; null where no day is whole. */
  days: { from: string; to: string } | null
  /** Parts of days before and after them. */
  edges: { from: Date; to: Date }[]
  timeZone: string
}

const daysDefault = 30

/**
 * Without dates: 30 days up to the end of today. An end without a time includes its whole day.
 * @throws Problem('invalid', 'unreadable_date' | 'range_backwards')
 */
export function readPeriod(start: string | undefined, end: string | undefined, context: DateContext): Period {
  const timeZone = isTimeZone(context.timeZone) ? context.timeZone : 'UTC'
  const today = zoned(context.now, timeZone).toPlainDate()
  const range = readRange(start || undefined, end || today.toString(), { ...context, timeZone })
  if (range.from >= range.to) {
    const detail = 'The period ends before it begins. Swap start_date and end_date, or leave one out.'
    throw new Problem('invalid', 'range_backwards', detail, { facts: { field: 'start_date' } })
  }
  if (start) return cut(range.from, range.to, timeZone)
  // Back from the last day that the period touches.
  const last = zoned(new Date(range.to.getTime() - 1), timeZone).toPlainDate()
  return cut(startOf(last.subtract({ days: daysDefault - 1 }), timeZone), range.to, timeZone)
}

/** As many days before it, or as long a time where its days are not whole. */
export function periodBefore({ from, to, days, edges, timeZone }: Period): Period {
  if (!days || edges.length > 0) return cut(new Date(2 * from.getTime() - to.getTime()), from, timeZone)
  const first = Temporal.PlainDate.from(days.from)
  return cut(startOf(first.subtract({ days: dayCount(days) }), timeZone), from, timeZone)
}

export const dayCount = (days: { from: string; to: string } | null): number =>
  days ? Temporal.PlainDate.from(days.from).until(Temporal.PlainDate.from(days.to)).days : 0

/** Every day that the period touches. */
export function datesOf({ from, to, timeZone }: Period): Temporal.PlainDate[] {
  if (from >= to) return []
  const last = zoned(new Date(to.getTime() - 1), timeZone).toPlainDate()
  const dates = []
  for (
    let day = zoned(from, timeZone).toPlainDate();
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  )
    dates.push(day)
  return dates
}

function cut(from: Date, to: Date, timeZone: string): Period {
  const first = zoned(from, timeZone)
  const firstDay = isStart(first) ? first.toPlainDate() : first.toPlainDate().add({ days: 1 })
  const endDay = zoned(to, timeZone).toPlainDate()
  if (Temporal.PlainDate.compare(firstDay, endDay) >= 0)
    return { from, to, days: null, edges: from < to ? [{ from, to }] : [], timeZone }
  const [wholeFrom, wholeTo] = [startOf(firstDay, timeZone), startOf(endDay, timeZone)]
  const edges = [
    { from, to: wholeFrom },
    { from: wholeTo, to },
  ].filter((edge) => edge.from < edge.to)
  return { from, to, days: { from: firstDay.toString(), to: endDay.toString() }, edges, timeZone }
}

const zoned = (at: Date, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone)

const startOf = (day: Temporal.PlainDate, timeZone: string) =>
  new Date(day.toZonedDateTime(timeZone).startOfDay().epochMilliseconds)

const isStart = (at: Temporal.ZonedDateTime) => at.epochMilliseconds === at.startOfDay().epochMilliseconds
