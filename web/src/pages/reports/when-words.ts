// When a schedule runs, in words.

import { useTranslation } from 'react-i18next'
import { useFormats } from '../../components/figures.tsx'
import type { Schedule } from './queries.ts'

export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const

/** The fifth of January 2026 is a Monday. */
const monday = Date.UTC(2026, 0, 5)
const dayMs = 86_400_000

export function useWeekdayName() {
  const { locale } = useFormats()
  return (day: number, length: 'long' | 'short' = 'short') =>
    new Intl.DateTimeFormat(locale, { weekday: length, timeZone: 'UTC' }).format(new Date(monday + (day - 1) * dayMs))
}

export function useWhenWords() {
  const { t } = useTranslation('reports')
  const nameOf = useWeekdayName()
  return ({
    frequency,
    time_of_day: time,
    weekdays: days,
    day_of_month: day,
  }: Pick<Schedule, 'frequency' | 'time_of_day' | 'weekdays' | 'day_of_month'>): string => {
    if (frequency === 'weekly') return t('when.weekly', { days: days.map((one) => nameOf(one)).join(', '), time })
    if (frequency === 'monthly') return t('when.monthly', { day: day ?? 1, time })
    return t('when.daily', { time })
  }
}
