import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RawBuilder, sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from './db.ts'
import { inTurn, together } from './together.ts'

async function withDb(work: (db: Db) => Promise<void>): Promise<void> {
  const database = await freshDatabase()
  const db = openDb({ url: database.url, connectionsMax: 1, as: 'owner' })
  try {
    await work(db)
  } finally {
    await db.destroy()
    await database.drop()
  }
}

const rowsOf = async <T>(query: RawBuilder<T>, db: Db) => (await query.execute(db)).rows

/** What this one connection has kept that speaks of `things`. */
const kept = (db: Db) =>
  rowsOf(sql<{ n: number }>`select count(*)::int as n from pg_prepared_statements where statement like '%things%'`, db)

test('a statement is prepared once, whatever its values', async () => {
  await withDb(async (db) => {
    await sql`create table things (id int, name text)`.execute(db)
    const before = await kept(db)
    const add = (id: number, name: string | null) =>
      sql`insert into things (id, name) values (${id}, ${name})`.execute(db)
    await db.connection().execute(async (one) => {
      const insert = (id: number) => sql`insert into things (id, name) values (${id}, ${`n${id}`})`.execute(one)
      await together(...[1, 2, 3, 4, 5, 6, 7, 8].map(insert))
    })
    await add(9, null)
    assert.deepEqual(await rowsOf(sql<{ n: number }>`select count(*)::int as n from things where id > ${0}`, db), [
      { n: 9 },
    ])
    assert.equal((await kept(db))[0]?.n, (before[0]?.n ?? 0) + 2)
  })
})

test('statements go on working after a migration has changed their table', async () => {
  await withDb(async (db) => {
    await sql`create table things (id int, name text)`.execute(db)
    const read = () => rowsOf(sql<object>`select * from things where id = ${1}`, db)
    const write = () => rowsOf(sql<object>`insert into things (id) values (${1}) returning *`, db)
    const named = () => rowsOf(sql<object>`select id, name from things where id = ${1}`, db)
    // PostgreSQL keeps a general plan from the sixth time on.
    for (let i = 0; i < 8; i++) for (const one of [write, read, named]) await one()
    await sql`alter table things add column colour text`.execute(db)
    assert.deepEqual(await write(), [{ id: 1, name: null, colour: null }])
    assert.deepEqual((await read())[0], { id: 1, name: null, colour: null })
    assert.deepEqual((await named())[0], { id: 1, name: null })
  })
})

test('a statement that fails, and one behind it, leave the connection as good as before', async () => {
  await withDb(async (db) => {
    await sql`create table things (id int primary key)`.execute(db)
    const add = (tx: Db, id: number) => sql`insert into things (id) values (${id})`.execute(tx)
    await add(db, 1)
    const failing = db
      .transaction()
      .execute((tx) => together(add(tx, 2), add(tx, 1), sql`update things set id = ${3} where id = ${2}`.execute(tx)))
    await assert.rejects(failing, { code: '23505' })
    await sql`update things set id = ${3} where id = ${1}`.execute(db)
    assert.deepEqual(await rowsOf(sql`select id from things where id > ${0}`, db), [{ id: 3 }])
  })
})

test('a transaction that did not begin does nothing: its connection was cut before', async () => {
  await withDb(async (db) => {
    await sql`create table things (id int primary key)`.execute(db)
    const add = (tx: Db, id: number) => sql`insert into things (id) values (${id})`.execute(tx)
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db).catch(() => {})
    await db
      .transaction()
      .execute((tx) => add(tx, 1))
      .catch(() => {})
    const cut = db.transaction().execute(async (tx) => {
      await add(tx, 2)
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx).catch(() => {})
      await add(tx, 3).catch(() => {})
    })
    await assert.rejects(cut)
    await db.transaction().execute((tx) => add(tx, 4))
    const ids = (await rowsOf(sql<{ id: number }>`select id from things order by id`, db)).map(({ id }) => id)
    assert.ok(ids.join() === '4' || ids.join() === '1,4', ids.join())
  })
})

test('queries of one transaction have its connection at the same time, so that none waits for the answer to another', async () => {
  await withDb(async (db) => {
    const everybodyIsHere = Promise.withResolvers<void>()
    let present = 0
    const meet = async () => {
      present += 1
      if (present === 3) everybodyIsHere.resolve()
      await everybodyIsHere.promise
    }
    await db.transaction().execute(async (tx) => {
      await Promise.all([1, 2, 3].map(() => tx.getExecutor().provideConnection(meet)))
    })
    assert.equal(present, 3)
  })
})

test('queries of one transaction are answered in the order in which they were made, and fail with the first that failed', async () => {
  await withDb(async (db) => {
    await sql`create table things (id int primary key)`.execute(db)
    const add = (tx: Db, id: number) => sql`insert into things (id) values (${id})`.execute(tx)
    const work = db.transaction().execute(async (tx) => {
      await inTurn(
        () => add(tx, 1),
        () => add(tx, 1),
        () => add(tx, 2),
      )
    })
    await assert.rejects(work, { code: '23505' })
    assert.deepEqual(await rowsOf(sql<object>`select id from things`, db), [])
    assert.deepEqual(await rowsOf(sql<object>`select 1 as one`, db), [{ one: 1 }])
  })
})
