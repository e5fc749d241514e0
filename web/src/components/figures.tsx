// Numbers, durations and times as the reader's locale writes them; times in the organisation's zone where one is known.

import { Text } from '@mantine/core'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { useTranslation } from 'react-i18next'

export type Reader = { locale: string; timeZone: string }

const fallback: Reader = { locale: navigator.language, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }
export const ReaderContext = createContext<Reader>(fallback)

export function useFormats() {
  const { locale, timeZone } = useContext(ReaderContext)
  return useMemo(() => formatsOf(locale, timeZone), [locale, timeZone])
}

/** Intl's formats are dear to make: a list makes them once, not in each cell. */
function formatsOf(locale: string, timeZone: string) {
  const moment = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone, ...options })
    return (at: string | Date) => format.format(new Date(at))
  }
  const numberOf = new Map<string, Intl.NumberFormat>()
  const numbers = (digits: number, style: 'decimal' | 'percent') => {
    const key = `${style} ${digits}`
    const format = numberOf.get(key) ?? new Intl.NumberFormat(locale, { style, maximumFractionDigits: digits })
    numberOf.set(key, format)
    return format
  }
  return {
    dateTime: moment({ dateStyle: 'medium', timeStyle: 'short' }),
    date: moment({ dateStyle: 'medium' }),
    time: moment({ timeStyle: 'medium' }),
    number: (value: number, digits = 1) => numbers(digits, 'decimal').format(value),
    percent: (value: number, digits = 1) => numbers(digits, 'percent').format(value / 100),
    bytes: (value: number) => {
      const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
      const step = value > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(value) / 3)) : 0
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: units[step] ?? 'byte',
        unitDisplay: 'short',
        maximumFractionDigits: 1,
      }).format(value / 1000 ** step)
    },
    ago: (at: string | Date) => {
      const seconds = (new Date(at).getTime() - Date.now()) / 1000
      const [unit, size] = (
        [
          ['day', 86_400],
          ['hour', 3600],
          ['minute', 60],
        ] as const
      ).find(([, one]) => Math.abs(seconds) >= one) ?? ['second', 1]
      return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.round(seconds / size), unit)
    },
    timeZone,
    locale,
  }
}

/** 3725 is 1:02:05; below an hour minutes and seconds. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** A moment, with the exact one for whoever points at it or hears it read. */
export function When({ at, relative = false }: { at: string | null | undefined; relative?: boolean }) {
  const { dateTime, ago } = useFormats()
  if (!at) return <Absent />
  return (
    <time dateTime={at} title={dateTime(at)}>
      {relative ? ago(at) : dateTime(at)}
    </time>
  )
}

/** What is not there: never a 0 and never an empty cell. The reason is read out and shown to whoever points at it. */
export function Absent({ reason }: { reason?: ReactNode }) {
  const { t } = useTranslation()
  const why = typeof reason === 'string' ? reason : t('figure.absent')
  return (
    <Text span c="dimmed" title={why} aria-label={why} role="img">
      –
    </Text>
  )
}
