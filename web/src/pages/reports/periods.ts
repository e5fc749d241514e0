// The days that a report's period has, as the server reckons them: those that end with yesterday, but for "this" and "today".

import { monthStart, plusDays, today } from '../../components/days.ts'

export const periodNames = [
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'last_quarter',
  'last_year',
] as const
export type PeriodName = (typeof periodNames)[number]

/** 1 is Monday. */
const weekday = (day: string) => new Date(day).getUTCDay() || 7
const monday = (day: string) => plusDays(day, 1 - weekday(day))
const quarter = (day: string) => monthStart(day, -(new Date(day).getUTCMonth() % 3))
const yearOf = (day: string) => Number(day.slice(0, 4))

/** Both days are in it. */
const spans: Record<PeriodName, (day: string) => [string, string]> = {
  today: (day) => [day, day],
  yesterday: (day) => [plusDays(day, -1), plusDays(day, -1)],
  last_7_days: (day) => [plusDays(day, -7), plusDays(day, -1)],
  last_30_days: (day) => [plusDays(day, -30), plusDays(day, -1)],
  last_90_days: (day) => [plusDays(day, -90), plusDays(day, -1)],
  this_week: (day) => [monday(day), day],
  last_week: (day) => [plusDays(monday(day), -7), plusDays(monday(day), -1)],
  this_month: (day) => [monthStart(day), day],
  last_month: (day) => [monthStart(day, -1), plusDays(monthStart(day), -1)],
  last_quarter: (day) => [monthStart(quarter(day), -3), plusDays(quarter(day), -1)],
  last_year: (day) => [`${yearOf(day) - 1}-01-01`, `${yearOf(day) - 1}-12-31`],
}

export function daysOf(name: PeriodName, timeZone: string, now = new Date()): { from: string; to: string } {
  const [from, to] = spans[name](today(timeZone, now))
  return { from, to }
}
