// What the figures of the delivery engine share: a database with organisations and endpoints, and a backlog made by SQL.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { createOrg } from '../server/src/access/index.ts'
import { createEndpoint } from '../server/src/events/endpoints/endpoints.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { callData } from './call-data.ts'
import { cpuMsOfTree } from './cpu.ts'
import { type Sender, secretsFor, startSender } from './delivery-sender.ts'
import { durableDatabase } from './durable-database.ts'

export type Bench = Awaited<ReturnType<typeof openBench>>
export type Queue = { orgId: string; endpointId: string; path: string }

export async function openBench() {
  const database = await durableDatabase()
  const db = openDb({ url: database.url, connectionsMax: 10, as: 'owner' })
  const key = randomBytes(32)
  const secrets = await secretsFor(db, key)
  const senders = new Set<Sender>()

  const queue = async (orgId: string, url: string, events: string[], secret?: string): Promise<Queue> => {
    const { endpoint } = await db
      .transaction()
      .execute((tx) => createEndpoint(tx, secrets, orgId, { url, events, style: 'vela', secret, rate_per_s: null }))
    return { orgId, endpointId: endpoint.id, path: new URL(url).pathname }
  }
  const org = async () => (await createOrg(db, { name: 'Bench' })).id
  const fill = async (queues: Queue[], count: number): Promise<void> => {
    const orgId = queues[0]?.orgId as string
    const data = JSON.stringify(callData(orgId))
    await sql`
      with told as (
        insert into event_counters as c (org_id, seq, event_seq) values (${orgId}, ${count}, ${count})
        on conflict (org_id) do update set seq = c.seq + ${count}, event_seq = c.seq + ${count} returning seq
      ), written as (
        insert into events (org_id, seq, previous_seq, id, type, data, occurred_at)
        select ${orgId}, told.seq - ${count} + n, told.seq - ${count} + n - 1, new_id(), 'call.completed',
          ${data}::json, now()
        from told cross join generate_series(1, ${count}::int) n returning seq
      )
      insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, next_at, created_at)
      select ${orgId}, q.id::uuid, new_id(), written.seq, now(), clock_timestamp(), now()
      from written cross join unnest(${queues.map(({ endpointId }) => endpointId)}::text[]) as q (id)`.execute(db)
  }

  return {
    db,
    url: database.url,
    dir: database.dir,
    org,
    queue,
    /** Organisations with `each` endpoints: `/hook/0`, `/hook/1`, ... of the receiver. */
    async groups(input: { receiver: string; orgs: number; each: number; secret?: string }): Promise<Queue[][]> {
      const groups: Queue[][] = []
      for (let n = 0; n < input.orgs; n += 1) {
        const orgId = await org()
        const queues: Queue[] = []
        for (let e = 0; e < input.each; e += 1) {
          const url = `${input.receiver}/hook/${n * input.each + e}`
          queues.push(await queue(orgId, url, ['call.completed'], input.secret))
        }
        groups.push(queues)
      }
      return groups
    },
    /** `count` events of one organisation, and a delivery of each to each of its queues. */
    fill,
    /** So many deliveries in all, as many for each queue. */
    async backlog(groups: Queue[][], deliveries: number): Promise<void> {
      const events = deliveries / groups.flat().length
      if (!Number.isInteger(events))
        throw new Error(`${deliveries} deliveries do not fill ${groups.flat().length} queues evenly`)
      for (const queues of groups) await fill(queues, events)
    },
    /** So that the figure begins with pages on disk and statistics known, as a program that has run for a while. */
    async settle(): Promise<void> {
      await sql`vacuum analyze`.execute(db)
      await sql`checkpoint`.execute(db).catch(() => {})
    },
    /** Of the whole database, in ms of processor time. */
    async databaseCpuMs(): Promise<number> {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
      const stat = await readFile(`/proc/${rows[0]?.pid}/stat`, 'utf8')
      return cpuMsOfTree(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    },
    async waiting(): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*) as n from deliveries`.execute(db)
      return rows[0]?.n ?? 0
    },
    /** Cheap, so that it can be asked while others work. */
    async isDrained(): Promise<boolean> {
      const { rows } = await sql<{ is_any: boolean }>`select exists (select from deliveries) as is_any`.execute(db)
      return rows[0]?.is_any === false
    },
    /** The deliveries that were logged, with one attempt each, since the beginning. */
    async logged(): Promise<number> {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from delivery_log where state = 'delivered' and json_array_length(attempts) = 1`.execute(
        db,
      )
      return rows[0]?.n ?? 0
    },
    /** `leaseMs`: default that of the engine. */
    async sender(leaseMs?: number): Promise<Sender> {
      const sender = await startSender(database.url, key, leaseMs)
      senders.add(sender)
      return sender
    },
    async stop() {
      for (const one of senders) await one.stop()
      await db.destroy()
      await database.stop()
    },
  }
}
