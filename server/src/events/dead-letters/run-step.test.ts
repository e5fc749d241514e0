import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { fillLog } from '../../../test/letters.ts'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { pauseEndpoint } from '../endpoints/status.ts'
import type { LetterFilter } from './letter-filter.ts'
import { aheadS, chunkRows, stepRun } from './run-step.ts'
import { createRun, endRun, type NewRun, requireRun } from './runs.ts'

const program = resolve(import.meta.dirname, '../../../test/letter-run.ts')

describe('a replay of many', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox()
  })
  after(() => outbox.close())

  async function letters(count: number, fingerprints = 1) {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url: 'http://127.0.0.1:1/', events: ['chat.failed'] })
    await outbox.db
      .transaction()
      .execute((tx) => pauseEndpoint(tx, outbox.secrets, { orgId, id: endpoint.id }, 'Test.'))
    await fillLog(outbox.db, { orgId, endpointId: endpoint.id }, { count, state: 'dead', fingerprints })
    return { orgId, id: endpoint.id }
  }
  const begin = (orgId: string, filter: LetterFilter, input: Partial<NewRun> = {}) =>
    outbox.db.transaction().execute((tx) => {
      const common = { by: 'key:test', filter, action: 'replay' as const, ratePerS: 500 }
      return createRun(tx, orgId, { ...common, ...input } as NewRun)
    })
  const toEnd = async (of: { orgId: string; id: string }) => {
    for (;;) if ((await stepRun(outbox.db, of)) === 'over') return requireRun(outbox.db, of.orgId, of.id)
  }
  const figures = async ({ orgId }: { orgId: string }) => {
    const { rows } = await sql<{ waiting: number; dead: number; discarded: number; ids: number }>`
      select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'dead') as dead,
        count(*) filter (where state = 'discarded') as discarded, count(distinct id) as ids
      from (select id, 'waiting' as state from deliveries where org_id = ${orgId}
        union all select id, state from delivery_log where org_id = ${orgId}) every`.execute(outbox.db)
    return rows[0]
  }

  test('killed in the middle, and gone on with by two at once: each is moved once, in their order and at the rate', async () => {
    const at = await letters(6000)
    const run = await begin(at.orgId, { endpointId: at.id })
    assert.equal(run.total, 6000)
    const of = { orgId: at.orgId, id: run.id }
    const child = spawn(process.execPath, [program, outbox.url, at.orgId, run.id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let steps = 0
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      steps += text.split('\n').length - 1
      if (steps >= 3) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const { done } = await requireRun(outbox.db, at.orgId, run.id)
    assert.ok(steps >= 3 && done >= 1500 && done < 6000, `${done} after ${steps}`)
    assert.equal((await figures(at))?.waiting, done)
    const [one, other] = await Promise.all([toEnd(of), toEnd(of)])
    assert.deepEqual([one.done, other.done, other.state], [6000, 6000, 'done'])
    assert.deepEqual(await figures(at), { waiting: 6000, dead: 0, discarded: 0, ids: 6000 })
    const { rows } = await sql<{ ordered: boolean; even: number }>`
      select bool_and(gap_ms > 0) as ordered, avg((gap_ms between 1.9 and 2.1)::integer)::float8 as even
      from (select extract(epoch from next_at - lag(next_at) over (order by event_seq)) * 1000 as gap_ms
        from deliveries where org_id = ${at.orgId}) spread`.execute(outbox.db)
    // Each 2 ms after the one before it, but for the first of a step.
    assert.ok(rows[0]?.ordered && rows[0].even > 0.99, JSON.stringify(rows))
  })

  test('a slow one fills the queue only a little ahead, and what is cancelled stays dead', async () => {
    const at = await letters(1000)
    const run = await begin(at.orgId, {}, { action: 'replay', ratePerS: 10 })
    const of = { orgId: at.orgId, id: run.id }
    let next = await stepRun(outbox.db, of)
    for (; next !== 'over' && next.waitMs === 0; ) next = await stepRun(outbox.db, of)
    assert.ok(next !== 'over' && next.waitMs > 10_000 && next.waitMs < 60_000)
    const { done } = await requireRun(outbox.db, at.orgId, run.id)
    assert.ok(done >= 10 * aheadS && done <= 2 * 10 * aheadS, `${done} are in the queue`)
    assert.equal(await endRun(outbox.db, of, 'cancelled'), true)
    assert.equal(await stepRun(outbox.db, of), 'over')
    assert.deepEqual(await figures(at), { waiting: done, dead: 1000 - done, discarded: 0, ids: 1000 })
  })

  test('by fingerprint and type, without what cannot be sent any more', async () => {
    const at = await letters(1200, 3)
    await sql`
      update events set data = '{"conversation_id": "x", "status": "deleted"}'
      where org_id = ${at.orgId} and seq <= 100 and conversation_id is not null`.execute(outbox.db)
    await sql`delete from events where org_id = ${at.orgId} and seq > 1100`.execute(outbox.db)
    const filter = { fingerprint: 'http_500 cause 1' }
    const calls = await begin(at.orgId, { ...filter, types: ['call.completed'] })
    const run = await toEnd({ orgId: at.orgId, id: calls.id })
    // A third of 1,200, of which nine in ten are calls: the first 30 deleted, the last 34 not kept.
    assert.deepEqual([run.total, run.done, run.skipped], [330, 300, 30])
    const rest = await toEnd({ orgId: at.orgId, id: (await begin(at.orgId, filter)).id })
    assert.deepEqual([rest.total, rest.done, rest.skipped], [100, 37, 63])
  })

  test('many are discarded with the reason, and no more than five runs at once', async () => {
    const at = await letters(chunkRows + 100)
    const run = await begin(at.orgId, {}, { action: 'discard', reason: 'Too old.' } as Partial<NewRun>)
    const over = await toEnd({ orgId: at.orgId, id: run.id })
    assert.deepEqual([over.done, over.state], [600, 'done'])
    assert.deepEqual(await figures(at), { waiting: 0, dead: 0, discarded: 600, ids: 600 })
    for (let n = 0; n < 5; n += 1) await begin(at.orgId, {})
    await assert.rejects(begin(at.orgId, {}), { code: 'too_many_runs' })
  })
})
