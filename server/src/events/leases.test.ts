import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { startScriptedReceiver } from '../../test/fakes/scripted-receiver.ts'
import { type Outbox, openOutbox } from '../../test/outbox.ts'
import { runRaw } from '../platform/db/db.ts'
import { type Attempt, type Leased, leaseDue, leaseQuery, settle } from './leases.ts'

const attempt: Attempt = {
  startedAt: new Date(),
  durationMs: 1,
  status: 204,
  error: null,
  response: '',
  timings: null,
}
const leaseMs = 60_000

describe('leases', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox()
  })
  after(() => outbox.close())

  const settleAll = async (leased: Leased[]) => {
    for (const one of leased) assert.ok(await settle(outbox.db, one, { state: 'delivered', attempt }))
  }

  test('a late outcome changes nothing; the outcome of the present holder counts, once', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/' })).endpoint
    await outbox.emit(orgId, { type: 'call.completed' })
    const [early] = await leaseDue(outbox.db, { limit: 10, leaseMs: 1 })
    await delay(20)
    const [late] = await leaseDue(outbox.db, { limit: 10, leaseMs })
    assert.ok(early && late)
    assert.equal(early.id, late.id)
    assert.deepEqual([early.attempt, late.attempt], [1, 2])
    assert.deepEqual(await leaseDue(outbox.db, { limit: 10, leaseMs }), [])

    const stored = async () => (await sql`select * from deliveries where endpoint_id = ${id}`.execute(outbox.db)).rows
    const untouched = await stored()
    for (const outcome of [
      { state: 'delivered', attempt },
      { state: 'dead', attempt },
      { state: 'pending', attempt, waitMs: 5 },
      { state: 'pending', attempt: null },
      { state: 'dead', attempt: null, error: 'x' },
    ] as const) {
      assert.equal(await settle(outbox.db, early, outcome), false)
    }
    assert.deepEqual(await stored(), untouched)
    assert.equal((await outbox.log(orgId, id))[0]?.attempts.length, 0)

    assert.equal(await settle(outbox.db, late, { state: 'delivered', attempt }), true)
    assert.equal(await settle(outbox.db, late, { state: 'delivered', attempt }), false)
    const [delivery] = await outbox.log(orgId, id)
    assert.deepEqual([delivery?.status, delivery?.attempts.length], ['delivered', 1])
  })

  test('many senders at once never lease the same delivery, and an endpoint has four in flight in all', async () => {
    const orgId = await outbox.org()
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) ids.push((await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/' })).endpoint.id)
    await outbox.emit(orgId, ...Array.from({ length: 20 }, () => ({ type: 'call.completed' as const })))
    const done = new Set<string>()
    while (done.size < 60) {
      const found = (
        await Promise.all(Array.from({ length: 6 }, () => leaseDue(outbox.db, { limit: 5, leaseMs })))
      ).flat()
      assert.ok(found.length > 0)
      for (const id of ids) assert.ok(found.filter(({ endpoint_id }) => endpoint_id === id).length <= 4)
      for (const { id } of found) {
        assert.ok(!done.has(id))
        done.add(id)
      }
      await settleAll(found)
    }
  })

  test('those with the least in flight come first, then the oldest', async () => {
    const orgId = await outbox.org()
    const ids: string[] = []
    for (const type of ['call.received', 'call.completed', 'call.failed'] as const) {
      ids.push((await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/', events: [type] })).endpoint.id)
      await outbox.emit(orgId, { type }, { type })
    }
    const [first = [], second = []] = [
      await leaseDue(outbox.db, { limit: 3, leaseMs }),
      await leaseDue(outbox.db, { limit: 10, leaseMs }),
    ]
    for (const found of [first, second])
      assert.deepEqual(found.map(({ endpoint_id }) => endpoint_id).sort(), ids.toSorted())
    await settleAll([...first, ...second])
  })

  test('what a killed sender held is sent by another when the lease ends', async () => {
    const leaseMsShort = 1500
    const receiver = await startScriptedReceiver((response, index) => index > 0 && response.writeHead(204).end())
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url: receiver.url })
    const program = join(import.meta.dirname, '../../test/fakes/sender-process.ts')
    const key = Buffer.from(outbox.secretKey).toString('hex')
    const child = fork(program, [outbox.url, key, String(leaseMsShort)], { silent: true })
    try {
      await outbox.emit(orgId, { type: 'call.completed' })
      await receiver.count(1)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const killedAt = performance.now()
      outbox.startSender()
      await receiver.count(2)
      const tookMs = performance.now() - killedAt
      assert.ok(tookMs < leaseMsShort + 1500, `${tookMs} ms`)
      const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
      assert.equal(ids[0], ids[1])
      const [delivery] = await outbox.logWhen(orgId, endpoint.id, ([one]) => one?.status === 'delivered')
      assert.equal(delivery?.attempt_count, 2)
      assert.equal(delivery?.attempts.length, 1)
      console.log(`killed with kill -9, lease ${leaseMsShort} ms: sent again after ${Math.round(tookMs)} ms`)
    } finally {
      child.kill('SIGKILL')
      await receiver.close()
    }
  })

  test('a sender that stops hands back what is in flight, and no attempt is counted', async () => {
    const other = await openOutbox()
    const receiver = await startScriptedReceiver((response, index) => index > 0 && response.writeHead(204).end())
    try {
      const orgId = await other.org()
      const { endpoint } = await other.endpoint(orgId, { url: receiver.url })
      const first = other.startSender()
      await other.emit(orgId, { type: 'call.completed' })
      await receiver.count(1)
      await first.stop(10)
      const [waiting] = await other.log(orgId, endpoint.id)
      assert.deepEqual([waiting?.status, waiting?.attempt_count, waiting?.attempts.length], ['pending', 0, 0])
      other.startSender()
      const [delivery] = await other.logWhen(orgId, endpoint.id, ([one]) => one?.status === 'delivered')
      assert.equal(delivery?.attempt_count, 1)
    } finally {
      await other.close()
      await receiver.close()
    }
  })
})

test('with 100,000 finished and 10,000 waiting deliveries, a claim reads the front of each queue only', async () => {
  const outbox = await openOutbox()
  const { db } = outbox
  try {
    const orgId = await outbox.org()
    const flooded = (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/' })).endpoint.id
    await sql`
      insert into events (org_id, seq, id, type, conversation_id, data, occurred_at)
      select ${orgId}, n, gen_random_uuid(), 'call.received', gen_random_uuid(), '{}', now()
      from generate_series(1, 20000) n`.execute(db)
    const fill = (endpointId: string, count: number, state: string, nextAt: string) =>
      sql`
      insert into deliveries (org_id, id, endpoint_id, event_seq, state, next_at, created_at)
      select ${orgId}, gen_random_uuid(), ${endpointId}, n % 20000 + 1, ${state}, now() + ${nextAt}::interval, now()
      from generate_series(1, ${count}::int) n`.execute(db)
    await fill(flooded, 100_000, 'delivered', '0')
    await fill(flooded, 9000, 'pending', '-1 minute')
    const quiet: string[] = []
    for (let n = 0; n < 50; n += 1) {
      const { id } = (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/' })).endpoint
      await fill(id, 20, 'pending', n < 25 ? '1 hour' : '-1 second')
      if (n >= 25) quiet.push(id)
    }
    const query = leaseQuery({ limit: 32, leaseMs: 45_000 }).compile(db)
    const planned = async (analysing: string) => {
      const { rows } = await runRaw(db, `explain (${analysing}format json) ${query.sql}`, [...query.parameters])
      return JSON.stringify(rows)
    }
    for (const stage of ['without statistics', 'with statistics']) {
      const plan = await planned('')
      assert.ok(/"Index Name":"deliveries_due"/.test(plan), stage)
      for (const relation of ['deliveries', 'events']) {
        const isScanned = new RegExp(`"Node Type":"Seq Scan"[^}]*"Relation Name":"${relation}"`).test(plan)
        assert.ok(!isScanned, `${stage}: ${relation} is read whole`)
      }
      await sql`analyze deliveries, events, webhook_endpoints`.execute(db)
    }

    const tookMs: number[] = []
    const served = new Set<string>()
    for (let round = 0; round < 10; round += 1) {
      const startedAt = performance.now()
      const found = await leaseDue(db, { limit: 32, leaseMs: 45_000 })
      tookMs.push(performance.now() - startedAt)
      for (const one of found) {
        served.add(one.endpoint_id)
        await settle(db, one, { state: 'delivered', attempt })
      }
      if (round === 1)
        assert.ok(
          quiet.every((id) => served.has(id)),
          'each quiet endpoint was served in two rounds',
        )
    }
    assert.ok(served.has(flooded))
    const blocks = /"Shared Hit Blocks":(\d+),"Shared Read Blocks":(\d+)/.exec(await planned('analyze, buffers, '))
    const read = Number(blocks?.[1]) + Number(blocks?.[2])
    assert.ok(read > 0 && read < 3000, `a claim read ${read} blocks`)
    const median = tookMs.toSorted((a, b) => a - b)[5] as number
    console.log(`a claim over 51 queues, 110,000 rows: median ${median.toFixed(1)} ms, ${read} blocks`)
  } finally {
    await outbox.close()
  }
})
