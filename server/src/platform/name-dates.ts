// Dates in the names of files: the formats that a pattern may ask for, such as `YYYYMMDD-HHmmss`, and the date that their
// parts make together. A time is the organisation's own: nothing here knows of zones.

export const dateParts = ['YYYY', 'YY', 'MM', 'DD', 'HH', 'mm', 'ss', 'SSS', 'epoch'] as const
export type DatePart = (typeof dateParts)[number]

/** `width` characters that must be digits in the part's range; of what stands between them, the character itself. */
export type DateStep =
  | { kind: 'date'; part: DatePart; width: number; fits(text: string): boolean }
  | { kind: 'text'; char: string }

const ranges: Record<Exclude<DatePart, 'epoch'>, [number, number]> = {
  YYYY: [1970, 2199],
  YY: [0, 99],
  MM: [1, 12],
  DD: [1, 31],
  HH: [0, 23],
  mm: [0, 59],
  ss: [0, 59],
  SSS: [0, 999],
}
/** Seconds since 1970: ten digits from 2001 until 2286. */
const epochDigits = 10

/** Text says what is wrong with the format. */
export function readDateFormat(format: string): DateStep[] | string {
  if (format === 'epoch') return [stepOf('epoch')]
  const found = [...format.matchAll(/YYYY|YY|MM|DD|HH|mm|SSS|ss|(?<other>.)/gsu)]
  const letter = found.find(({ groups }) => /[\p{L}\p{N}/]/u.test(groups?.other ?? ''))
  if (letter) return `"${letter[0]}" is no part of a date. There are ${dateParts.join(', ')}`
  if (found.every(({ groups }) => groups?.other)) return 'it has no part of a date, such as YYYYMMDD-HHmmss'
  return found.map(({ 0: text, groups }) =>
    groups?.other ? { kind: 'text', char: text.toLowerCase() } : stepOf(text as DatePart),
  )
}

function stepOf(part: DatePart): DateStep {
  if (part === 'epoch') return { kind: 'date', part, width: epochDigits, fits: (text) => /^\d{10}$/.test(text) }
  const [least, most] = ranges[part]
  const fits = (text: string) =>
    text.length === part.length && /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most
  return { kind: 'date', part, width: part.length, fits }
}

/** ISO 8601, without a zone unless it was an epoch; null when there was none, or no such day. */
export function dateFrom(parts: Partial<Record<DatePart, string>>): { text: string | null; warning: string | null } {
  if (parts.epoch) return { text: new Date(Number(parts.epoch) * 1000).toISOString(), warning: null }
  const { MM, DD, HH } = parts
  const year = parts.YYYY ?? (parts.YY === undefined ? undefined : `20${parts.YY}`)
  if (!year || !MM || !DD) return { text: null, warning: null }
  const day = `${year}-${MM}-${DD}`
  try {
    Temporal.PlainDate.from(day, { overflow: 'reject' })
  } catch {
    return { text: null, warning: `The name says ${day}, and there is no such day.` }
  }
  if (HH === undefined) return { text: day, warning: null }
  const fraction = parts.SSS ? `.${parts.SSS}` : ''
  return { text: `${day}T${HH}:${parts.mm ?? '00'}:${parts.ss ?? '00'}${fraction}`, warning: null }
}
