// Lists: pages that neither repeat nor miss a row, the change cursor, filters, and what they cost on 100,000 rows.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type RawBuilder, sql } from 'kysely'
import { arrive } from '../../test/arrivals.ts'
import { type Customer, type Harness, type Json, startHarness } from '../../test/harness.ts'
import { takeSequence } from '../events/index.ts'
import { closeConversation } from './closing.ts'
import { changeConversation, requireConversation } from './conversations.ts'
import { conversationsWithin, wholeOrg } from './reach.ts'

describe('lists of conversations', () => {
  let indaba: Harness
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => indaba.stop())

  const get = (by: Customer, path: string) => indaba.json(path, { headers: by.headers })

  const hour = (n: number) => new Date(Date.UTC(2025, 0, 15, n)).toISOString()

  test('pages by cursor show every row once while others arrive, and rows of the same moment', async () => {
    const customer = await indaba.customer()
    const { db } = indaba.app
    // Seven at the same moment across the edges of pages.
    const starts = [1, 2, 3, 3, 3, 3, 3, 3, 3, 4, 5].map((n) => ({ started_at: hour(n) }))
    const ids = (await arrive(db, customer.orgId, starts)).map(({ id }) => id)
    for (const path of ['/v1/calls', '/v1/conversations']) {
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const answer: Json = await get(customer, `${path}?limit=3${cursor && `&cursor=${cursor}`}`)
        seen.push(...(answer.calls ?? answer.conversations).map((one: Json) => one.call_id ?? one.id))
        cursor = answer.next_cursor
        // Newer ones, and one of the very moment that the pages are at: they belong to pages already read or to come.
        await arrive(db, customer.orgId, [{ started_at: hour(23) }])
      }
      const old = seen.filter((id) => ids.includes(id))
      assert.equal(new Set(seen).size, seen.length)
      assert.equal(old.length, ids.length)
      await sql`delete from conversations where started_at = ${hour(23)}`.execute(db)
    }
  })

  test('the last full page has no cursor', async () => {
    const customer = await indaba.customer()
    await arrive(indaba.app.db, customer.orgId, [{}, {}, {}, {}])
    const first = await get(customer, '/v1/calls?limit=2')
    const second = await get(customer, `/v1/calls?limit=2&cursor=${first.next_cursor}`)
    assert.equal(second.calls.length, 2)
    assert.equal(second.next_cursor, null)
  })

  test('limit and offset are capped, not refused; nonsense is refused', async () => {
    const customer = await indaba.customer()
    const starts = Array.from({ length: 205 }, (_, n) => ({ started_at: hour(n) }))
    await arrive(indaba.app.db, customer.orgId, starts)
    const all = await get(customer, '/v1/calls?limit=100000')
    assert.deepEqual([all.calls.length, all.total, all.limit, all.offset], [200, 205, 200, 0])
    assert.equal((await get(customer, '/v1/calls')).calls.length, 50)
    const tail = await get(customer, '/v1/calls?limit=50&offset=200')
    assert.deepEqual([tail.calls.length, tail.total, tail.offset], [5, 205, 200])
    const far = await get(customer, '/v1/calls?offset=1000000000')
    assert.deepEqual([far.calls.length, far.total], [0, 205])
    for (const bad of [
      'limit=0',
      'limit=-1',
      'limit=x',
      'offset=-1',
      'limit=1e99',
      'cursor=abc',
      'cursor=e30',
      'after_seq=-1',
    ]) {
      const answer = await fetch(`${indaba.url}/v1/calls?${bad}`, { headers: customer.headers })
      assert.equal(answer.status, 400, bad)
    }
    const cursors = [{ s: '2025-01-15', i: 'x' }, { s: 'x', i: crypto.randomUUID() }, { q: 1e30 }, { q: '1' }, []]
    for (const cursor of cursors.map((one) => Buffer.from(JSON.stringify(one)).toString('base64url'))) {
      const answer = await fetch(`${indaba.url}/v1/calls?cursor=${cursor}`, { headers: customer.headers })
      assert.equal(answer.status, 400, cursor)
    }
  })

  test('after_seq gives every change once, in order, late results included', async () => {
    const customer = await indaba.customer()
    const { db } = indaba.app
    const [first, second] = await arrive(db, customer.orgId, [{ started_at: hour(1) }, { started_at: hour(2) }, {}])
    assert.ok(first && second)
    const page = await get(customer, '/v1/conversations?after_seq=0&limit=2')
    assert.deepEqual(
      page.conversations.map((one: Json) => one.id),
      [first.id, second.id],
    )
    const rest = await get(customer, `/v1/conversations?after_seq=0&limit=2&cursor=${page.next_cursor}`)
    assert.equal(rest.conversations.length, 1)
    assert.equal(rest.next_cursor, null)
    const last = rest.conversations[0].seq
    assert.deepEqual((await get(customer, `/v1/calls?after_seq=${last}`)).calls, [])
    // The oldest fails late: to whoever has read everything it is new.
    const conversation = await requireConversation(db, wholeOrg(customer.orgId), first.id)
    await db.transaction().execute((tx) =>
      closeConversation(tx, conversation, {
        status: 'failed',
        failure: { code: 'late', reason: 'Late.', stage: null },
      }),
    )
    const late = await get(customer, `/v1/calls?after_seq=${last}`)
    assert.deepEqual(
      late.calls.map((one: Json) => [one.call_id, one.status]),
      [[first.id, 'failed']],
    )
  })

  test('a reader by seq misses nothing of writers that commit out of turn', async () => {
    const customer = await indaba.customer()
    const { db } = indaba.app
    const made = await arrive(
      db,
      customer.orgId,
      Array.from({ length: 40 }, () => ({})),
    )
    const seen = new Map<string, number>()
    let last = made.at(-1)?.seq ?? 0
    let isDone = false
    const reader = (async () => {
      for (;;) {
        const final = isDone
        const { calls } = await get(customer, `/v1/calls?after_seq=${last}&limit=5`)
        for (const { call_id, seq } of calls) seen.set(call_id, seq)
        last = calls.at(-1)?.seq ?? last
        if (final && calls.length === 0) return
      }
    })()
    await Promise.all(
      made.map(({ id, org_id: orgId }, index) =>
        db.transaction().execute(async (tx) => {
          const [seq = 0] = await takeSequence(tx, [orgId])
          await changeConversation(tx, { orgId, id, seq }, { status: 'processing' })
          if (index % 5 === 0) await sql`select pg_sleep(0.02)`.execute(tx)
        }),
      ),
    )
    isDone = true
    await reader
    assert.equal(seen.size, made.length)
  })

  test('updated_since counts what changed, in order of change, whatever the clock of the client', async () => {
    const customer = await indaba.customer()
    const { db } = indaba.app
    const made = await arrive(db, customer.orgId, [{ started_at: hour(2) }, { started_at: hour(1) }])
    await sql`update conversations set updated_at = '2025-01-15T10:00:00Z' where id = ${made[0]?.id}`.execute(db)
    const ids = (answer: Json) => answer.calls.map((one: Json) => one.call_id)
    assert.deepEqual(ids(await get(customer, '/v1/calls?updated_since=2025-01-15T10:00:00Z')), [
      made[0]?.id,
      made[1]?.id,
    ])
    assert.deepEqual(ids(await get(customer, '/v1/calls?updated_since=2025-01-15T10:00:00.001Z')), [made[1]?.id])
    const ahead = new Date(Date.now() + 3600_000).toISOString()
    assert.deepEqual(ids(await get(customer, `/v1/calls?updated_since=${ahead}`)), [])
    assert.deepEqual(ids(await get(customer, `/v1/calls?start_date=${ahead}`)), [])
    const answer = await fetch(`${indaba.url}/v1/calls?updated_since=soon`, { headers: customer.headers })
    assert.equal(answer.status, 400)
    assert.match(((await answer.json()) as Json).message, /updated_since/)
  })

  test('dates: an end without a time is that whole day in the zone of the organisation', async () => {
    const customer = await indaba.customer({ settings: { time_zone: 'Africa/Johannesburg' } })
    const starts = ['2025-01-14T21:59:59Z', '2025-01-14T22:00:00Z', '2025-01-15T21:59:59.999Z', '2025-01-15T22:00:00Z']
    await arrive(
      indaba.app.db,
      customer.orgId,
      starts.map((started_at) => ({ started_at })),
    )
    const count = async (query: string) => (await get(customer, `/v1/calls?${query}`)).total
    assert.equal(await count('start_date=2025-01-15&end_date=2025-01-15'), 2)
    assert.equal(await count('start_date=15/01/2025&end_date=15/01/2025'), 2)
    assert.equal(await count('start_date=2025-01-15T00:00:00&end_date=2025-01-15T23:59:59'), 1)
    assert.equal(await count('start_date=2025-01-15'), 3)
    assert.equal(await count('end_date=2025-01-14'), 1)
  })

  test('an agent that nobody is gives an empty list; tickets are listed only when asked for', async () => {
    const customer = await indaba.customer()
    await arrive(indaba.app.db, customer.orgId, [{ status: 'awaiting_upload' }, {}])
    assert.deepEqual((await get(customer, '/v1/calls?agent_id=nobody')).calls, [])
    assert.equal((await get(customer, '/v1/calls')).total, 1)
    assert.equal((await get(customer, '/v1/calls?status=awaiting_upload')).total, 1)
  })

  test('on 100,000 rows every list reads an index, and counting ends at a bound', async () => {
    const { db } = indaba.app
    const customer = await indaba.customer()
    const orgId = customer.orgId
    const agent = await get(customer, '/v1/agents').then(() =>
      indaba.json('/v1/agents', {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'one@example.com' }),
      }),
    )
    await sql`
      insert into conversations
        (org_id, id, team, department, channel, status, source, agent_id, started_at, received_at, updated_at, seq)
      select ${orgId}, gen_random_uuid(), 'Team ' || n % 50, 'Department ' || n % 5, case when n % 10 = 0 then 'voice' else 'chat' end, 'completed', 'chat',
        case when n % 100 = 0 then ${agent.agent_id}::uuid end,
        timestamptz '2025-01-01' + n * interval '1 minute', now(), timestamptz '2025-01-01' + n * interval '1 minute', n
      from generate_series(1, 100500) n`.execute(db)
    await sql`analyze conversations`.execute(db)
    const plan = async (query: RawBuilder<unknown>) => {
      const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${query}`.execute(db)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    const rest = [
      sql`channel = 'voice' order by started_at desc, id desc limit 51`,
      sql`channel = 'voice' and (started_at, id) < ('2025-02-01', ${orgId}::uuid) order by started_at desc, id desc limit 51`,
      sql`true order by started_at desc, id desc limit 51`,
      sql`agent_id = ${agent.agent_id} order by started_at desc, id desc limit 51`,
      ...[
        { column: 'team' as const, values: ['Team 7'] },
        { column: 'team' as const, values: ['Team 7', 'Team 8'] },
        { column: 'department' as const, values: ['Department 3'] },
        { column: 'agent_id' as const, values: [agent.agent_id] },
      ].map(
        (reach) =>
          sql`${conversationsWithin({ ...wholeOrg(orgId), reach })} order by started_at desc, id desc limit 51`,
      ),
      sql`seq > 100400 order by seq limit 51`,
      sql`updated_at >= '2025-03-11T18:00:00Z' and seq > 0 order by seq limit 51`,
    ]
    for (const one of rest) {
      const text = await plan(
        sql`select * from conversations where org_id = ${orgId} and status != 'awaiting_upload' and ${one}`,
      )
      assert.match(text, /Index/, text)
      assert.doesNotMatch(text, /Seq Scan/, text)
    }
    const times: Record<string, number> = {}
    for (const path of [
      '/v1/conversations',
      '/v1/calls',
      '/v1/conversations?offset=100000',
      '/v1/calls?agent_id=one@example.com',
    ]) {
      const started = performance.now()
      const answer = await get(customer, path)
      times[path] = Math.round(performance.now() - started)
      if (path === '/v1/conversations') assert.deepEqual([answer.total, answer.total_is_exact], [100_000, false])
      if (path === '/v1/calls') assert.deepEqual([answer.total, answer.total_is_exact], [10_050, true])
    }
    console.log(`100,500 rows, ms: ${JSON.stringify(times)}`)
    assert.ok(Math.max(...Object.values(times)) < 2000, JSON.stringify(times))
  })
})
