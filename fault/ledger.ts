// Whether what was accepted was told, and what was told was accepted: the database beside what a receiver remembers.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Figure, round } from '../bench/figure.ts'
import type { Load } from './integrators.ts'
import type { Witness } from './witness.ts'

const typesOfAChat = ['chat.received', 'chat.completed']

export type Ledger = {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** As if the time had passed in which others see that a worker is dead: its leases, and its jobs. None may be at work. */
  agePassed(): Promise<void>
  /** Until nothing of the chats waits to be analysed or told. @returns false when for `patienceMs` nothing became less */
  drained(patienceMs: number): Promise<boolean>
  /** `twicePercentMax`: null where nothing was promised. */
  figures(input: { load: Load; witness: Witness; around: string; twicePercentMax: number | null }): Promise<Figure[]>
  close(): Promise<void>
}

/** As the superuser, who sees everybody's rows; each question on a connection of its own, since the database may go. */
export function openLedger(adminUrl: string): Ledger {
  const url = new URL(adminUrl)
  url.pathname = '/indaba'
  const pool = new pg.Pool({ connectionString: url.href, max: 1, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows

  return {
    query,
    async agePassed() {
      await query('update deliveries set lease_until = clock_timestamp() where lease_until is not null')
      await query(`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`)
      await query(`update pgboss.queue set monitor_on = monitor_on - interval '1 minute'`)
    },
    async drained(patienceMs) {
      let [least, until] = [Number.POSITIVE_INFINITY, 0]
      for (;;) {
        const [left] = await query<{ n: number }>(`select
          (select count(*)::int from deliveries)
          + (select count(*)::int from conversations where status in ('queued', 'processing')) as n`)
        const n = left?.n ?? 0
        if (n === 0) return true
        if (n < least) [least, until] = [n, performance.now() + patienceMs]
        if (performance.now() > until) return false
        await delay(200)
      }
    },
    async figures({ load, witness, around, twicePercentMax }) {
      const events = await query<{ id: string; type: string; chat_id: string }>(
        `select id, type, data->>'chat_id' as chat_id from events where type like 'chat.%'`,
      )
      const excused = new Set(
        (
          await query<{ id: string }>(`select e.id from delivery_log d join events e on e.org_id = d.org_id
          and e.seq = d.event_seq where d.state = 'dead'`)
        ).map(({ id }) => id),
      )
      const ofChat = Map.groupBy(events, ({ chat_id }) => chat_id)
      const known = new Set(events.map(({ id }) => id))
      const chats = new Set(load.accepted.map(({ chatId }) => chatId))
      const lost = [...chats].flatMap((chatId) =>
        typesOfAChat.filter((type) => {
          const told = ofChat.get(chatId)?.filter((one) => one.type === type) ?? []
          return told.length !== 1 || told.some(({ id }) => !witness.receipts.has(id) && !excused.has(id))
        }),
      )
      const receipts = [...witness.receipts]
      const strangers = receipts.filter(([id]) => !known.has(id))
      const strangeTypes = [...new Set(strangers.map(([, { type }]) => type))].join(', ') || 'none'
      const again = receipts.reduce((sum, [, { times }]) => sum + times - 1, 0)
      const changed = receipts.filter(([, { isSame }]) => !isSame).length
      const count = (name: string, value: number, from: string): Figure => ({
        ...{ name, value, goal: { atMost: 0 }, unit: 'count', from },
      })
      const twice: Figure = {
        name: 'Sent twice',
        value: receipts.length === 0 ? 0 : (100 * again) / receipts.length,
        goal: { atMost: twicePercentMax ?? 100 },
        unit: '%',
        from: `${again} of ${receipts.length}, by their webhook-id.`,
      }
      const made =
        load.accepted.length === chats.size ? [] : [`${load.accepted.length - chats.size} answers with a known id`]
      const strange = [...load.contradictions, ...made]
      return [
        count(
          'Accepted events that were lost',
          lost.length,
          `${around} ${chats.size} chats were accepted (${load.retries()} requests had to be repeated), ${chats.size * 2} events of them; ${excused.size} are dead letters, ${events.filter(({ type }) => type === 'chat.failed').length} chats failed.`,
        ),
        count(
          'Sent without an event row',
          strangers.length,
          `${receipts.length} events were received; unknown types: ${strangeTypes}.`,
        ),
        ...(twicePercentMax === null ? [] : [twice]),
        count('Sent twice with another body', changed, `${again} of ${receipts.length} came again.`),
        count('Requests that were answered wrongly', strange.length, strange.slice(0, 3).join('; ') || 'None.'),
      ]
    },
    close: () => pool.end(),
  }
}

export const rateOf = (count: number, ms: number): string => `${round((1000 * count) / ms)} a second`
