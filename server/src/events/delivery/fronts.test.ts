// Where queues begin, as lanes remember it: nothing that is to be delivered ever lies before that.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import type { Tx } from '../../platform/db/db.ts'
import { moveBack } from '../dead-letters/replay.ts'
import { emit, takeSequence } from '../outbox.ts'
import { claimDue } from './claim.ts'
import { noteFronts } from './fronts.ts'
import { followClock, holdQueue } from './lock.ts'

const url = 'http://127.0.0.1:9/'

describe('fronts', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox()
  })
  after(() => outbox.close())

  /** @returns the numbers of what was claimed for the organisation */
  const claim = (orgId: string) =>
    outbox.db.transaction().execute(async (tx) => {
      await holdQueue(tx)
      await followClock(tx)
      const { claimed } = await claimDue(tx, { limit: 100, leaseMs: 60_000 })
      return claimed.flatMap(({ org_id, seq }) => (org_id === orgId ? [seq] : []))
    })
  const note = (isAnew = false) => outbox.db.transaction().execute((tx) => noteFronts(tx, { isAnew }))
  const queue = async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url })).endpoint
    return { orgId, id }
  }
  const frontOf = async (id: string) => {
    const { rows } = await sql<{ age_s: number | null }>`
      select extract(epoch from now() - nullif(front_at, '-infinity'))::float8 as age_s from delivery_lanes
      where endpoint_id = ${id}`.execute(outbox.db)
    return rows[0]?.age_s ?? null
  }
  /** As if it had been written, and were due, so many seconds ago. */
  const date = (db: Tx | Outbox['db'], id: string, seq: number, madeS: number, dueS: number) =>
    sql`update deliveries set created_at = now() - make_interval(secs => ${madeS}),
      next_at = now() - make_interval(secs => ${dueS}) where endpoint_id = ${id} and event_seq = ${seq}`.execute(db)

  test('what was written before, and is seen later than an attempt that fell due meanwhile, is not passed by', async () => {
    const { orgId, id } = await queue()
    const [first] = await outbox.emit(orgId, { type: 'call.completed' })
    await date(outbox.db, id, first?.seq as number, 120, 30)
    const written = Promise.withResolvers<number>()
    const looked = Promise.withResolvers<void>()
    const writing = outbox.db.transaction().execute(async (tx) => {
      const [seq = 0] = await takeSequence(tx, [orgId])
      await emit(tx, [{ ...(first as Required<typeof first>), seq } as never])
      await date(tx, id, seq, 60, 60)
      written.resolve(seq)
      await looked.promise
    })
    const late = await written.promise
    assert.deepEqual(await claim(orgId), [first?.seq])
    await note()
    assert.ok(((await frontOf(id)) as number) > 100, 'the front is no later than when its first row was made')
    looked.resolve()
    await writing
    assert.deepEqual(await claim(orgId), [late])
  })

  test('the front moves on with the queue, up to what was due some seconds ago; a replay of something older resets it', async () => {
    const { orgId, id } = await queue()
    const told = await outbox.emit(orgId, { type: 'call.completed' }, { type: 'call.failed' })
    const [old, young] = told.map(({ seq }) => seq) as [number, number]
    await date(outbox.db, id, old, 600, 600)
    await note()
    assert.ok(((await frontOf(id)) as number) > 590)
    await sql`
      with over as (delete from deliveries where endpoint_id = ${id} and event_seq = ${old} returning *)
      insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, state, attempt, attempts_before, created_at,
        finished_at)
      select org_id, endpoint_id, id, event_seq, event_at, 'dead', 1, 0, created_at, now() from over`.execute(outbox.db)
    await note()
    const age = (await frontOf(id)) as number
    assert.ok(age >= 5 && age < 60, `${age} s: ${young} is younger than the clock may be set back unnoticed`)

    const { rows } = await sql<{ id: string; finished_at: string }>`
      select id, finished_at::text from delivery_log where org_id = ${orgId}`.execute(outbox.db)
    const from = new Date(Date.now() - 300_000)
    await outbox.db.transaction().execute(async (tx) => {
      await holdQueue(tx)
      await moveBack(tx, orgId, rows, { states: ['dead'], by: 'test', from })
    })
    assert.deepEqual(await claim(orgId), [old, young])
  })

  test('the clock of the database was set back: the fronts are found anew', async () => {
    const { orgId, id } = await queue()
    const [first] = await outbox.emit(orgId, { type: 'call.completed' })
    await claim(orgId)
    await note()
    await sql`update delivery_clock set seen_at = clock_timestamp() + interval '1 hour'`.execute(outbox.db)
    const [next] = await outbox.emit(orgId, { type: 'call.completed' })
    await date(outbox.db, id, next?.seq as number, 3600, 3600)
    // The lease of the first one was moved back as well.
    assert.deepEqual(await claim(orgId), [first?.seq, next?.seq])
  })

  test('whatever is wrong with a front, it is found anew', async () => {
    const { orgId, id } = await queue()
    await sql`update delivery_lanes set front_at = now() + interval '1 day' where endpoint_id = ${id}`.execute(
      outbox.db,
    )
    const [told] = await outbox.emit(orgId, { type: 'call.completed' })
    assert.deepEqual(await claim(orgId), [])
    await note()
    assert.deepEqual(await claim(orgId), [])
    await note(true)
    assert.deepEqual(await claim(orgId), [told?.seq])
    assert.ok(((await frontOf(id)) as number) >= 5)
  })
})
