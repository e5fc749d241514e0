// What a value counts as in a comparison: its text, its number, its time, its duration. Which of them are asked for is
// matcher.ts's.

import { readDate } from '../dates.ts'

export type Scalar = string | number | boolean

export const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/**
 * What makes two texts the same: upper and lower case do not differ, nor do the ways in which Unicode writes one
 * character (ḓ is one code point or two). Composed last, as lower case may compose differently. The final sigma is a
 * sigma, so that a part of a word is found in the whole.
 */
export const folded = (text: string): string => text.toLowerCase().normalize('NFC').replaceAll('ς', 'σ')

/** JSON's syntax, so that neither `+27110000001`, `007`, `1_000` nor an empty text counts as a number. */
const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const numberCharsMax = 40

/** Null for what is no number, or one too large for a double. */
export function numberOf(value: Scalar): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean' || value.length > numberCharsMax || !numberForm.test(value)) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** In ms since 1970, both ends included. A date is its whole day in UTC, a time one millisecond. */
export type TimeSpan = { from: number; to: number }

/** Of all that readDate knows, ISO 8601 alone: telephone numbers would be epochs otherwise. */
const timeForm = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/
const dayMs = 86_400_000

/** A time without a zone is UTC. */
export function timeOf(value: Scalar): TimeSpan | null {
  if (typeof value !== 'string' || value.length > numberCharsMax || !timeForm.test(value)) return null
  const { at, isReadable, isDateOnly } = readDate(value, { timeZone: 'UTC', now: new Date(0) })
  const from = at.getTime()
  return isReadable ? { from, to: isDateOnly ? from + dayMs - 1 : from } : null
}

const shortForm = /^(\d{1,12}(?:\.\d{1,9})?)(ms|s|m|h|d)$/
/** ISO 8601 without years and months, whose length varies. */
const isoForm =
  /^P(?=[\dT])(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/
const unitsMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: dayMs }

/** In ms, of a text such as `90s`, `1.5h`, `500ms` or `PT1M30S`. */
export function durationOf(value: Scalar): number | null {
  if (typeof value !== 'string' || value.length > numberCharsMax) return null
  const [, amount, unit] = shortForm.exec(value) ?? []
  if (unit) return Math.round(Number(amount) * (unitsMs[unit] ?? 0))
  const [whole, weeks, days, hours, minutes, seconds] = isoForm.exec(value) ?? []
  if (whole === undefined) return null
  const inDays = Number(weeks ?? 0) * 7 + Number(days ?? 0)
  const inMinutes = inDays * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  return Math.round(inMinutes * 60_000 + Number(seconds ?? 0) * 1000)
}
