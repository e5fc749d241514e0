// Periods by name as days.

import type { Board } from './queries.ts'

export type Period = Board['period']
export type PeriodName = Extract<Period, string>
export type Days = { from: string; to: string }

export const periodNames = [
  ...['today', 'yesterday', 'this_week', 'last_week', 'this_month', 'last_month'],
  ...['last_7_days', 'last_30_days', 'last_90_days', 'this_quarter', 'this_year', 'last_365_days'],
] as const satisfies readonly PeriodName[]

const dayMs = 86_400_000

export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(new Date(`${text}T00:00:00Z`).getTime())

export const addDays = (day: string, count: number): string =>
  new Date(new Date(`${day}T00:00:00Z`).getTime() + count * dayMs).toISOString().slice(0, 10)

export const daysBetween = ({ from, to }: Days): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs) + 1

/** The day that it is in a time zone. */
export const dayOf = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)

/** Both included. Weeks begin on Monday, as the server's do; what is not over ends today. */
export function daysOf(period: Period, today: string): Days {
  if (typeof period === 'object') return period
  const month = (at: string) => `${at.slice(0, 8)}01`
  const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7))
  const first = month(today)
  switch (period) {
    case 'today':
      return { from: today, to: today }
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) }
    case 'this_week':
      return { from: monday, to: today }
    case 'last_week':
      return { from: addDays(monday, -7), to: addDays(monday, -1) }
    case 'this_month':
      return { from: first, to: today }
    case 'last_month':
      return { from: month(addDays(first, -1)), to: addDays(first, -1) }
    case 'this_quarter': {
      const begun = Math.floor((Number(today.slice(5, 7)) - 1) / 3) * 3 + 1
      return { from: `${today.slice(0, 5)}${String(begun).padStart(2, '0')}-01`, to: today }
    }
    case 'this_year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today }
    default:
      return { from: addDays(today, 1 - Number(/\d+/.exec(period)?.[0])), to: today }
  }
}
