import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb, type Tx } from './db.ts'
import { groupCommit } from './group-commit.ts'

let db: Db
let drop: (() => Promise<void>) | undefined
let batches: number[][] = []

const kept = async () => (await sql<{ n: number }>`select n from kept order by n`.execute(db)).rows.map(({ n }) => n)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

async function keep(tx: Tx, numbers: number[]): Promise<(string | Error)[]> {
  batches.push(numbers)
  for (const n of numbers.filter((one) => one >= 0)) await sql`insert into kept (n) values (${n})`.execute(tx)
  return numbers.map((n) => (n < 0 ? new Error(`refused ${n}`) : `kept ${n}`))
}

describe('group commit', () => {
  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    db = openDb({ url: database.url, connectionsMax: 4, as: 'owner' })
    await sql`create table kept (n int primary key)`.execute(db)
  })
  after(async () => {
    await db?.destroy()
    await drop?.()
  })
  beforeEach(async () => {
    batches = []
    await sql`delete from kept`.execute(db)
  })

  test('what comes at once shares one transaction; each caller gets its own result, after the commit', async () => {
    const take = groupCommit(db, () => '', keep)
    const answers = upTo(20).map(async (n) => {
      assert.equal(await take(n), `kept ${n}`)
      return (await kept()).includes(n)
    })
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([true]))
    assert.deepEqual(batches, [upTo(20)])
  })

  test('what comes while a transaction is under way shares the next one, in order and within bounds', async () => {
    const take = groupCommit(db, () => '', keep)
    const first = take(1)
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([first, ...upTo(150).slice(1).map(take)])
    assert.deepEqual(
      batches.map(({ length }) => length),
      [1, 64, 64, 21],
    )
    assert.deepEqual(batches.flat(), upTo(150))
  })

  test('an error as a result refuses that item alone', async () => {
    const take = groupCommit(db, () => '', keep)
    const all = await Promise.allSettled([1, -2, 3].map(take))
    assert.deepEqual(
      all.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.match((all[1] as PromiseRejectedResult).reason.message, /refused -2/)
    assert.deepEqual(await kept(), [1, 3])
    assert.equal(batches.length, 1)
  })

  test('when the transaction fails, each is tried by itself, and the queue goes on', async () => {
    const take = groupCommit(db, () => '', keep)
    await take(2)
    const all = await Promise.allSettled([1, 2, 3].map(take))
    assert.deepEqual(
      all.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(await take(4), 'kept 4')
    assert.deepEqual(await kept(), [1, 2, 3, 4])
    assert.deepEqual(batches, [[2], [1, 2, 3], [1], [2], [3], [4]])
  })

  test('a commit that fails is not tried again: it might have happened', async () => {
    await sql`
      create function refuse_seven() returns trigger language plpgsql as
      $$ begin if new.n = 7 then perform pg_terminate_backend(pg_backend_pid()); end if; return null; end $$`.execute(
      db,
    )
    await sql`
      create constraint trigger refuse_seven after insert on kept deferrable initially deferred
      for each row execute function refuse_seven()`.execute(db)
    const take = groupCommit(db, () => '', keep)
    const all = await Promise.allSettled([6, 7, 8].map(take))
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    )
    assert.deepEqual(batches, [[6, 7, 8]])
    assert.equal(await take(9), 'kept 9')
    assert.deepEqual(await kept(), [9])
  })
})
