// What a claim reads: the front of each queue and no more, however long the queues are and however much of them is dead
// rows. A plan that reads a backlog whole is the known way in which such queues collapse.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { runRaw } from '../../platform/db/db.ts'
import { claimQuery, pinPlans } from './claim.ts'
import { noteFronts } from './fronts.ts'

const url = 'http://127.0.0.1:9/'
const events = 10_000

async function fill(outbox: Outbox, orgId: string, endpointId: string, count: number, dueIn: string): Promise<void> {
  await sql`
    insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, next_at, created_at)
    select ${orgId}, ${endpointId}, new_id(), e.seq, e.occurred_at, clock_timestamp() + ${dueIn}::interval, now()
    from generate_series(1, ${count}::int) n
    join events e on e.org_id = ${orgId} and e.seq = n % ${events}::int + 1`.execute(outbox.db)
}

test('a claim reads the front of each queue only: empty, with 60,000 waiting, and among ten times as many dead rows', async () => {
  const outbox = await openOutbox({ connectionsMax: 1 })
  const { db } = outbox
  try {
    const orgId = await outbox.org()
    const flooded = (await outbox.endpoint(orgId, { url })).endpoint.id
    const quiet: string[] = []
    for (let n = 0; n < 30; n += 1) quiet.push((await outbox.endpoint(orgId, { url })).endpoint.id)
    await sql`alter table deliveries set (autovacuum_enabled = off)`.execute(db)
    await sql`
      insert into events (org_id, seq, previous_seq, id, type, conversation_id, data, occurred_at)
      select ${orgId}, n, n - 1, gen_random_uuid(), 'call.received', gen_random_uuid(), '{}', now()
      from generate_series(1, ${events}::int) n`.execute(db)

    const query = claimQuery({ limit: 100, leaseMs: 1 }).compile(db)
    const planned = async () => {
      const rows = await db.transaction().execute(async (tx) => {
        await pinPlans(tx)
        const explain = `explain (analyze, buffers, format json) ${query.sql}`
        return (await runRaw(tx, explain, [...query.parameters])).rows
      })
      const text = JSON.stringify(rows)
      const [, hit, read] = /"Shared Hit Blocks":(\d+),"Shared Read Blocks":(\d+)/.exec(text) ?? []
      return { text, blocks: Number(hit) + Number(read) }
    }
    const check = async (stage: string, blocksMax: number) => {
      // The first one after many rows have died marks them, so that those after it need not look at them again.
      await planned()
      const { text, blocks } = await planned()
      for (const relation of ['deliveries', 'events']) {
        const isScanned = new RegExp(`"Node Type":"Seq Scan"[^}]*"Relation Name":"${relation}`).test(text)
        assert.ok(!isScanned || stage === 'empty', `${stage}: ${relation} is read whole`)
      }
      assert.ok(blocks > 0 && blocks < blocksMax, `${stage}: a claim read ${blocks} blocks`)
      console.log(`${stage}: a claim reads ${blocks} blocks`)
    }

    await check('empty', 200)
    await fill(outbox, orgId, flooded, 60_000, '-1 minute')
    for (const [index, id] of quiet.entries()) await fill(outbox, orgId, id, 20, index % 2 ? '1 hour' : '-1 second')
    await check('60,000 waiting, no statistics', 4000)
    await sql`analyze deliveries, events, webhook_endpoints, delivery_lanes`.execute(db)
    await check('60,000 waiting', 4000)
    await sql`delete from deliveries where endpoint_id = ${flooded} and event_seq % 11 <> 0`.execute(db)
    await check('a tenth left among dead rows', 8000)
    await sql`delete from deliveries d where endpoint_id = ${flooded} and next_at < (
      select percentile_disc(0.9) within group (order by next_at) from deliveries where endpoint_id = ${flooded})`.execute(
      db,
    )
    await db.transaction().execute(async (tx) => {
      await pinPlans(tx)
      await noteFronts(tx, { isAnew: false })
    })
    await check('behind 59,000 dead rows', 600)
  } finally {
    await outbox.close()
  }
})
