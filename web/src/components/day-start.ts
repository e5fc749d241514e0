// Where a calendar day begins in a time zone, and the day that begins at a moment.

import { isDay, plusDays } from './days.ts'

const dayMs = 86_400_000
const clocks = new Map<string, Intl.DateTimeFormat>()

/**
 * The first moment of `2026-03-05` there. Where clocks change at midnight a day begins at 1:00, or has two midnights: it is
 * the earlier of the moments that the clocks of the day before and of the day after make of its midnight, and that are
 * within it.
 */
export function startOfDay(day: string, timeZone: string): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`)
  const starts = [-dayMs, dayMs].map((away) => wanted + away).map((near) => wanted - (clockAt(near, timeZone) - near))
  const within = starts.filter((at) => dayAt(at, timeZone) === day)
  return new Date(Math.min(...(within.length > 0 ? within : starts)))
}

/** Of `startOfDay`; null for any other moment. */
export function dayStartingAt(moment: string, timeZone: string): string | null {
  const at = Date.parse(moment)
  if (Number.isNaN(at)) return null
  const day = dayAt(at, timeZone)
  return isDay(day) && startOfDay(day, timeZone).getTime() === at ? day : null
}

export const endOfDay = (day: string, timeZone: string): Date => startOfDay(plusDays(day, 1), timeZone)

const dayAt = (at: number, timeZone: string): string => new Date(clockAt(at, timeZone)).toISOString().slice(0, 10)

/** What a clock there shows, as if it were UTC. */
function clockAt(at: number, timeZone: string): number {
  const clock = clocks.get(timeZone) ?? newClock(timeZone)
  clocks.set(timeZone, clock)
  const shown = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(hour, minute, second)
}

const newClock = (timeZone: string) =>
  new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
