// Events as rules look at them: read from the log in order of seq, with what their conversation belongs to, and matched
// with the conditions of rules.

import { sql } from 'kysely'
import { type EventFilter, eventFilter } from '../../events/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { namesType } from './matches.ts'
import { joined, type Parts, partsOf, whole } from './parts.ts'
import type { EventRef, EventRule } from './shapes.ts'

export type WatchedEvent = EventRef & {
  occurred_at: Date
  /** Null where no rule asked for its type. */
  data: Record<string, unknown> | null
  agent_id: string | null
  team: string | null
  department: string | null
}

/** What may set alerts apart. None of them is personal data of a customer. */
export const groupFields = [
  'agent_id',
  'team',
  'department',
  'conversation_id',
  'topic',
  'sentiment',
  'type',
  'endpoint_id',
  'connection_id',
  'watcher_id',
  'folder_id',
  'server_id',
  'job_id',
  'kind',
] as const
const keyCharsMax = 200

/** The next `limit` events after a seq. Those of types that nobody asked for come without their data. */
export async function readEvents(
  db: DbOrTx,
  orgId: string,
  after: number,
  limit: number,
  types: string[],
): Promise<WatchedEvent[]> {
  const { rows } = await sql<WatchedEvent>`
    select e.*, c.agent_id, c.team, c.department from (
      select e.id, e.seq, e.type, e.conversation_id, e.occurred_at,
        case when ${types}::text[] && array[e.type, split_part(e.type, '.', 1) || '.*', '*'] then e.data end as data
      from events e where e.org_id = ${orgId} and e.seq > ${after} order by e.seq limit ${limit}) e
    left join conversations c on c.org_id = ${orgId} and c.id = e.conversation_id and e.data is not null
    order by e.seq`.execute(db)
  return rows
}

/**
 * A rule with its condition made ready. @returns the group of an event; null where it does not match
 * @param broken is told of a condition that cannot be read (any more); it matches nothing
 */
export function groupFinder(rule: EventRule, broken: (err: unknown) => void): (event: WatchedEvent) => string | null {
  let fits: EventFilter = () => true
  try {
    if (rule.filter) fits = eventFilter(rule.filter)
  } catch (err) {
    broken(err)
    fits = () => false
  }
  return (event) => {
    const { data } = event
    if (event.seq <= rule.since_seq || !data || !namesType(rule.types, event.type)) return null
    // A message about an alert that did not arrive must not make another alert.
    if (String(data.event_type ?? '').startsWith('alert.') || !fits({ ...event, data })) return null
    return rule.group_by ? keyIn({ ...event, ...data }, rule.group_by) : ''
  }
}

function keyIn(facts: Record<string, unknown>, field: string): string {
  const value = Object.hasOwn(facts, field) ? facts[field] : null
  return value === null || typeof value === 'object'
    ? ''
    : String(value).replaceAll('\0', '').slice(0, keyCharsMax).toWellFormed()
}

/** What the events together concern. */
export const partsOfEvents = (events: WatchedEvent[], before: Parts | null): Parts =>
  events.reduce<Parts | null>((all, event) => joined(all, partsOf(event)), before) ?? whole
