// A page of the event log for somebody: those events that they asked for, as they may see them, and where to go on.

import type { Db } from '../../platform/db/db.ts'
import { pageSize } from '../../platform/http/paging.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { type EventType, eventFilters, eventTypes, filtersOf } from '../catalog/catalog.ts'
import { type EventFilter, eventFilter } from '../event-filter.ts'
import { type LogEvent, readSlice } from './read-log.ts'

/** Hides personal data from who may not see it; told by the slice that knows whose data it is. */
export type AsSeenBy = (db: Db, by: Principal, events: LogEvent[]) => Promise<LogEvent[]>

export type LogQuery = {
  after: number | null
  limit: number
  types: readonly EventType[] | undefined
  matches: EventFilter | undefined
  conversationId: string | undefined
}

export type LogPage = { events: LogEvent[]; nextAfter: number; hasMore: boolean; highestSeq: number }

/** Rows that one request looks at, whatever fits. */
export const scannedMax = 5000
const batchRows = 500

/** @throws Problem('invalid') that names the parameter which cannot be used */
export function readLogQuery(query: {
  after?: number | undefined
  limit?: number | undefined
  types?: string | undefined
  filter?: string | undefined
  conversation_id?: string | undefined
}): LogQuery {
  return {
    after: query.after ?? null,
    limit: pageSize(query.limit),
    types: query.types === undefined ? undefined : readTypes(query.types),
    matches: query.filter === undefined ? undefined : eventFilter(query.filter),
    conversationId: query.conversation_id,
  }
}

/** @throws Problem('invalid', 'unknown_event') that names the field */
export function readTypes(text: string, field = 'types'): EventType[] {
  const asked = text.split(',').map((one) => one.trim())
  const unknown = asked.find((one) => !eventFilters.has(one))
  if (unknown !== undefined) {
    const known = [...eventFilters].sort().join(', ')
    const detail = `${field}: there is no event "${unknown.slice(0, 100).toWellFormed()}". There are ${known}.`
    throw new Problem('invalid', 'unknown_event', detail, { facts: { field } })
  }
  return eventTypes.filter((type) => filtersOf(type).some((one) => asked.includes(one)))
}

/** @throws what readSlice throws */
export async function readPage(db: Db, seenBy: AsSeenBy, by: Principal, query: LogQuery): Promise<LogPage> {
  const { limit, types, matches, conversationId } = query
  const { orgId } = by
  // Where each row fits, one more than asked for tells whether another follows.
  const rowsAtOnce = types || matches ? batchRows : limit + 1
  const found: LogEvent[] = []
  let after = query.after
  for (let scanned = 0; ; ) {
    const slice = await readSlice(db, { orgId, after, limit: rowsAtOnce, types, conversationId })
    const { highestSeq, lastSeq, seen } = slice
    for (const event of await seenBy(db, by, slice.events)) {
      // What is masked for somebody cannot be found by them either.
      if (matches && !matches(event)) continue
      const last = found.at(-1)
      if (last && found.length === limit) return { events: found, nextAfter: last.seq, hasMore: true, highestSeq }
      found.push(event)
    }
    if (seen < rowsAtOnce) {
      return { events: found, nextAfter: Math.max(after ?? 0, highestSeq), hasMore: false, highestSeq }
    }
    after = lastSeq
    scanned += seen
    if (scanned >= scannedMax) return { events: found, nextAfter: after ?? 0, hasMore: true, highestSeq }
  }
}
