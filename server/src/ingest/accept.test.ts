import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Acceptance, call, chat, openAcceptance, type Taken } from '../../test/acceptance.ts'
import { deleteOrg, writeAudit } from '../access/index.ts'
import { createAgent } from '../conversations/index.ts'
import { takeSequence } from '../events/index.ts'
import type { Problem } from '../platform/problem.ts'

const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))
const countOf = <T>(list: T[], value: T) => list.filter((one) => one === value).length
const outcomes = (all: Taken[]) => all.map(({ outcome }) => outcome)

describe('taking in', () => {
  let house: Acceptance
  before(async () => {
    house = await openAcceptance()
  })
  after(() => house?.close())

  const status = async (orgId: string) =>
    (
      await sql<{ id: string; status: string; version: number }>`
      select id, status, version from conversations where org_id = ${orgId} order by id`.execute(house.db)
    ).rows

  test('two hundred at once: each is there when it is answered, with one of everything', async () => {
    const takeIn = house.process()
    const orgIds = await Promise.all(times(4, house.org))
    const wasThere = await Promise.all(
      times(200, async (index) => {
        const { conversationId, outcome, status } = await takeIn(chat(orgIds[index % 4] as string))
        assert.deepEqual([outcome, status], ['new', 200])
        const { rows } = await sql`
          select 1 from conversations c join events e using (org_id, seq) join transcripts t on t.conversation_id = c.id
          where c.id = ${conversationId} and c.status = 'queued' and e.type = 'chat.received'`.execute(house.db)
        return rows.length
      }),
    )
    assert.deepEqual(new Set(wasThere), new Set([1]))
    for (const orgId of orgIds) {
      const { conversations, transcripts, events, audits, jobs, seq } = await house.rows(orgId)
      assert.deepEqual(
        { conversations, transcripts, events, audits, jobs, seq },
        {
          ...{ conversations: 50, transcripts: 50, events: 50, audits: 50, jobs: 50, seq: 50 },
        },
      )
      const { rows } = await sql<{ seqs: number[]; tags: number; tag: number; targets: number; jobs: number }>`
        select array_agg(c.seq order by c.seq) as seqs, count(distinct c.queue_tag) as tags,
          max(c.queue_tag) - max(q.tag) as tag,
          (select count(distinct target) from audit_events a where a.org_id = ${orgId}) as targets,
          (select count(distinct data ->> 'conversationId') from pgboss.job where data ->> 'orgId' = ${orgId}) as jobs
        from conversations c join queue_tags q using (org_id, channel) where org_id = ${orgId}`.execute(house.db)
      assert.deepEqual(
        rows[0]?.seqs.map(Number),
        times(50, (index) => index + 1),
      )
      assert.deepEqual({ ...rows[0], seqs: null }, { seqs: null, tags: 50, tag: 0, targets: 50, jobs: 50 })
    }
  })

  test('what was sent is what is kept', async () => {
    const orgId = await house.org()
    const tags = ['plain', 'a "quoted", {odd} \\ one', 'isiZulu Ñ 😀']
    const metadata = { nested: { list: [1, 'two', null] }, text: "it's" }
    const { conversationId } = await house.process()(chat(orgId, { arrival: { tags, metadata, warnings: ['w'] } }))
    const kept = await house.db
      .selectFrom('conversations')
      .selectAll()
      .where('org_id', '=', orgId)
      .where('id', '=', conversationId)
      .executeTakeFirstOrThrow()
    assert.deepEqual([kept.tags, kept.metadata, kept.warnings], [tags, metadata, ['w']])
  })

  test('one that cannot be written does not fail its neighbours', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    const bad = chat(orgId, { arrival: { direction: 'sideways' as never } })
    const all = await Promise.allSettled(
      [...times(10, () => chat(orgId)), bad, ...times(10, () => chat(orgId))].map(takeIn),
    )
    assert.deepEqual(
      all.map((one) => one.status),
      times(21, (index) => (index === 10 ? 'rejected' : 'fulfilled')),
    )
    const { conversations, events, jobs, audits, seq } = await house.rows(orgId)
    assert.deepEqual(
      { conversations, events, jobs, audits, seq },
      { conversations: 20, events: 20, jobs: 20, audits: 20, seq: 20 },
    )
  })

  test('a connection that dies half way leaves nothing half written', async () => {
    const [orgId, other] = [await house.org(), await house.org()]
    let deaths = 1
    const takeIn = house.process(async (tx, conversations) => {
      await house.enqueue(tx, conversations)
      if (deaths-- > 0) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx)
    })
    const all = await Promise.all(times(8, () => takeIn(chat(orgId))))
    assert.equal(countOf(outcomes(all), 'new'), 8)
    const { conversations, events, jobs, audits, seq } = await house.rows(orgId)
    assert.deepEqual(
      { conversations, events, jobs, audits, seq },
      { conversations: 8, events: 8, jobs: 8, audits: 8, seq: 8 },
    )

    deaths = 1000
    const lost = await Promise.allSettled(times(8, () => takeIn(call(other))))
    assert.equal(
      countOf(
        lost.map((one) => one.status),
        'rejected',
      ),
      8,
    )
    const nothing = await house.rows(other)
    assert.deepEqual(
      Object.entries(nothing).filter(([, n]) => Number(n) !== 0),
      [],
    )
    deaths = 0
    assert.equal((await takeIn(call(other))).outcome, 'new')
  })

  test('the same natural key: once, whether it comes at once, later, or to two processes', async () => {
    const orgId = await house.org()
    const [one, two] = [house.process(), house.process()]
    const again = (content = 'one') => chat(orgId, { arrival: { external_id: 'session-1', content_hash: content } })
    const first = await Promise.all([...times(10, () => one(again())), ...times(10, () => two(again()))])
    assert.equal(countOf(outcomes(first), 'new'), 1)
    assert.equal(countOf(outcomes(first), 'duplicate'), 19)
    assert.equal(new Set(first.map(({ conversationId }) => conversationId)).size, 1)
    assert.equal((await two(again())).outcome, 'duplicate')
    // Another channel and another organisation have keys of their own.
    assert.equal((await one(call(orgId, { arrival: { external_id: 'session-1' } }))).outcome, 'new')
    assert.equal((await one(chat(await house.org(), { arrival: { external_id: 'session-1' } }))).outcome, 'new')

    const changed = await one(again('two'))
    assert.deepEqual([changed.outcome, changed.conversationId], ['new_version', first[0]?.conversationId])
    assert.equal((await two(again('two'))).outcome, 'duplicate')
    const { conversations, events, jobs, audits, transcripts } = await house.rows(orgId)
    assert.deepEqual(
      { conversations, events, jobs, audits, transcripts },
      {
        ...{ conversations: 2, events: 3, jobs: 3, audits: 3, transcripts: 2 },
      },
    )
    const types = await sql<{ type: string }>`select type from events where org_id = ${orgId} order by seq`.execute(
      house.db,
    )
    assert.deepEqual(
      types.rows.map(({ type }) => type),
      ['chat.received', 'call.received', 'chat.updated'],
    )
    assert.equal((await status(orgId)).find(({ id }) => id === changed.conversationId)?.version, 2)
  })

  test('several versions in one batch: the last one counts', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    const versions = ['one', 'two', 'two', 'three']
    const all = await Promise.all(
      versions.map((content_hash) => takeIn(chat(orgId, { arrival: { external_id: 'x', content_hash } }))),
    )
    assert.deepEqual(outcomes(all), ['new', 'new_version', 'duplicate', 'new_version'])
    assert.equal(new Set(all.map(({ conversationId }) => conversationId)).size, 1)
    const [kept] = await status(orgId)
    assert.deepEqual([kept?.version, (await status(orgId)).length], [3, 1])
    const { rows } = await sql<{ version: number }>`
      select (data ->> 'version')::int as version from pgboss.job where data ->> 'orgId' = ${orgId}`.execute(house.db)
    assert.deepEqual(rows, [{ version: 3 }])
  })

  describe('an Idempotency-Key', () => {
    const keyed = (orgId: string, key: string, fingerprint = 'same') =>
      chat(orgId, { idempotency: { orgId, route: 'POST /v1/chats/upload', key, fingerprint } })
    const refusal = (one: PromiseSettledResult<Taken>) =>
      one.status === 'rejected' ? (one.reason as Problem).code : null

    test('answers again, and nothing happens twice', async () => {
      const orgId = await house.org()
      const takeIn = house.process()
      const first = await takeIn(keyed(orgId, 'a'))
      const again = await takeIn(keyed(orgId, 'a'))
      assert.deepEqual({ ...again, headers: null }, { ...first, headers: null })
      assert.deepEqual(again.headers, { 'Idempotency-Replayed': 'true' })
      assert.equal((await takeIn(keyed(orgId, 'b'))).outcome, 'new')
      await assert.rejects(takeIn(keyed(orgId, 'a', 'other')), { kind: 'conflict', code: 'idempotency_key_reused' })
      const { conversations, events, jobs, keys } = await house.rows(orgId)
      assert.deepEqual({ conversations, events, jobs, keys }, { conversations: 2, events: 2, jobs: 2, keys: 2 })
    })

    test('that comes several times in one batch is used once; the others are told to wait', async () => {
      const orgId = await house.org()
      const takeIn = house.process()
      const all = await Promise.allSettled([
        ...times(5, () => takeIn(keyed(orgId, 'a'))),
        takeIn(keyed(orgId, 'a', 'other')),
        takeIn(keyed(orgId, 'b')),
      ])
      assert.deepEqual(all.map(refusal), [
        null,
        ...times(4, () => 'idempotency_key_in_use'),
        'idempotency_key_reused',
        null,
      ])
      assert.equal((all[1] as PromiseRejectedResult).reason.retryAfterS, 1)
      assert.equal((await house.rows(orgId)).conversations, 2)
    })

    test('that comes to two processes at once is used once', async () => {
      const orgId = await house.org()
      const takers = [house.process(), house.process()]
      const names = times(12, String)
      const all = await Promise.allSettled(
        takers.flatMap((takeIn, which) =>
          (which ? names.toReversed() : names).map((name) => takeIn(keyed(orgId, name))),
        ),
      )
      assert.deepEqual(
        all.map(refusal),
        times(24, () => null),
      )
      const { conversations, events, jobs, keys } = await house.rows(orgId)
      assert.deepEqual({ conversations, events, jobs, keys }, { conversations: 12, events: 12, jobs: 12, keys: 12 })
    })

    test('is free again when its request failed', async () => {
      const orgId = await house.org()
      const takeIn = house.process()
      const bad = keyed(orgId, 'a')
      bad.arrival.direction = 'sideways' as never
      await assert.rejects(takeIn(bad))
      assert.equal((await takeIn(keyed(orgId, 'a'))).outcome, 'new')
    })
  })

  describe('a ticket', () => {
    test('is kept and told to nobody; twenty redemptions at once count once', async () => {
      const orgId = await house.org()
      const takers = [house.process(), house.process()] as const
      const { conversationId: id } = await takers[0](call(orgId, { kind: 'ticket', recording: null }))
      assert.deepEqual(await status(orgId), [{ id, status: 'awaiting_upload', version: 1 }])
      const waiting = await house.rows(orgId)
      assert.deepEqual([waiting.events, waiting.jobs, waiting.audits], [0, 0, 1])

      const redeem = () => call(orgId, { kind: 'redemption', arrival: { id } })
      const all = await Promise.all(times(20, (index) => (takers[index % 2] as (typeof takers)[0])(redeem())))
      assert.equal(countOf(outcomes(all), 'new'), 1)
      assert.equal(countOf(outcomes(all), 'duplicate'), 19)
      assert.deepEqual(await status(orgId), [{ id, status: 'queued', version: 1 }])
      const { recordings, events, jobs, audits } = await house.rows(orgId)
      assert.deepEqual({ recordings, events, jobs, audits }, { recordings: 1, events: 1, jobs: 1, audits: 2 })
    })

    test('for a call that is known turns into its next version, or into nothing when it is the same', async () => {
      const orgId = await house.org()
      const takeIn = house.process()
      const known = await takeIn(call(orgId, { arrival: { external_id: 'call-7', content_hash: 'first' } }))
      const redeem = async (content_hash: string) => {
        const { conversationId: id } = await takeIn(call(orgId, { kind: 'ticket', recording: null }))
        return takeIn(call(orgId, { kind: 'redemption', arrival: { id, external_id: 'call-7', content_hash } }))
      }
      const newer = await redeem('second')
      assert.deepEqual([newer.outcome, newer.conversationId], ['new_version', known.conversationId])
      assert.deepEqual(await status(orgId), [{ id: known.conversationId, status: 'queued', version: 2 }])
      assert.equal((await redeem('second')).outcome, 'duplicate')
      assert.equal((await house.rows(orgId)).events, 2)
    })

    test('of another organisation is nobody’s', async () => {
      const [orgId, other] = [await house.org(), await house.org()]
      const takeIn = house.process()
      const { conversationId: id } = await takeIn(call(orgId, { kind: 'ticket', recording: null }))
      assert.equal((await takeIn(call(other, { kind: 'redemption', arrival: { id } }))).outcome, 'duplicate')
      assert.equal((await house.rows(other)).conversations, 0)
      assert.deepEqual(await status(orgId), [{ id, status: 'awaiting_upload', version: 1 }])
    })
  })

  describe('an agent that nobody knows', () => {
    const of = (orgId: string, createsAgents: boolean) =>
      chat(orgId, { createsAgents, arrival: { agent_given: { email: 'Thandi@Example.com', name: 'Thandi' } } })

    test('is made once, however many name it at once', async () => {
      const orgId = await house.org()
      const takers = [house.process(), house.process()] as const
      const all = await Promise.all(times(30, (index) => (takers[index % 2] as (typeof takers)[0])(of(orgId, true))))
      assert.deepEqual(new Set(all.flatMap(({ warnings }) => warnings)), new Set())
      assert.equal((await house.rows(orgId)).agents, 1)
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from conversations c join agents a on a.org_id = c.org_id and a.id = c.agent_id
        where c.org_id = ${orgId}`.execute(house.db)
      assert.deepEqual(rows, [{ n: 30 }])
    })

    test('is waited for while somebody else makes them, whatever that one still has to lock', async () => {
      const orgId = await house.org()
      const takeIn = house.process()
      await takeIn(chat(orgId))
      let taking: Promise<Taken> | undefined
      await house.db.transaction().execute(async (tx) => {
        await createAgent(tx, orgId, { name: 'Thandi', email: 'thandi@example.com' })
        taking = takeIn(of(orgId, true))
        await delay(100)
        await takeSequence(tx, [orgId])
        await writeAudit(tx, [{ orgId, actor: 'admin', action: 'agent.create', target: null, requestId: null }])
      })
      assert.equal((await taking)?.outcome, 'new')
      assert.equal((await house.rows(orgId)).agents, 1)
    })

    test('is left out and said, where agents are not made by themselves', async () => {
      const orgId = await house.org()
      const { outcome, warnings } = await house.process()(of(orgId, false))
      assert.equal(outcome, 'new')
      assert.match(warnings.join(), /No agent is known as Thandi@Example\.com, Thandi/)
      assert.equal((await house.rows(orgId)).agents, 0)
    })
  })
  test('an organisation can be deleted while much comes for it', async () => {
    for (const waitMs of [5, 15, 25]) {
      const orgId = await house.org()
      const takers = [house.process(), house.process()] as const
      await takers[0](chat(orgId))
      const coming = times(100, (index) => (takers[index % 2] as (typeof takers)[0])(chat(orgId)))
      const ended = Promise.allSettled(coming)
      await delay(waitMs)
      assert.equal(await house.db.transaction().execute((tx) => deleteOrg(tx, orgId)), true)
      await ended
      const { conversations, events, transcripts } = await house.rows(orgId)
      assert.deepEqual({ conversations, events, transcripts }, { conversations: 0, events: 0, transcripts: 0 })
    }
  })
})
