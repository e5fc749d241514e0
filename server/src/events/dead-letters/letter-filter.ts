// Which dead letters are meant: by endpoint, by what they died of, by type of event, and by when they died.

import { type RawBuilder, sql } from 'kysely'
import { type Static, Type } from 'typebox'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { EventType } from '../catalog/catalog.ts'
import { readTypes } from '../log/log-page.ts'

export type LetterFilter = {
  endpointId?: string | undefined
  fingerprint?: string | undefined
  types?: readonly EventType[] | undefined
  /** When they died: from then on, and before. */
  since?: Date | undefined
  until?: Date | undefined
}

const text = (description: string, maxLength: number) => Type.Optional(Type.String({ maxLength, description }))

export const filterFields = {
  endpoint_id: text('`webhook_id` of an endpoint', 200),
  fingerprint: text('As the groups tell it', 500),
  event_type: text('One or more, separated by commas; `call.*`', 2000),
  since: Type.Optional(Type.String({ format: 'date-time', description: 'Died at this time or later' })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Died before this time' })),
}
const asGiven = Type.Object(filterFields)

/** @throws Problem('invalid') that names the field; Problem('not_found') for an id that is none */
export function readLetterFilter(given: Static<typeof asGiven>): LetterFilter {
  const { endpoint_id, fingerprint, event_type } = given
  const filter = {
    endpointId: endpoint_id === undefined ? undefined : requireUuid(endpoint_id).toLowerCase(),
    fingerprint,
    types: event_type === undefined ? undefined : readTypes(event_type, 'event_type'),
    since: readTime('since', given.since),
    until: readTime('until', given.until),
  }
  // JSON and query strings alike can hold what PostgreSQL cannot.
  if (fingerprint?.includes('\0') || fingerprint?.isWellFormed() === false) throw invalid('fingerprint', 'is not text')
  return filter
}

/** The same again, for the table of runs. */
export const storedFilter = ({ endpointId, since, until, ...rest }: LetterFilter): object => ({
  ...rest,
  endpointId,
  since: since?.toISOString(),
  until: until?.toISOString(),
})

export function filterOfStored(stored: unknown): LetterFilter {
  const { since, until, ...rest } = stored as LetterFilter & { since?: string; until?: string }
  const times = { ...(since ? { since: new Date(since) } : {}), ...(until ? { until: new Date(until) } : {}) }
  return { ...(rest as LetterFilter), ...times }
}

/** Of rows `d` of the log of deliveries; the type is the event's. */
export function conditions(
  orgId: string,
  { endpointId, fingerprint, since, until }: LetterFilter,
): RawBuilder<boolean> {
  const parts = [
    sql`d.org_id = ${orgId} and d.state = 'dead'`,
    ...(endpointId === undefined ? [] : [sql`d.endpoint_id = ${endpointId}`]),
    ...(fingerprint === undefined ? [] : [sql`d.fingerprint = ${fingerprint}`]),
    ...(since === undefined ? [] : [sql`d.finished_at >= ${since}`]),
    ...(until === undefined ? [] : [sql`d.finished_at < ${until}`]),
  ]
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

function readTime(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw invalid(field, 'must be a time such as 2026-03-05T08:00:00Z')
  return time
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
