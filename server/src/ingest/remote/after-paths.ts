// Where files are moved once they were taken in: folders inside the remote folder itself, which may be named by the date.

import { Problem } from '../../platform/problem.ts'

const charsMax = 300
const dateParts = /YYYY|MM|DD|HH/g

/** What stands before the first date: whatever lies below it was put there by us. */
export const fixedPartOf = (to: string): string => to.slice(0, /\/?[^/]*\{/.exec(to)?.index ?? to.length)

/**
 * Such as `done` or `done/{date:YYYY/MM/DD}`, without slashes at its ends.
 * @throws Problem('invalid', 'invalid_request') that says what is wrong
 */
export function readTarget(to: string, field: string): string {
  const target = to.replace(/^\/+|\/+$/g, '')
  const refuse = (issue: string) =>
    new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
  if (target.length > charsMax) throw refuse(`must have at most ${charsMax} characters`)
  const plain = target.replace(/\{date:([^{}]*)\}/g, (_, format: string) => {
    const rest = format.replace(dateParts, '')
    if (/[^-_./ ]/.test(rest)) throw refuse('knows the parts YYYY, MM, DD and HH of a date')
    return 'date'
  })
  if (/[{}]/.test(plain)) throw refuse('may hold {date:YYYY/MM/DD} and no other braces')
  if (/\p{Cc}/u.test(plain) || plain.split('/').some((part) => part === '' || /^\.{1,2}$/.test(part.trim()))) {
    throw refuse('must be a folder below the remote folder, without . and .. between its slashes')
  }
  if (fixedPartOf(target) === '') throw refuse('must begin with a folder of a fixed name: done/{date:YYYY/MM/DD}')
  return target
}

/** Where the file at `path` goes at this moment: its own folders are kept below the target. */
export function targetOf(to: string, path: string, at: Date, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone)
  const parts: Record<string, string> = {
    YYYY: String(zoned.year),
    MM: String(zoned.month).padStart(2, '0'),
    DD: String(zoned.day).padStart(2, '0'),
    HH: String(zoned.hour).padStart(2, '0'),
  }
  const folder = to.replace(/\{date:([^{}]*)\}/g, (_, format: string) =>
    format.replace(dateParts, (part) => parts[part] as string),
  )
  return `${folder}/${path}`
}
