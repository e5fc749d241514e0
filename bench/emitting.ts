// Events at a fixed rate, whatever becomes of them (an open model): emitted as ingest does, by transactions that whatever
// arrives meanwhile shares, each safe on the disk.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { emit, takeSequence } from '../server/src/events/outbox.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { groupCommit } from '../server/src/platform/db/group-commit.ts'
import { callData } from './call-data.ts'
import { now } from './clock.ts'
import type { Bench, Queue } from './deliveries.ts'
import { keyOf, type Sink } from './sink.ts'

export type Emitted = {
  /** How the sink knows it. */
  key: string
  /** When it should have begun. */
  dueAt: number
  /** When its COMMIT was sent: what the commit itself takes counts as part of the wait. */
  commitAt: number
}
export type Emitter = {
  /** One event after the other to the queues in turn, each the only one of its organisation. */
  run(queues: Queue[], input: { perSecond: number; seconds: number }): Promise<Emitted[]>
  stop(): Promise<void>
}

export function openEmitter(bench: Bench): Emitter {
  const db = openDb({ url: bench.url, connectionsMax: 4 })
  const commit = groupCommit<Queue, { seq: number; commitAt: number }>(
    db,
    ({ orgId }) => orgId,
    async (tx, queues) => {
      const seqs = await takeSequence(
        tx,
        queues.map(({ orgId }) => orgId),
      )
      const events = queues.map(({ orgId }, index) => {
        const conversationId = randomUUID()
        const data = callData(conversationId)
        return { orgId, seq: seqs[index] as number, type: 'call.completed' as const, conversationId, data }
      })
      await emit(tx, events)
      const commitAt = now()
      return events.map(({ seq }) => ({ seq, commitAt }))
    },
  )

  return {
    async run(queues, { perSecond, seconds }) {
      const sent = await atRate(perSecond, seconds, async (index, dueAt) => {
        const queue = queues[index % queues.length] as Queue
        return { ...(await commit(queue)), queue, dueAt }
      })
      const since = Math.min(...sent.map(({ dueAt }) => dueAt)) - 1000
      const { rows } = await sql<{ org_id: string; seq: number; id: string }>`
        select org_id, seq, id from events where occurred_at >= ${new Date(since).toISOString()}::timestamptz`.execute(
        bench.db,
      )
      const ids = new Map(rows.map(({ org_id, seq, id }) => [`${org_id} ${seq}`, id]))
      return sent.map(({ queue, seq, dueAt, commitAt }) => ({
        key: keyOf(queue.path, ids.get(`${queue.orgId} ${seq}`) as string),
        dueAt,
        commitAt,
      }))
    },
    stop: () => db.destroy(),
  }
}

/** Begins each at its time, though those before it have not ended. */
export async function atRate<Result>(
  perSecond: number,
  seconds: number,
  begin: (index: number, dueAt: number) => Promise<Result>,
): Promise<Result[]> {
  const startedAt = now()
  const count = perSecond * seconds
  const begun: Promise<Result>[] = []
  while (begun.length < count) {
    const isDue = () => startedAt + (begun.length * 1000) / perSecond <= now()
    while (begun.length < count && isDue())
      begun.push(begin(begun.length, startedAt + (begun.length * 1000) / perSecond))
    await delay(1)
  }
  return Promise.all(begun)
}

export const keysOf = (sent: Pick<Emitted, 'key'>[]): string[] => sent.map(({ key }) => key)

const lateMs = 30_000

/**
 * When each of them came, in their order; waits for the last ones. The sink knows of nothing but them.
 * @throws when one was lost, doubled or badly signed
 */
export async function arrivalsOf(sink: Sink, keys: string[]): Promise<number[]> {
  const until = now() + lateMs
  let receipts = await sink.receipts()
  while (receipts.distinct < keys.length && now() < until) {
    await delay(20)
    receipts = await sink.receipts()
  }
  const arrivals = await sink.arrivals()
  const lost = keys.filter((key) => !arrivals.has(key)).length
  const doubled = receipts.count - receipts.distinct
  if (lost + doubled + receipts.forged > 0 || receipts.distinct !== keys.length)
    throw new Error(
      `of ${keys.length} deliveries ${lost} were lost, ${doubled} doubled, ${receipts.forged} badly signed`,
    )
  return keys.map((key) => arrivals.get(key) as number)
}
