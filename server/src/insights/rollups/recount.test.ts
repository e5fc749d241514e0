// Whatever happens to conversations, in whatever order and however the changes are cut into pages: the daily tables say
// what a plain count of conversations and analyses says.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { analysisOf, arrive } from '../../../test/arrivals.ts'
import { freshDatabase } from '../../../test/database.ts'
import type { Json } from '../../../test/harness.ts'
import { removeConversation } from '../../conversations/closing.ts'
import {
  type Arrived,
  changeConversation,
  closeConversation,
  getConversation,
  nameBearers,
  putAnalysis,
  wholeOrg,
} from '../../conversations/index.ts'
import { takeSequence } from '../../events/index.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { factsFollower } from '../facts/follower.ts'
import { catchUp, followPage } from '../upkeep.ts'

const zone = 'America/New_York'
const agents = [newId(), newId(), null]
const teams = ['Billing', 'Support', null]
const days = ['2025-03-09T04:30:00Z', '2025-03-09T07:30:00Z', '2025-11-02T05:59:59Z', '2025-11-02T06:00:00Z']

type Step = { kind: string; pick: number; value: number }
const kinds = [
  'arrive',
  'arrive',
  'complete',
  'complete',
  'fail',
  'late',
  'reassign',
  'tag',
  'delete',
  'rename',
  'follow',
]
const steps = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), pick: fc.nat(1000), value: fc.nat(1000) }) as fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 40 },
)

describe('the daily tables', () => {
  let db: Db
  let database: Awaited<ReturnType<typeof freshDatabase>>
  before(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  const changed = (orgId: string, id: string, columns: object) =>
    db.transaction().execute(async (tx) => {
      const [seq = 0] = await takeSequence(tx, [orgId])
      await changeConversation(tx, { orgId, id, seq }, columns)
    })

  async function analyse({ org_id: orgId, id }: Arrived, value: number) {
    const figure = (number: number | null) => ({ value: number, status: 'ok' as const, formula: 'x@1', unit: 's' })
    const isSilent = value % 5 === 0
    const analysis = analysisOf(
      { org_id: orgId, id },
      {
        customerScore: (value % 21) / 10 - 1,
        languages: value % 3 ? [{ tag: value % 2 ? 'zu-ZA' : 'en-ZA', share: 1 }] : [],
        metrics: {
          duration: figure(value / 7),
          silence_time: figure(isSilent ? null : value / 21),
          sentiment_customer: figure((value % 21) / 10 - 1),
          talk_to_listen_ratio: figure(value % 4 ? value / 500 : null),
        },
      },
    )
    await db.transaction().execute(async (tx) => {
      await putAnalysis(tx, analysis)
      await changeConversation(tx, { orgId, id }, { duration_ms: value * 143 })
      const conversation = await getConversation(tx, wholeOrg(orgId), id)
      assert.ok(conversation)
      await closeConversation(tx, conversation, { status: 'completed', analysis })
    })
  }

  async function step(orgId: string, arrived: Arrived[], { kind, pick, value }: Step): Promise<void> {
    const one = arrived[pick % Math.max(1, arrived.length)]
    if (kind === 'arrive') {
      const made = await arrive(db, orgId, [
        {
          started_at: days[pick % days.length] ?? '',
          channel: value % 3 ? 'voice' : 'chat',
          direction: value % 2 ? 'inbound' : null,
          agent_id: agents[pick % 3] ?? null,
          team: teams[value % 3] ?? null,
          tags: value % 4 ? [] : ['a', 'b', 'a'].slice(0, (pick % 3) + 1),
          metadata: value % 2 ? { queue_time: value % 40, abandoned: value % 5 === 0 } : {},
        },
      ])
      arrived.push(...made)
    } else if (kind === 'follow') await followPage(db, factsFollower, { orgId, timeZone: zone })
    else if (kind === 'rename')
      await db
        .transaction()
        .execute((tx) =>
          nameBearers.rename(tx, orgId, { column: 'team', from: 'Billing', to: value % 2 ? 'Bills' : 'Support' }),
        )
    else if (!one) return
    else if (kind === 'complete' || kind === 'late') await analyse(one, value)
    else if (kind === 'reassign') await changed(orgId, one.id, { agent_id: agents[value % 2], team: teams[value % 3] })
    else if (kind === 'tag') {
      await changed(orgId, one.id, {})
      await sql`update conversations set tags = ${value % 2 ? ['b', 'c'] : []} where id = ${one.id}`.execute(db)
      await changed(orgId, one.id, {})
    } else
      await db.transaction().execute(async (tx) => {
        const conversation = await getConversation(tx, wholeOrg(orgId), one.id)
        assert.ok(conversation)
        const failure = { code: 'x', reason: 'X.', stage: null }
        if (kind === 'fail') return closeConversation(tx, conversation, { status: 'failed', failure })
        await removeConversation(tx, conversation)
        arrived.splice(arrived.indexOf(one), 1)
      })
  }

  /** Counted one by one, here, from what the conversations and their analyses say. */
  async function recount(orgId: string) {
    const { rows } = await sql<Json>`
      select c.*, a.metrics, a.languages from conversations c
      left join analyses a on a.org_id = c.org_id and a.conversation_id = c.id and a.id = c.analysis_id
      where c.org_id = ${orgId}`.execute(db)
    const cells = new Map<string, number[]>()
    for (const row of rows) {
      const local = Temporal.Instant.from(row.started_at.toISOString()).toZonedDateTimeISO(zone)
      const isDone = row.status === 'completed'
      const of = (id: string): number | null => (isDone ? (row.metrics?.[id]?.value ?? null) : null)
      const [silence, length, mood] = [of('silence_time'), of('duration'), of('sentiment_customer')]
      const sums = [
        1,
        Number(isDone),
        Number(row.status === 'failed'),
        isDone && row.duration_ms !== null ? row.duration_ms : 0,
        silence === null ? 0 : Math.round(silence * 1000),
        silence === null || length === null ? 0 : Math.round(length * 1000),
        mood === null ? 0 : Math.round(mood * 1e6),
        Number(row.metadata.queue_time !== undefined && row.metadata.abandoned === true),
      ]
      const [agent, team] = [row.agent_id ?? '00000000-0000-0000-0000-000000000000', row.team ?? '']
      const language = row.languages?.[0]?.tag ?? row.language ?? ''
      const keys = [
        ['day', row.channel, row.direction ?? ''],
        ['hour', local.hour, row.channel],
        ['team', row.channel, row.direction ?? '', team],
        ['language', row.channel, language, team],
        ['agent', agent, row.channel, team],
        ...[...new Set(row.tags)].map((tag) => ['tag', row.channel, team, tag]),
      ]
      for (const [grain, ...rest] of keys) {
        const key = [grain, local.toPlainDate(), ...rest].join('|')
        cells.set(
          key,
          (cells.get(key) ?? sums.map(() => 0)).map((sum, index) => sum + (sums[index] ?? 0)),
        )
      }
    }
    return Object.fromEntries([...cells].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  async function kept(orgId: string) {
    const { rows } = await sql<{ key: string; sums: number[] }>`
      select concat_ws('|', grain, day, case grain when 'hour' then hour::text end,
          case grain when 'agent' then agent_id::text end, channel,
          case when grain in ('day', 'team') then direction end, case grain when 'language' then language end,
          case when grain in ('team', 'language', 'agent', 'tag') then team end, case grain when 'tag' then tag end) as key,
        array[conversations, completed, failed, duration_num, silence_num, silence_den, sentiment_customer_num, abandoned]
          as sums
      from rollup_days where org_id = ${orgId}`.execute(db)
    return Object.fromEntries(
      rows.map(({ key, sums }) => [key, sums.map(Number)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }

  const everything = async (orgId: string) => {
    const of = async (table: string) =>
      (
        await sql`select to_jsonb(t) - 'seq' as row from ${sql.table(table)} t where org_id = ${orgId} order by 1`.execute(
          db,
        )
      ).rows
    return { facts: await of('conversation_facts'), days: await of('rollup_days'), bins: await of('rollup_bins') }
  }

  async function organisation() {
    const orgId = newId()
    await sql`insert into orgs (id, name) values (${orgId}, 'Test')`.execute(db)
    return orgId
  }

  test('say what a plain recount says', async () => {
    await everyOrg(() =>
      fc.assert(
        fc.asyncProperty(steps, async (todo) => {
          const orgId = await organisation()
          const arrived: Arrived[] = []
          for (const one of todo) await step(orgId, arrived, one)
          await catchUp(db, [factsFollower], { orgId, timeZone: zone })
          assert.deepEqual(await kept(orgId), await recount(orgId))
          const grown = await everything(orgId)
          await sql`update insight_cursors set time_zone = 'other' where org_id = ${orgId}`.execute(db)
          await catchUp(db, [factsFollower], { orgId, timeZone: zone })
          assert.deepEqual(grown, await everything(orgId))
          // What comes twice changes nothing.
          await sql`update insight_cursors set seq = 0 where org_id = ${orgId}`.execute(db)
          await catchUp(db, [factsFollower], { orgId, timeZone: zone })
          assert.deepEqual(grown, await everything(orgId))
        }),
        { numRuns: 25 },
      ),
    )
  })

  test('are empty when everything is deleted', async () => {
    await everyOrg(async () => {
      const orgId = await organisation()
      const arrived: Arrived[] = []
      for (let pick = 0; pick < 6; pick++) await step(orgId, arrived, { kind: 'arrive', pick, value: pick * 4 })
      for (const one of [...arrived]) await analyse(one, 700)
      await catchUp(db, [factsFollower], { orgId, timeZone: zone })
      while (arrived.length > 0) await step(orgId, arrived, { kind: 'delete', pick: 0, value: 0 })
      await catchUp(db, [factsFollower], { orgId, timeZone: zone })
      assert.deepEqual(await everything(orgId), { facts: [], days: [], bins: [] })
      const { rows } = await sql`select from conversation_changes where org_id = ${orgId}`.execute(db)
      assert.equal(rows.length, 0)
    })
  })

  test('are cut anew when the organisation moves to another time zone', async () => {
    await everyOrg(async () => {
      const orgId = await organisation()
      await arrive(db, orgId, [{ started_at: '2025-06-01T03:00:00Z' }, { started_at: '2025-06-01T18:45:00Z' }])
      const daysIn = async (timeZone: string) => {
        await catchUp(db, [factsFollower], { orgId, timeZone })
        const { rows } = await sql<{ at: string }>`
          select day || ' ' || hour as at from conversation_facts where org_id = ${orgId} order by started_at`.execute(
          db,
        )
        return rows.map(({ at }) => at)
      }
      assert.deepEqual(await daysIn('UTC'), ['2025-06-01 3', '2025-06-01 18'])
      assert.deepEqual(await daysIn('America/New_York'), ['2025-05-31 23', '2025-06-01 14'])
      assert.deepEqual(await daysIn('Asia/Kathmandu'), ['2025-06-01 8', '2025-06-02 0'])
      assert.deepEqual(await daysIn('+05:30'), ['2025-06-01 8', '2025-06-02 0'])
    })
  })
})
