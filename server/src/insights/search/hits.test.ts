// Pages over many conversations, however they are found: by walking, through the index, a stretch at a time. Together they
// are everything that fits, once each, in order.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import type { Viewer } from '../../conversations/index.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { compileNode } from './compile.ts'
import { orgSign } from './document.ts'
import { findChanges, findHits } from './hits.ts'
import { readSearch } from './search-routes.ts'
import { type Position, positionOf, readSort } from './sort.ts'

const orgId = newId()
const many = 22_000

describe('hits of many conversations', () => {
  let db: Db
  let owner: Db
  let drop: () => Promise<void>

  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    db = openDb({ url: database.url, connectionsMax: 2 })
    owner = openDb({ url: database.url, connectionsMax: 1, as: 'owner' })
    await sql`insert into orgs (id, name) values (${orgId}, 'Test')`.execute(owner)
    // Some begin at the same moment.
    await sql`
      insert into conversations (org_id, id, channel, status, source, started_at, received_at, updated_at, duration_ms, seq)
      select ${orgId}, gen_random_uuid(), 'voice', 'completed', 'url', '2026-01-01'::timestamptz + make_interval(mins => n / 3),
        now(), now(), case when n % 1000 = 0 then 7 end, n
      from generate_series(1, ${many}::int) n`.execute(owner)
    const sign = orgSign(orgId)
    await sql`
      insert into search_documents (org_id, conversation_id, started_at, seq, words)
      select org_id, id, started_at, seq, concat_ws(' ', ${`'${sign}common':1A`}::text,
        case when seq % 2000 = 0 then ${`'${sign}rare':2B`}::text end,
        case when seq % 3 = 0 then ${`'${sign}third':3B`}::text end)::tsvector
      from conversations`.execute(owner)
    await sql`
      insert into insight_cursors (org_id, follower, seq)
      values (${orgId}, 'facts', ${many}), (${orgId}, 'search', ${many - 500})`.execute(owner)
    for (const table of ['conversations', 'search_documents']) await sql`analyze ${sql.table(table)}`.execute(owner)
  })
  after(async () => {
    await db?.destroy()
    await owner?.destroy()
    await drop?.()
  })

  const by: Viewer = { orgId, actor: 'key:x', reach: 'all' }
  const compiled = (q: string) => {
    const node = readSearch({ q })
    return node && compileNode(by, node)
  }

  async function pagesOf(q: string, sortName: string, limit: number) {
    const sort = readSort(sortName, true)
    const ids: string[] = []
    const totals: string[] = []
    for (let after: Position | null = null, pages = 0; ; pages++) {
      assert.ok(pages < 2000)
      const found = await inScope([orgId], () =>
        findHits(db, { by, compiled: compiled(q), sort, after, limit: limit + 1 }),
      )
      const page = found.hits.slice(0, limit)
      ids.push(...page.map(({ id }) => id))
      totals.push(`${found.isExact ? '' : 'at least '}${found.total}`)
      const last = found.hits.length > limit ? page.at(-1) : undefined
      const next: Position | undefined = last ? positionOf(sort, last) : found.reached
      if (!next) return { ids, totals }
      after = next
    }
  }

  async function idsWhere(condition: string, order = 'started_at desc, id desc'): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from conversations where org_id = ${orgId} and ${sql.raw(condition)} order by ${sql.raw(order)}`.execute(
      owner,
    )
    return rows.map(({ id }) => id)
  }

  test('words, common and rare, with and without fields, in both directions', async () => {
    const cases: [q: string, condition: string][] = [
      ['rare', 'seq % 2000 = 0'],
      ['rare third', 'seq % 6000 = 0'],
      ['third duration_ms = 7', 'seq % 3000 = 0'],
      ['common duration_ms = 7', 'seq % 1000 = 0'],
      ['duration_ms = 7', 'seq % 1000 = 0'],
      ['-common', 'false'],
      ['-third duration_ms = 7', 'seq % 1000 = 0 and seq % 3 <> 0'],
      ['common started_at < 2026-01-01T01:00:00Z', "started_at < '2026-01-01T01:00:00Z'"],
      ['nowhere', 'false'],
    ]
    for (const [q, condition] of cases) {
      const newest = await idsWhere(condition)
      assert.deepEqual((await pagesOf(q, '-started_at', 5)).ids, newest, q)
      assert.deepEqual((await pagesOf(q, 'started_at', 7)).ids, [...newest].reverse(), q)
      assert.deepEqual((await pagesOf(q, '-started_at', 200)).ids, newest, q)
    }
    const all = await pagesOf('common', '-started_at', 200)
    assert.deepEqual(all.ids, await idsWhere('true'))
  })

  test('by another order; what is not there comes last', async () => {
    const { ids, totals } = await pagesOf('rare', '-duration_ms', 3)
    assert.deepEqual(ids, await idsWhere('seq % 2000 = 0', 'duration_ms desc, id desc'))
    assert.equal(totals[0], '11')
    const third = await pagesOf('third seq > 21000', 'duration_ms', 200)
    assert.deepEqual(third.ids, await idsWhere('seq > 21000 and seq % 3 = 0', 'duration_ms is null, duration_ms, id'))
  })

  test('totals are exact, or say that there are at least so many', async () => {
    assert.equal((await pagesOf('rare', '-started_at', 200)).totals[0], '11')
    assert.match((await pagesOf('third', '-started_at', 200)).totals[0] ?? '', /^at least \d+$/)
    const few = await pagesOf('duration_ms = 7 started_at < 2026-01-02', '-started_at', 200)
    assert.deepEqual(few.totals, ['4'])
  })

  test('changes in their order, as far as the words have followed, and no further', async () => {
    const found: string[] = []
    for (let afterSeq = 0, asked = 0; asked < 100; asked++) {
      const { hits, reached } = await inScope([orgId], () =>
        findChanges(db, { by, compiled: compiled('rare OR duration_ms = 7'), limit: 3, afterSeq }),
      )
      found.push(...hits.map(({ id }) => id))
      const next = hits.length === 3 ? hits.at(-1)?.seq : reached
      if (!next) break
      afterSeq = next
    }
    assert.deepEqual(found, await idsWhere(`seq % 1000 = 0 and seq <= ${many - 500}`, 'seq'))
  })
})
