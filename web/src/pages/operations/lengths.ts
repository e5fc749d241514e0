// How long something takes or has taken, in the unit that suits it.

import { useFormats } from '../../components/figures.tsx'

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

export function useLengths() {
  const { locale } = useFormats()
  const say = (value: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(value)
  const seconds = (value: number): string => {
    const [unit, size] = units.find(([, one]) => value >= one) ?? ['second', 1]
    return say(value / size, unit)
  }
  return {
    seconds,
    ms: (value: number) => (value < 1000 ? say(Math.round(value), 'millisecond') : seconds(value / 1000)),
  }
}
