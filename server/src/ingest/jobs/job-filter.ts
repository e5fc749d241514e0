// Which ingest jobs a list is to show, as its query says.

import { type Static, Type } from 'typebox'
import { readDate } from '../../platform/dates.ts'
import { isUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { jobAnswer } from './job-views.ts'
import type { JobFilter } from './jobs.ts'

const text = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }))

export const filterQuery = {
  state: Type.Optional(jobAnswer.properties.state),
  source: Type.Optional(jobAnswer.properties.source),
  source_id: text('Of a remote folder or a watcher'),
  from: text('Not made before; ISO 8601'),
  to: text('Made before; a date alone includes its whole day'),
}
const query = Type.Object(filterQuery)

/** @throws Problem('invalid') for a date or an id that is none: a filter that is left out would show everything */
export function readFilter(given: Static<typeof query>, timeZone: string): Omit<JobFilter, 'actor'> {
  const { state, source, source_id: sourceId, from, to } = given
  if (sourceId !== undefined && !isUuid(sourceId)) throw invalid('source_id', 'source_id must be a UUID.')
  return {
    state,
    source,
    sourceId,
    from: from === undefined ? undefined : moment('from', from, timeZone).at,
    to: to === undefined ? undefined : endOf(moment('to', to, timeZone), timeZone),
  }
}

function moment(field: string, value: string, timeZone: string) {
  const reading = readDate(value, { timeZone, now: new Date() })
  if (reading.isReadable) return reading
  throw invalid(field, `${field} could not be read as a date. Send ISO 8601, such as 2024-01-15T10:30:00Z.`)
}

function endOf({ at, isDateOnly }: ReturnType<typeof readDate>, timeZone: string): Date {
  if (!isDateOnly) return at
  const day = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone)
  return new Date(day.add({ days: 1 }).epochMilliseconds)
}

const invalid = (field: string, detail: string) =>
  new Problem('invalid', 'invalid_request', detail, { facts: { field } })
