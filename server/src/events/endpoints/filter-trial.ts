// What a filter would have done to the events of late.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { type EventType, eventTypes, filtersOf } from '../catalog/catalog.ts'
import { eventFilter } from '../event-filter.ts'
import type { EventEnvelope } from '../payload.ts'

const eventsMax = 200
/** Rare types are looked for no further back. */
const lookedThroughMax = 5000
const samplesMax = 5

type StoredEvent = Pick<EventEnvelope, 'id' | 'seq' | 'previous_seq' | 'data'> & { type: EventType; occurred_at: Date }

/** @throws Problem('invalid', 'invalid_filter') with the position of the mistake */
export async function tryFilter(
  db: Db,
  orgId: string,
  { events, filter }: { events: string[]; filter: string },
): Promise<{ looked_at: number; matched: number; samples: object[] }> {
  const matches = eventFilter(filter)
  const types = eventTypes.filter((type) => filtersOf(type).some((name) => events.includes(name)))
  const { rows } = await sql<StoredEvent>`
    select * from (
      select id, seq, previous_seq, type, data, occurred_at from events
      where org_id = ${orgId} order by seq desc limit ${lookedThroughMax}
    ) late
    where type = any (${types}) order by seq desc limit ${eventsMax}`.execute(db)
  const found = rows
    .map(({ occurred_at, ...row }): EventEnvelope => {
      return { ...row, version: '1', occurred_at: occurred_at.toISOString(), org_id: orgId }
    })
    .filter(matches)
  const samples = found
    .slice(0, samplesMax)
    .map(({ id, type, occurred_at, seq, data }) => ({ id, type, occurred_at, seq, data }))
  return { looked_at: rows.length, matched: found.length, samples }
}
