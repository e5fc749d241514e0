import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { newId } from '../ids.ts'
import { type Db, openDb } from './db.ts'
import { groupCommit } from './group-commit.ts'
import { everyOrg, inScope } from './scope.ts'

const [ours, theirs] = [newId(), newId()]

describe('scope', () => {
  let db: Db
  let owner: Db
  let drop: () => Promise<void>
  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    owner = openDb({ url: database.url, connectionsMax: 1, as: 'owner' })
    // One connection, so that everybody gets the one that somebody else had.
    db = openDb({ url: database.url, connectionsMax: 1 })
    await sql`create table things (org_id uuid, n int, primary key (org_id, n))`.execute(owner)
    await sql`call tenant_table('things')`.execute(owner)
  })
  after(async () => {
    await db?.destroy()
    await owner?.destroy()
    await drop?.()
  })
  beforeEach(async () => {
    await sql`delete from things`.execute(owner)
    await sql`insert into things values (${ours}, 1), (${ours}, 2), (${theirs}, 3)`.execute(owner)
  })

  const seen = async () => {
    const { rows } = await sql<{ n: number }>`select n from things order by n`.execute(db)
    return rows.map(({ n }) => n)
  }
  const add = (orgId: string, n: number) => sql`insert into things values (${orgId}, ${n})`.execute(db)

  test('shows the rows of its organisations, all of them to everyOrg, none outside', async () => {
    assert.deepEqual(await seen(), [])
    assert.deepEqual(await inScope([ours], seen), [1, 2])
    assert.deepEqual(await inScope([theirs], seen), [3])
    assert.deepEqual(await inScope([theirs, ours, ours], seen), [1, 2, 3])
    assert.deepEqual(await everyOrg(seen), [1, 2, 3])
    assert.deepEqual(await inScope([], seen), [])
    assert.deepEqual(await inScope([''], seen), [])
    assert.deepEqual(await seen(), [])
  })

  test('many at once, on one connection, never see what is another’s', async () => {
    const scopes = Array.from({ length: 200 }, (_, n) => (n % 3 === 0 ? ours : n % 3 === 1 ? theirs : ''))
    const found = await Promise.all(scopes.map((one) => inScope([one], seen)))
    for (const [n, one] of scopes.entries()) {
      assert.deepEqual(found[n], one === ours ? [1, 2] : one === theirs ? [3] : [])
    }
  })

  test('a row for another organisation is refused, and the scope outlives the rollback', async () => {
    await assert.rejects(
      inScope([ours], () => add(theirs, 9)),
      { code: '42501' },
    )
    await inScope([ours], async () => {
      const work = db.transaction().execute(async (tx) => {
        await sql`insert into things values (${ours}, 4)`.execute(tx)
        await sql`insert into things values (${theirs}, 5)`.execute(tx)
      })
      await assert.rejects(work, { code: '42501' })
      assert.deepEqual(await seen(), [1, 2])
    })
    assert.deepEqual(await inScope([theirs], seen), [3])
  })

  test('a connection that was not told whose rows it may see shows none, and is thrown away', async () => {
    assert.deepEqual(await inScope([ours], seen), [1, 2])
    // The statement that would tell it is gone: it fails, and what travels with it does not.
    await inScope([ours], () => sql`deallocate all`.execute(db))
    await assert.rejects(inScope([theirs], seen))
    assert.deepEqual(await inScope([theirs], seen), [3])
    await inScope([theirs], () => sql`deallocate all`.execute(db))
    const work = inScope([ours], () =>
      db.transaction().execute((tx) => sql`delete from things where org_id = ${theirs}`.execute(tx)),
    )
    await assert.rejects(work)
    assert.deepEqual(await inScope([theirs], seen), [3])
    assert.deepEqual(await inScope([ours], seen), [1, 2])
  })

  test('holds over awaits and timers, and ends with its work', async () => {
    await inScope([ours], async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      assert.deepEqual(await inScope([theirs], seen), [3])
      assert.deepEqual(await seen(), [1, 2])
    })
    assert.deepEqual(await seen(), [])
  })

  test('a group commit sees the organisations of its items alone, whoever set it going', async () => {
    const groups: number[][] = []
    const take = groupCommit<{ orgId: string; n: number }, number>(
      db,
      ({ orgId }) => orgId,
      async (tx, items) => {
        groups.push((await sql<{ n: number }>`select n from things order by n`.execute(tx)).rows.map(({ n }) => n))
        return items.map(({ n }) => n)
      },
    )
    const asked = [
      inScope([theirs], () => take({ orgId: ours, n: 1 })),
      inScope([ours], () => take({ orgId: ours, n: 2 })),
    ]
    assert.deepEqual(await Promise.all(asked), [1, 2])
    assert.deepEqual(groups, [[1, 2]])
  })
})
