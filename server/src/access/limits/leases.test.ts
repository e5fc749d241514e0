import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { forgetIdleBuckets, leaseFrom, nodesOf } from './leases.ts'

const program = join(import.meta.dirname, '../../../test/fakes/limit-process.ts')
const rateOf = (perMinute: number) => ({ capacity: perMinute, perMs: perMinute / 60_000 })

describe('leases of a shared bucket', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  before(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 8 })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })
  /** As if so much time had gone by. */
  const age = (ms: number) => sql`update rate_buckets set at = at - make_interval(secs => ${ms / 1000})`.execute(db)

  test('gives what is there and not more, and what flows back', async () => {
    const lease = leaseFrom(db)
    assert.deepEqual(await lease('a', rateOf(100), 30), { granted: 30, left: 70 })
    const rest = await lease('a', rateOf(100), 90)
    assert.equal(rest.granted, 70)
    assert.ok(rest.left >= 0 && rest.left < 1, String(rest.left))
    assert.equal((await lease('a', rateOf(100), 1)).granted, 0)
    await age(6000)
    assert.equal((await lease('a', rateOf(100), 50)).granted, 10)
    await age(10 * 60_000)
    assert.equal((await lease('a', rateOf(100), 500)).granted, 100)
    assert.equal((await lease('b', rateOf(100), 500)).granted, 100)
  })

  test('a clock of the database that steps back gives nothing away', async () => {
    const lease = leaseFrom(db)
    await lease('back', rateOf(100), 100)
    await age(-3600_000)
    assert.equal((await lease('back', rateOf(100), 1)).granted, 0)
  })

  test('forty at once share one bucket to the token', async () => {
    const lease = leaseFrom(db)
    const grants = await Promise.all(Array.from({ length: 40 }, () => lease('many', rateOf(100), 7)))
    const granted = grants.reduce((sum, one) => sum + one.granted, 0)
    assert.ok(granted >= 100 && granted <= 101, String(granted))
  })

  test('what is idle is forgotten, what is in use is not', async () => {
    const lease = leaseFrom(db)
    await sql`delete from rate_buckets`.execute(db)
    await lease('idle', rateOf(100), 100)
    await age(3600_000)
    await lease('used', rateOf(100), 100)
    await forgetIdleBuckets(db)
    const { rows } = await sql<{ n: number }>`select count(*) as n from rate_buckets`.execute(db)
    assert.equal(rows[0]?.n, 1)
    assert.equal((await lease('used', rateOf(100), 1)).granted, 0)
  })

  test('nodes know of one another once both have told, and a quiet one is not counted for long', async () => {
    const clock = { ms: 0 }
    const [first, second] = [nodesOf(db, () => clock.ms), nodesOf(db, () => clock.ms)]
    const counted = async (node: typeof first, expected: number) => {
      const until = Date.now() + 5000
      do {
        clock.ms += 10_000
        node.tell()
        await new Promise((resolve) => setTimeout(resolve, 20))
      } while (node.known() !== expected && Date.now() < until)
      assert.equal(node.known(), expected)
    }
    await counted(first, 1)
    await counted(second, 2)
    await counted(first, 2)
    await sql`update rate_nodes set seen_at = seen_at - interval '31 s'`.execute(db)
    await counted(first, 1)
  })

  test('one to four processes together admit the limit, within 2 %', async () => {
    const [perMinute, seconds, processes] = [6000, 12, 4]
    // Bucket n is asked for by the first n processes, all at the same time.
    const buckets = Array.from({ length: processes }, (_, index) => `of ${index + 1}`)
    const startsAt = Date.now() + 2500
    const children = buckets.map((_, index) =>
      fork(program, [
        ...[database.url, buckets.slice(index).join(','), String(perMinute)],
        ...[String(startsAt), String(startsAt + seconds * 1000)],
      ]),
    )
    const results = await Promise.all(
      children.map(async (child) => {
        const [first] = await once(child, 'message')
        assert.equal(first, 'ready')
        assert.ok(Date.now() < startsAt, 'all were ready in time')
        const [admitted] = (await once(child, 'message')) as [Record<string, (number | null)[]>]
        return admitted
      }),
    )
    for (const [index, name] of buckets.entries()) {
      const tenths = Array.from({ length: seconds * 10 }, (_, tenth) =>
        results.reduce((sum, one) => sum + (one[name]?.[tenth] ?? 0), 0),
      )
      const all = tenths.reduce((sum, n) => sum + n, 0)
      // The bucket is empty well before half the time is over: from then on the rate alone is left.
      const later = tenths.slice(tenths.length / 2).reduce((sum, n) => sum + n, 0)
      const expected = { all: perMinute + (perMinute / 60) * seconds, later: (perMinute / 60) * (seconds / 2) }
      const off = { all: (all / expected.all - 1) * 100, later: (later / expected.later - 1) * 100 }
      console.log(
        `  ${index + 1} processes: ${all} of ${expected.all} in ${seconds} s (${off.all.toFixed(2)} %), ` +
          `${later} of ${expected.later} once the bucket was empty (${off.later.toFixed(2)} %)`,
      )
      assert.ok(Math.abs(off.all) <= 2 && Math.abs(off.later) <= 2, `${index + 1} processes: ${JSON.stringify(off)}`)
    }
  })
})
