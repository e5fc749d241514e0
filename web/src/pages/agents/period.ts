// The days that figures are about, as the address has them: so many days up to today, a month, or two dates.

import { isDay, monthStart, plusDays, today } from '../../components/days.ts'

export const periodNames = ['7d', '30d', '90d', 'month', 'before'] as const
export type PeriodName = (typeof periodNames)[number]
/** Both days are in it. */
export type Period = { name: PeriodName | 'own'; from: string; to: string }

const standard = '30d'

const spans: Record<PeriodName, (day: string) => [string, string]> = {
  '7d': (day) => [plusDays(day, -6), day],
  '30d': (day) => [plusDays(day, -29), day],
  '90d': (day) => [plusDays(day, -89), day],
  month: (day) => [monthStart(day), day],
  before: (day) => [monthStart(day, -1), plusDays(monthStart(day), -1)],
}

const isName = (text: string | undefined): text is PeriodName => periodNames.includes(text as PeriodName)

export function periodIn(search: Record<string, string | undefined>, timeZone: string): Period {
  const { period, from, to } = search
  if (isDay(from) && isDay(to) && from <= to) return { name: 'own', from, to }
  const name = isName(period) ? period : standard
  const [first, last] = spans[name](today(timeZone))
  return { name, from: first, to: last }
}

/** As an address says it. */
export const searchOf = ({ name, from, to }: Period): Record<string, string> =>
  name === 'own' ? { from, to } : name === standard ? {} : { period: name }

export const datesOf = ({ from, to }: Period) => ({ start_date: from, end_date: to })
