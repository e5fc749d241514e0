// An event log of its own for a test: a database with organisations, events that are emitted by hand, and made-up months.

import { sql } from 'kysely'
import { createOrg } from '../src/access/index.ts'
import { declarationOf, type EventType } from '../src/events/catalog/catalog.ts'
import { readLogQuery, readPage } from '../src/events/log/log-page.ts'
import type { LogEvent } from '../src/events/log/read-log.ts'
import { emit, type NewEvent, takeSequence } from '../src/events/outbox.ts'
import { openDb } from '../src/platform/db/db.ts'
import type { Principal } from '../src/platform/http/route.ts'
import { newId } from '../src/platform/ids.ts'
import { freshDatabase } from './database.ts'

export type EventLog = Awaited<ReturnType<typeof openEventLog>>

export async function openEventLog() {
  const database = await freshDatabase()
  const db = openDb({ url: database.url, connectionsMax: 12, as: 'owner' })
  return {
    db,
    org: async () => (await createOrg(db, { name: 'Test' })).id,
    /** One transaction: a type is an event of it, null a change that is none. @returns the numbers of the events */
    write: (orgId: string, changes: (EventType | null)[], conversationId: string = newId()) =>
      db.transaction().execute(async (tx) => {
        const seqs = await takeSequence(
          tx,
          changes.map(() => orgId),
        )
        const events = changes.flatMap((type, index): NewEvent[] => {
          if (type === null) return []
          const { scope, example } = declarationOf(type)
          const told = { orgId, seq: seqs[index] as number, type, data: example }
          return [{ ...told, conversationId: scope === 'conversation' ? conversationId : null } as NewEvent]
        })
        await emit(tx, events)
        return events.map(({ seq }) => seq)
      }),
    page: (orgId: string, query: Parameters<typeof readLogQuery>[0]) =>
      readPage(db, async (_db, _by, events) => events, reader(orgId), readLogQuery(query)),
    /** Page by page to the end, as a reader does. */
    async all(orgId: string, query: Parameters<typeof readLogQuery>[0] = {}) {
      const found: LogEvent[] = []
      let pages = 0
      for (let after = query.after; ; ) {
        const page = await this.page(orgId, { ...query, after })
        pages += 1
        found.push(...page.events)
        if (!page.hasMore) return { events: found, pages, nextAfter: page.nextAfter }
        after = page.nextAfter
      }
    },
    /** So many events of the month, and of each tenth `alert.opened`; numbers go on from `first`, every second one. */
    async fillMonth(orgId: string, month: string, input: { first: number; count: number }) {
      const { first, count } = input
      await sql`call make_month('events', ${month}::date)`.execute(db)
      await sql`
        insert into events (org_id, seq, previous_seq, id, type, conversation_id, data, occurred_at)
        select ${orgId}::uuid, ${first}::bigint + n * 2, case when n = 0 then greatest(${first}::bigint - 2, 0)
            else ${first}::bigint + n * 2 - 2 end, gen_random_uuid(),
          case when n % 10 = 9 then 'alert.opened' else 'call.completed' end,
          case when n % 10 = 9 then null else gen_random_uuid() end,
          json_build_object('title', 'made up', 'value', n),
          (${month}::date + interval '1 minute' * (n * 40000.0 / ${count}::int)) at time zone 'utc'
        from generate_series(0, ${count}::int - 1) n`.execute(db)
      const last = first + (count - 1) * 2
      await sql`
        insert into event_counters (org_id, seq, event_seq) values (${orgId}, ${last}, ${last})
        on conflict (org_id) do update set seq = excluded.seq, event_seq = excluded.event_seq`.execute(db)
      return last
    },
    async close() {
      await db.destroy()
      await database.drop()
    },
  }
}

const reader = (orgId: string): Principal => ({
  actor: 'key:of-a-test',
  orgId,
  isAdmin: false,
  scopes: ['events:read'],
  reach: 'all',
})
