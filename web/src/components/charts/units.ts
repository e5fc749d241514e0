// Figures in their unit as people read them, and how far two of them are apart.

import { useTranslation } from 'react-i18next'
import { clock, useFormats } from '../figures.tsx'

const minuteS = 60
const hourS = 3600
/** On a scale: so many per cent more of it would mean nothing. */
const scales = ['-1..1', '-2..2', '1..5', '0..1', 'dBFS']

export type Written = { text: string; unit: string }

export function useUnits() {
  const { t } = useTranslation('charts')
  const { number } = useFormats()
  const signed = (value: number, digits: number) =>
    `${value > 0 ? '+' : value < 0 ? '−' : ''}${number(Math.abs(value), digits)}`

  /** `unit` is empty where the number says it all. */
  const write = (value: number, unit: string): Written => {
    switch (unit) {
      case 's':
        if (Math.abs(value) < minuteS) return { text: number(value), unit: t('unit.s') }
        return { text: clock(Math.round(value)), unit: t(value < hourS ? 'unit.min' : 'unit.h') }
      case 'n':
        return { text: number(value), unit: '' }
      case '%':
        return { text: number(value), unit: '%' }
      case '-1..1':
      case '-2..2':
        return { text: signed(value, 2), unit: '' }
      case '1..5':
        return { text: number(value, 2), unit: t('unit.ofFive') }
      case '0..1':
      case 'ratio':
        return { text: number(value, 2), unit: '' }
      case 'words/min':
        return { text: number(value, 0), unit: t('unit.wordsPerMinute') }
      case 'n/10 min':
        return { text: number(value, 2), unit: t('unit.perTenMinutes') }
      default:
        return { text: number(value, 2), unit }
    }
  }
  const say = (value: number, unit: string): string => {
    const { text, unit: shown } = write(value, unit)
    return shown ? `${text} ${shown}` : text
  }
  /** For an axis: a few letters. */
  const brief = (value: number, unit: string): string => {
    if (unit === 's' && Math.abs(value) >= minuteS) return clock(Math.round(value))
    if (unit === '-1..1' || unit === '-2..2') return signed(value, 2)
    return `${number(value, 2)}${unit === '%' ? ' %' : ''}`
  }
  /** How far it is from what it was; null where that cannot be said. */
  const difference = (now: number, then: number, unit: string): { amount: string; isShare: boolean } | null => {
    const away = Math.abs(now - then)
    if (unit === '%') return { amount: t('unit.points', { amount: number(away) }), isShare: false }
    if (scales.includes(unit)) return { amount: number(away, 2), isShare: false }
    return then === 0 ? null : { amount: `${number((away / Math.abs(then)) * 100)} %`, isShare: true }
  }
  /** What a difference looks like once it is rounded away. */
  const isSame = (now: number, then: number, unit: string) => say(now, unit) === say(then, unit)
  /** How many conversations are in it, and how many are not. */
  const from = ({ n, excluded }: { n: number; excluded: number }) =>
    excluded > 0 ? t('fromWithout', { count: n, excluded }) : t('from', { count: n })
  return { write, say, brief, difference, isSame, from }
}
