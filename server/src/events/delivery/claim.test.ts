// The queue by itself: who gets what, when, and how much. What is sent is delivery.test.ts.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { type Claimed, claimDue } from './claim.ts'
import { holdQueue } from './lock.ts'
import type { Attempt, Verdict } from './settle.ts'
import { turns } from './turn.ts'

const attempt: Attempt = {
  startedAt: new Date(),
  durationMs: 1,
  url: 'http://127.0.0.1:9/',
  requestBytes: 1,
  status: 204,
  error: null,
  fingerprint: null,
  response: '',
  responseHeaders: null,
  timings: null,
}
const leaseMs = 60_000
const url = 'http://127.0.0.1:9/'
const delivered: Verdict = { state: 'delivered', attempt }

describe('claim', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox()
  })
  after(() => outbox.close())

  const claim = (limit = 100, forMs = leaseMs) =>
    outbox.db.transaction().execute(async (tx) => {
      await holdQueue(tx)
      return claimDue(tx, { limit, leaseMs: forMs })
    })
  const claimed = async (limit?: number, forMs?: number) => (await claim(limit, forMs)).claimed
  const end = async (due: Claimed, verdict: Verdict = delivered) => {
    const take = turns(outbox.db, async () => {})
    const { late } = await take({ ended: [{ due, verdict, outcome: null }], limit: 0, leaseMs })
    return late.length === 0
  }
  const endAll = async (all: Claimed[]) => {
    for (const one of all) assert.ok(await end(one))
  }
  const set = (endpointId: string, columns: Record<string, unknown>) =>
    outbox.db.updateTable('webhook_endpoints').set(columns).where('id', '=', endpointId).execute()
  const setLane = (endpointId: string, columns: Record<string, unknown>) =>
    outbox.db.updateTable('delivery_lanes').set(columns).where('endpoint_id', '=', endpointId).execute()
  const many = (n: number, type = 'call.completed' as const) => Array.from({ length: n }, () => ({ type }))

  test('a late outcome changes nothing; the outcome of the present holder counts, once', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await outbox.emit(orgId, { type: 'call.completed' })
    const [early] = await claimed(10, 1)
    await delay(20)
    const [late] = await claimed()
    assert.ok(early && late)
    assert.equal(early.id, late.id)
    assert.deepEqual([early.lost_leases, late.lost_leases], [0, 1])
    assert.deepEqual(await claimed(), [])

    const stored = async () => (await sql`select * from deliveries where endpoint_id = ${id}`.execute(outbox.db)).rows
    const untouched = await stored()
    for (const verdict of [
      delivered,
      { state: 'dead', attempt },
      { state: 'waiting', attempt, waitMs: 5 },
      { state: 'waiting', attempt: null },
      { state: 'dead', attempt: null, why: 'x', fingerprint: 'x' },
      { state: 'discarded', attempt: null, why: 'x' },
      { state: 'unwanted', attempt: null },
    ] satisfies Verdict[]) {
      assert.equal(await end(early, verdict), false)
    }
    assert.deepEqual(await stored(), untouched)
    assert.equal((await outbox.log(orgId, id))[0]?.attempts.length, 0)

    assert.equal(await end(late), true)
    assert.equal(await end(late), false)
    const [delivery] = await outbox.log(orgId, id)
    assert.deepEqual([delivery?.status, delivery?.attempts.length], ['delivered', 1])
  })

  test('a sender that leased the same delivery twice, and tells of both in one turn, is heard once', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await outbox.emit(orgId, { type: 'call.completed' })
    const [early] = await claimed(10, 1)
    await delay(20)
    const [late] = await claimed()
    assert.ok(early && late)
    const take = turns(outbox.db, async () => {})
    const outcome = { kind: 'failed' as const }
    const verdict: Verdict = { state: 'waiting', attempt, waitMs: 5 }
    const ended = [early, late].map((due) => ({ due, verdict, outcome }))
    const turn = await take({ ended, limit: 0, leaseMs })
    assert.deepEqual(
      turn.late.map(({ lease_token }) => lease_token),
      [early.lease_token],
    )
    const [lane] = await outbox.db
      .selectFrom('delivery_lanes')
      .select('failures')
      .where('endpoint_id', '=', id)
      .execute()
    assert.equal(lane?.failures, 1)
    await outbox.db.deleteFrom('deliveries').where('endpoint_id', '=', id).execute()
  })

  test('the clock of the database was set back by an hour: what waited, waits no longer for it', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await outbox.emit(orgId, ...many(2))
    const [one] = await claimed(1)
    // As it looks from an hour before.
    await sql`update deliveries set next_at = next_at + interval '1 hour',
      lease_until = lease_until + interval '1 hour' where endpoint_id = ${id}`.execute(outbox.db)
    await sql`update delivery_clock set seen_at = clock_timestamp() + interval '1 hour'`.execute(outbox.db)
    const take = turns(outbox.db, async () => {})
    const { claimed: next } = await take({ ended: [], limit: 10, leaseMs })
    assert.equal(next.length, 1, 'the other; the first is still leased')
    assert.notEqual(next[0]?.id, one?.id)
    const { rows } = await sql<{ s: number }>`
      select extract(epoch from max(lease_until) - clock_timestamp())::float8 as s from deliveries
      where id = ${one?.id}`.execute(outbox.db)
    assert.ok((rows[0]?.s as number) > 30 && (rows[0]?.s as number) <= leaseMs / 1000 + 1, `${rows[0]?.s} s`)
    await endAll([one as Claimed, ...next])
  })

  test('many senders at once never lease the same delivery; an endpoint has four in flight, an organisation 32', async () => {
    const orgId = await outbox.org()
    const ids: string[] = []
    for (let n = 0; n < 10; n += 1) ids.push((await outbox.endpoint(orgId, { url })).endpoint.id)
    await outbox.emit(orgId, ...many(12))
    const done = new Set<string>()
    while (done.size < 120) {
      const found = (await Promise.all(Array.from({ length: 6 }, () => claimed(10)))).flat()
      assert.ok(found.length > 0)
      if (done.size === 0) assert.equal(found.length, 32)
      for (const id of ids) assert.ok(found.filter(({ endpoint_id }) => endpoint_id === id).length <= 4)
      for (const { id } of found) {
        assert.ok(!done.has(id))
        done.add(id)
      }
      await endAll(found)
    }
  })

  test('organisations take turns, and the oldest of each comes first', async () => {
    const orgs = await Promise.all([outbox.org(), outbox.org(), outbox.org()])
    for (const [index, orgId] of orgs.entries()) {
      await outbox.endpoint(orgId, { url })
      await outbox.emit(orgId, ...many(index === 0 ? 6 : 2))
    }
    const first = await claimed(3)
    assert.deepEqual(first.map(({ org_id }) => org_id).sort(), orgs.toSorted())
    const second = await claimed(3)
    assert.deepEqual(second.map(({ org_id }) => org_id).sort(), orgs.toSorted())
    for (const orgId of orgs) {
      const [one, two] = [first, second].map((found) => found.find(({ org_id }) => org_id === orgId)?.seq as number)
      assert.ok((one as number) < (two as number))
    }
    await endAll([...first, ...second])
    await endAll(await claimed())
  })

  test('an endpoint that is not active, was asked for quiet, or whose breaker is open gets nothing; all of it waits', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await outbox.emit(orgId, ...many(3))
    for (const status of ['paused', 'disabled', 'unverified'] as const) {
      await set(id, { status })
      assert.deepEqual(await claimed(), [], status)
      assert.ok((await outbox.log(orgId, id)).every((one) => one.status === 'held' && one.next_attempt_at === null))
    }
    await set(id, { status: 'active' })
    await setLane(id, { blocked_until: new Date(Date.now() + 60_000) })
    assert.deepEqual(await claimed(), [])
    await setLane(id, { blocked_until: new Date(0), breaker: 'open', open_until: new Date(Date.now() + 60_000) })
    assert.deepEqual(await claimed(), [])
    await setLane(id, { open_until: new Date(Date.now() - 1) })
    const probes = (await Promise.all(Array.from({ length: 5 }, () => claimed()))).flat()
    assert.equal(probes.length, 1, 'one probe, whoever asks')
    const take = turns(outbox.db, async () => {})
    const ended = probes.map((due) => ({ due, verdict: delivered, outcome: { kind: 'ok' as const } }))
    const next = await take({ ended, limit: 100, leaseMs })
    assert.equal(next.claimed.length, 2, 'then two')
    await endAll(next.claimed)
  })

  test('a rate is kept: the burst of a second, then one after the other', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await set(id, { rate_per_s: 2 })
    await outbox.emit(orgId, ...many(6))
    assert.equal((await claimed()).length, 2)
    const { claimed: none, pacedMs } = await claim()
    assert.deepEqual(none, [])
    assert.ok(pacedMs !== null && pacedMs > 100 && pacedMs <= 500, String(pacedMs))
    await delay(pacedMs + 20)
    assert.equal((await claimed()).length, 1)
    assert.equal((await claimed()).length, 0)
    await set(id, { status: 'paused' })
  })

  test('in order: one of a key at a time, others pass, and what waits behind a failure waits as long', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await set(id, { ordering: 'conversation' })
    const [a, b] = ['0199b1f2-0000-7abc-8def-00000000000a', '0199b1f2-0000-7abc-8def-00000000000b']
    const said = (conversationId: string) => ({ type: 'call.updated' as const, conversationId })
    await outbox.emit(orgId, said(a), said(a), said(b), said(a))
    const first = await claimed()
    assert.deepEqual(first.map(({ conversation_id }) => conversation_id).sort(), [a, b])
    assert.deepEqual(await claimed(), [])
    const [ofA, ofB] = [a, b].map((one) => first.find(({ conversation_id }) => conversation_id === one) as Claimed)
    await end(ofB as Claimed)
    await end(ofA as Claimed, { state: 'waiting', attempt, waitMs: 300 })
    await outbox.emit(orgId, said(b))
    const second = await claimed()
    assert.deepEqual(
      second.map(({ conversation_id }) => conversation_id),
      [b],
    )
    await endAll(second)
    await delay(350)
    for (const seq of [0, 1, 2]) {
      const [one, ...others] = await claimed()
      assert.deepEqual([one?.conversation_id, others.length], [a, 0], `turn ${seq}`)
      await end(one as Claimed)
    }
    assert.deepEqual(await claimed(), [])
  })

  test('an event that is not wanted leaves no trace; a discarded one says why', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    await outbox.emit(orgId, ...many(2))
    const [one, two] = await claimed()
    await end(one as Claimed, { state: 'unwanted', attempt: null })
    await end(two as Claimed, { state: 'discarded', attempt: null, why: 'Because.' })
    const log = await outbox.log(orgId, id)
    assert.deepEqual(
      log.map(({ status, error, attempts }) => [status, error, attempts.length]),
      [['discarded', 'Because.', 0]],
    )
  })
})
