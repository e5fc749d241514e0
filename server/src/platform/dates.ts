// Reads every way in which clients write a point in time, and the periods of queries. One parser for the whole server.
// What to do without a date, and whether an unreadable one refuses the request, is for the caller to say.

import { Problem } from './problem.ts'

/** `at` is always usable; `guessed` says in words for people what had to be assumed, null when nothing had. */
export type DateReading = { at: Date; guessed: string | null; isReadable: boolean; isDateOnly: boolean }
export type DateContext = {
  /** IANA name of the organisation's zone, for times that name none. */
  timeZone: string
  now: Date
}

const howToWrite = 'Send ISO 8601 (2024-01-15T10:30:00Z) or DD/MM/YYYY, HH:mm:ss.'

const time = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?:\s?(?<half>[ap])\.?m\.?)?`
const zone = String.raw`(?:\s?(?<zone>z|utc|gmt|[+-]\d{2}(?::?\d{2})?))?`
const clock = String.raw`(?:(?:\s*,\s*|\s+|t)${time}${zone})?`
/** Four digits first: ISO 8601 or Y/M/D, never day-first. */
const yearFirst = new RegExp(
  String.raw`^(?<year>\d{4})(?<mark>[-/.])(?<month>\d{1,2})\k<mark>(?<day>\d{1,2})${clock}$`,
  'i',
)
const dayFirst = new RegExp(
  String.raw`^(?<day>\d{1,2})(?<mark>[-/.])(?<month>\d{1,2})\k<mark>(?<year>\d{4}|\d{2})${clock}$`,
  'i',
)
/** ISO 8601 basic format. */
const compact = new RegExp(
  String.raw`^(?<year>(?:19|20)\d{2})(?<month>\d{2})(?<day>\d{2})(?:t?(?<hour>\d{2})(?<minute>\d{2})(?:(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?${zone})?$`,
  'i',
)
const numeric = /^\d{9,20}(?:\.\d{1,9})?$/

/**
 * ISO 8601 (also with a space, lower-case t and z, compact, or as Y/M/D), day-first with `/`, `-` or `.`, and epoch
 * numbers, whose unit (s, ms, µs or ns) shows in their size. A time without a zone is read in the organisation's.
 * Unreadable or absent: `at` is now, and `guessed` says so. Never throws.
 */
export function readDate(value: unknown, context: DateContext): DateReading {
  if (value instanceof Date && isPlausible(value)) return exact(value)
  const plain = typeof value === 'string' ? inUtc(value) : null
  if (plain) return exact(plain)
  const text =
    typeof value === 'string' ? value.normalize('NFKC').trim() : typeof value === 'number' ? String(value) : ''
  if (text !== '' && text.length <= 64) {
    const fields = (yearFirst.exec(text) ?? dayFirst.exec(text) ?? compact.exec(text))?.groups
    const reading = (fields && fromFields(fields, context)) ?? (numeric.test(text) ? fromEpoch(Number(text)) : null)
    if (reading) return reading
  }
  const isAbsent = value === undefined || value === null || (text === '' && typeof value === 'string')
  const guessed = isAbsent
    ? 'No date was given; the time of arrival was used.'
    : `The date ${quote(value)} could not be read; the time of arrival was used. ${howToWrite}`
  return { at: context.now, guessed, isReadable: false, isDateOnly: false }
}

export type DateRange = { from: Date /** Not part of the range itself. */; to: Date; warnings: string[] }

/**
 * The period of a query, `from <= t < to`. An end without a time means that whole day. Absent: 30 days, up to the end
 * that is given or to now. An unreadable date is Problem invalid, as the answer to another question would mislead.
 */
export function readRange(start: unknown, end: unknown, context: DateContext): DateRange {
  const warnings: string[] = []
  const read = (name: string, value: unknown): DateReading | null => {
    if (value === undefined || value === null || value === '') return null
    const reading = readDate(value, context)
    if (!reading.isReadable) {
      const detail = `${name} ${quote(value)} could not be read as a date. ${howToWrite}`
      throw new Problem('invalid', 'unreadable_date', detail, { facts: { field: name } })
    }
    if (reading.guessed) warnings.push(reading.guessed)
    return reading
  }
  const first = read('start_date', start)
  const last = read('end_date', end)
  const to = !last ? context.now : last.isDateOnly ? startOfNextDay(last.at, context.timeZone) : last.at
  const from = first?.at ?? new Date(to.getTime() - 30 * 24 * 3_600_000)
  if (from > to) {
    throw new Problem('invalid', 'range_backwards', 'start_date lies after end_date. Swap them, or leave one out.', {
      facts: { field: 'start_date' },
    })
  }
  return { from, to, warnings }
}

/** Whether the platform knows the zone, for settings that name one. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** As programs mostly write it: read at once, as chats have one in each message. Null for all else. */
function inUtc(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/.test(text)) return null
  const at = new Date(text)
  // The 30th of February would be a day in March.
  const isReal = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 19)) && isPlausible(at)
  return isReal ? at : null
}

function exact(at: Date): DateReading {
  return { at, guessed: null, isReadable: true, isDateOnly: false }
}

/** Recordings are older than neither 1900 nor far ahead of us; what lies outside is a slip of the pen. */
function isPlausible(at: Date): boolean {
  const year = at.getUTCFullYear()
  return year >= 1900 && year <= 2200
}

/** The units lie a thousand apart, and from 1973 on their numbers do not overlap. */
function fromEpoch(value: number): DateReading | null {
  for (const perMs of [1e-3, 1, 1e3, 1e6]) {
    const epochMs = value / perMs
    if (epochMs >= 1e11 && epochMs < 7.3e12) return exact(new Date(Math.round(epochMs)))
  }
  return null
}

function fromFields(fields: Record<string, string | undefined>, context: DateContext): DateReading | null {
  const number = (name: string) => Number(fields[name] ?? 0)
  const isShortYear = fields.year?.length === 2
  const year = number('year') + (isShortYear ? 2000 : 0)
  let hour = number('hour')
  if (fields.half) {
    if (hour < 1 || hour > 12) return null
    hour = (hour % 12) + (fields.half.toLowerCase() === 'p' ? 12 : 0)
  }
  // ISO 8601 writes the end of a day as 24:00:00.
  const isEndOfDay =
    hour === 24 && number('minute') === 0 && number('second') === 0 && Number(`0.${fields.fraction ?? 0}`) === 0
  const parts = {
    year,
    month: number('month'),
    day: number('day'),
    hour: isEndOfDay ? 0 : hour,
    minute: number('minute'),
    // Clocks that show a leap second do so as :60; none other has one.
    second: number('second') === 60 ? 59 : number('second'),
    millisecond: Number((fields.fraction ?? '').padEnd(3, '0').slice(0, 3)),
  }
  try {
    const plain = Temporal.PlainDateTime.from(parts, { overflow: 'reject' }).add({ days: isEndOfDay ? 1 : 0 })
    const { at, guess } = inZone(plain, zoneOf(fields.zone) ?? context.timeZone)
    if (!isPlausible(at)) return null
    const guesses = [
      isShortYear ? `The year of ${quote(plain.toPlainDate().toString())} was written with two digits.` : '',
      guess,
    ]
    return {
      at,
      guessed: guesses.filter(Boolean).join(' ') || null,
      isReadable: true,
      isDateOnly: fields.hour === undefined,
    }
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function zoneOf(written: string | undefined): string | undefined {
  if (!written) return undefined
  const digits = /^([+-]\d{2}):?(\d{2})?$/.exec(written)
  if (!digits) return 'UTC'
  if (Math.abs(Number(digits[1])) > 23 || Number(digits[2] ?? 0) > 59) throw new RangeError('no such offset')
  return `${digits[1]}:${digits[2] ?? '00'}`
}

/** A local time may fall into the hour that a change of the clocks leaves out, or into the one that it repeats. */
function inZone(plain: Temporal.PlainDateTime, timeZone: string): { at: Date; guess: string } {
  let zoned: Temporal.ZonedDateTime
  try {
    zoned = plain.toZonedDateTime(timeZone)
  } catch {
    const { at } = inZone(plain, 'UTC')
    return { at, guess: `The time zone ${quote(timeZone)} is not known; UTC was used.` }
  }
  const at = new Date(zoned.epochMilliseconds)
  if (!zoned.toPlainDateTime().equals(plain)) {
    return {
      at,
      guess: `${plain} does not exist in ${timeZone}, where the clocks went forward; an hour later was used.`,
    }
  }
  const isTwice = plain.toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds !== at.getTime()
  return {
    at,
    guess: isTwice ? `${plain} came twice in ${timeZone}, where the clocks went back; the first was used.` : '',
  }
}

function startOfNextDay(at: Date, timeZone: string): Date {
  const day = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(
    isTimeZone(timeZone) ? timeZone : 'UTC',
  )
  return new Date(day.add({ days: 1 }).startOfDay().epochMilliseconds)
}

/** What was sent, short enough to be repeated in a warning. */
function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? 'of this kind' : String(value)
  return JSON.stringify(text.toWellFormed().slice(0, 40))
}
