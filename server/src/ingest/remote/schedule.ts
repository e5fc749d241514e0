// When a remote folder is synced: every so often, or at times of the day in the organisation's zone.

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof days)[number]

export type Schedule =
  | { every_seconds: number }
  /** `HH:mm`; without `days`, on all of them. */
  | { times: string[]; days?: Day[] | undefined }

/** Of an interval: folders of many organisations are not all synced at the same moment. */
const jitterShare = 0.1
/** After a time of the day, which many choose alike. */
const jitterMsMax = 60_000
const daysAhead = 8
const retryMsLeast = 15_000
const retryMsMost = 3_600_000

/** `random`: from 0 up to 1. */
export function nextSync(schedule: Schedule, timeZone: string, now: Date, random = Math.random()): Date {
  if ('every_seconds' in schedule) {
    return later(now, schedule.every_seconds * 1000 * (1 + jitterShare * (2 * random - 1)))
  }
  const from = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  const wanted = schedule.days ?? days
  const found = Array.from({ length: daysAhead }, (_, ahead) => from.toPlainDate().add({ days: ahead }))
    .filter((date) => wanted.includes(days[date.dayOfWeek - 1] as Day))
    // A time that the clocks leave out is an hour later.
    .flatMap((date) => schedule.times.map((time) => date.toZonedDateTime({ timeZone, plainTime: time })))
    .map((at) => at.epochMilliseconds)
    .filter((at) => at > now.getTime())
  return later(new Date(Math.min(...found)), jitterMsMax * random)
}

/** After so many failures in a row: 15 s, doubled each time, up to an hour. */
export const retryAt = (failures: number, now: Date, random = Math.random()): Date =>
  later(now, Math.min(retryMsLeast * 2 ** Math.min(failures - 1, 20), retryMsMost) * (1 - jitterShare * random))

export const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms)
