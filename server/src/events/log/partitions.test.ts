// Months that come and go, on a real database with made-up events.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type EventLog, openEventLog } from '../../../test/event-log.ts'
import { Problem } from '../../platform/problem.ts'
import { keepPartitions } from './partitions.ts'

describe('the months of the log', () => {
  let log: EventLog
  before(async () => {
    log = await openEventLog()
  })
  after(() => log.close())

  const monthOf = (date: Date) => date.toISOString().slice(0, 7)
  const monthsAgo = (months: number) => {
    const now = new Date()
    return `${monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)))}-01`
  }
  const partitions = async () => {
    const { rows } = await sql<{ name: string }>`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'events'::regclass order by 1`.execute(log.db)
    return rows.map(({ name }) => name)
  }
  const problemOf = (work: Promise<unknown>): Promise<Problem> =>
    work.then(
      () => assert.fail('it was answered'),
      (err) => (err instanceof Problem ? err : assert.fail(err)),
    )

  test('old months go as a whole, and whoever asks for them hears it', async () => {
    const orgId = await log.org()
    const lasts: number[] = []
    for (const months of [6, 5, 4, 1, 0]) {
      const first = (lasts.at(-1) ?? 0) + 2
      lasts.push(await log.fillMonth(orgId, monthsAgo(months), { first, count: 20 }))
    }
    const [, , lastOfFourth = 0, , last = 0] = lasts
    assert.equal((await log.all(orgId)).events.length, 100)

    // Some months are shorter than others: ninety days before the last of this month lie in the third month before it.
    const now = new Date(Date.parse(monthsAgo(-1)) - 1)
    await keepPartitions(log.db, { keepDays: 90, now })
    const kept = await partitions()
    for (const months of [6, 5, 4])
      assert.ok(!kept.includes(`events_${monthsAgo(months).slice(0, 7).replace('-', '_')}`))
    for (const months of [1, 0, -1, -2]) {
      assert.ok(kept.includes(`events_${monthsAgo(months).slice(0, 7).replace('-', '_')}`), `${months} ${kept}`)
    }

    const { code, facts } = await problemOf(log.page(orgId, { after: lastOfFourth - 2 }))
    assert.deepEqual([code, facts.oldest_seq, facts.resume_after], ['events_expired', lastOfFourth + 2, lastOfFourth])
    assert.equal((await problemOf(log.page(orgId, { after: 0, types: 'alert.*' }))).code, 'events_expired')
    // Who has had all that is gone goes on without a gap; who begins, begins with the oldest.
    const rest = await log.all(orgId, { after: lastOfFourth })
    assert.deepEqual([rest.events.length, rest.events[0]?.previous_seq, rest.nextAfter], [40, lastOfFourth, last])
    assert.deepEqual((await log.all(orgId)).events, rest.events)
  })

  test('of an organisation that has been silent for long, nothing is left, and nobody is told that there was nothing', async () => {
    const orgId = await log.org()
    const last = await log.fillMonth(orgId, monthsAgo(8), { first: 2, count: 10 })
    await keepPartitions(log.db, { keepDays: 90 })
    const { code, facts } = await problemOf(log.page(orgId, { after: 2 }))
    assert.deepEqual([code, facts.oldest_seq, facts.resume_after], ['events_expired', null, last])
    const fresh = await log.all(orgId)
    assert.deepEqual([fresh.events, fresh.nextAfter], [[], last])
    assert.deepEqual((await log.page(orgId, { after: last })).events, [])
    const [seq = 0] = await log.write(orgId, ['call.received'])
    const [next] = (await log.page(orgId, { after: last })).events
    assert.deepEqual([next?.seq, next?.previous_seq], [seq, last])
  })

  test('rows of a month that nobody made are kept, and let go by their own age', async () => {
    const orgId = await log.org()
    const at = (days: number) => new Date(Date.now() - days * 24 * 3600_000)
    await log.write(orgId, ['call.received', 'call.received', 'call.received'])
    await sql`update events set occurred_at = ${at(400)} where org_id = ${orgId} and seq = 1`.execute(log.db)
    await sql`update events set occurred_at = ${at(60)} where org_id = ${orgId} and seq = 2`.execute(log.db)
    await keepPartitions(log.db, { keepDays: 90 })
    assert.deepEqual(
      (await log.all(orgId)).events.map(({ seq }) => seq),
      [2, 3],
    )
    assert.equal((await problemOf(log.page(orgId, { after: 0 }))).code, 'events_expired')
  })

  test('several processes at once do it once, and events of now stay whatever the setting says', async () => {
    const orgId = await log.org()
    await log.write(orgId, ['call.received'])
    await Promise.all(Array.from({ length: 5 }, () => keepPartitions(log.db, { keepDays: 0 })))
    assert.equal((await log.all(orgId)).events.length, 1)
  })

  test('while somebody reads an old month for long, it stays for now, and writing goes on', async () => {
    const orgId = await log.org()
    await log.fillMonth(orgId, monthsAgo(7), { first: 2, count: 3 })
    await log.db.transaction().execute(async (tx) => {
      await sql`select count(*) from events where org_id = ${orgId}`.execute(tx)
      await assert.rejects(keepPartitions(log.db, { keepDays: 90 }), /lock timeout/)
      await log.write(orgId, ['call.received'])
    })
    await keepPartitions(log.db, { keepDays: 90 })
    assert.equal((await log.all(orgId)).events.length, 1)
  })

  test('whoever holds one of the tables and goes on to the other is not caught in a circle', async () => {
    const orgId = await log.org()
    const locks = {
      events: sql`lock table events in row exclusive mode`,
      log: sql`lock table delivery_log in row exclusive mode`,
    }
    for (const [first, then] of [
      [locks.events, locks.log],
      [locks.log, locks.events],
    ] as const) {
      await log.fillMonth(orgId, monthsAgo(7), { first: 2, count: 3 })
      await sql`call make_month('delivery_log', ${monthsAgo(7)}::date)`.execute(log.db)
      const kept = await log.db.transaction().execute(async (tx) => {
        await first.execute(tx)
        const keeping = keepPartitions(log.db, { keepDays: 90 }).catch((err: Error) => err.message)
        await delay(300)
        await then.execute(tx)
        return { keeping }
      })
      const error = await kept.keeping
      assert.match(error ?? 'lock timeout', /lock timeout/)
      await keepPartitions(log.db, { keepDays: 90 })
    }
  })
})
