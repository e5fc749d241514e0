// Figures over REST, against a whole server: what is counted, what is not, and what is refused.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Value } from 'typebox/value'
import { analysisOf, arrive } from '../../../test/arrivals.ts'
import type { Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import {
  changeConversation,
  closeConversation,
  getConversation,
  putAnalysis,
  wholeOrg,
} from '../../conversations/index.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Reach } from '../../platform/http/route.ts'
import { factsFollower } from '../facts/follower.ts'
import { catchUp } from '../upkeep.ts'
import { boardAnswer, callsAnswer, catalogueAnswer, distributionAnswer, queryAnswer } from './answers.ts'

const { indaba, door } = await startSideDoor()
const timeZone = 'America/New_York'

describe('figures', () => {
  type Given = {
    at: string
    team?: string
    seconds?: number
    silence?: number
    mood?: number
    tags?: string[]
    chat?: boolean
  }

  async function organisation(given: Given[]) {
    const { orgId } = await indaba.customer({ settings: { time_zone: timeZone } })
    const { db } = indaba.app
    const arrived = await arrive(
      db,
      orgId,
      given.map(({ at, team = 'Billing', tags = [], chat }) => ({
        started_at: at,
        team,
        department: 'Service',
        tags,
        channel: chat ? ('chat' as const) : ('voice' as const),
      })),
    )
    for (const [index, { seconds, silence, mood }] of given.entries()) {
      const made = arrived[index]
      if (!made || seconds === undefined) continue
      const figure = (value: number | null) => ({ value, status: 'ok' as const, formula: 'x@1', unit: 's' })
      const metrics = {
        duration: figure(seconds),
        handle_time: figure(seconds),
        silence_time: figure(silence ?? null),
        sentiment_customer: figure(mood ?? null),
        longest_dead_air: figure(seconds / 2),
      }
      const analysis = analysisOf(made, { metrics, ...(mood === undefined ? {} : { customerScore: mood }) })
      await db.transaction().execute(async (tx) => {
        await putAnalysis(tx, analysis)
        await changeConversation(tx, { orgId, id: made.id }, { duration_ms: seconds * 1000 })
        const conversation = await getConversation(tx, wholeOrg(orgId), made.id)
        assert.ok(conversation)
        await closeConversation(tx, conversation, { status: 'completed', analysis })
      })
    }
    await everyOrg(() => catchUp(db, [factsFollower], { orgId, timeZone }))
    return orgId
  }
  const by = (orgId: string, reach: Reach = 'all') => person(orgId, 'analyst', reach)
  const ask = async (orgId: string, query: string, reach: Reach = 'all'): Promise<Json> => {
    const { status, body } = await door.ask(by(orgId, reach), 'GET', `/v1/analytics/metrics?${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(Value.Check(queryAnswer, body), JSON.stringify(Value.Errors(queryAnswer, body)))
    return body
  }
  const march = 'start_date=2025-03-08&end_date=2025-03-10'
  const some: Given[] = [
    { at: '2025-03-09T04:59:59Z', seconds: 100, silence: 10, mood: 0.5 },
    { at: '2025-03-09T05:00:00Z', seconds: 300, silence: 90, mood: -0.5, tags: ['urgent'] },
    { at: '2025-03-10T03:59:59Z', seconds: 50, team: 'Support' },
    { at: '2025-03-10T04:00:00Z', team: 'Support', chat: true },
  ]

  test('ratios are ratios of sums; what cannot be computed is null with a reason; all is counted', async () => {
    const orgId = await organisation(some)
    const { rows, as_of_seq, is_behind, period } = await ask(
      orgId,
      `metrics=conversations,calls,silence_ratio,aht,duration_total,overtalk_ratio,topic_share,longest_dead_air,ingest_success_rate&${march}`,
    )
    const { metrics } = rows[0]
    assert.equal(rows.length, 1)
    assert.deepEqual([metrics.conversations.value, metrics.calls.value], [4, 3])
    assert.deepEqual(metrics.silence_ratio, {
      ...{
        value: 25,
        numerator: 100,
        denominator: 400,
        n: 2,
        excluded: 1,
        basis: 'rollups',
        formula: 'silence_ratio@1',
      },
    })
    assert.deepEqual([metrics.aht.value, metrics.aht.n], [150, 3])
    assert.equal(metrics.duration_total.value, 450)
    assert.deepEqual([metrics.overtalk_ratio.value, metrics.overtalk_ratio.excluded], [null, 3])
    assert.match(metrics.overtalk_ratio.reason, /None of the conversations/)
    assert.match(metrics.topic_share.reason, /detectors/)
    assert.deepEqual([metrics.longest_dead_air.value, metrics.longest_dead_air.basis], [75, 'facts'])
    assert.equal(metrics.ingest_success_rate.value, 75)
    assert.deepEqual([is_behind, period.days, period.time_zone], [false, 3, timeZone])
    assert.ok(as_of_seq > 0)
  })

  test('days are those of the organisation, on the day that the clocks go forward, too', async () => {
    const orgId = await organisation(some)
    const { rows } = await ask(orgId, `metrics=conversations,duration&group_by=day&${march}`)
    assert.deepEqual(
      rows.map((row: Json) => [row.group.day, row.metrics.conversations.value, row.metrics.duration.value]),
      [
        ['2025-03-08', 1, 100],
        ['2025-03-09', 2, 175],
        ['2025-03-10', 1, null],
      ],
    )
    const exact = await ask(
      orgId,
      'metrics=conversations&start_date=2025-03-09T05:00:00Z&end_date=2025-03-10T04:00:00Z',
    )
    assert.deepEqual([exact.rows[0].metrics.conversations.value, exact.period.days], [2, 1])
    const parts = await ask(
      orgId,
      'metrics=conversations&start_date=2025-03-09T04:59:00Z&end_date=2025-03-10T04:30:00Z',
    )
    assert.equal(parts.rows[0].metrics.conversations.value, 4)
    const within = await ask(
      orgId,
      'metrics=conversations&start_date=2025-03-09T04:59:00Z&end_date=2025-03-09T04:59:59Z',
    )
    assert.equal(within.rows[0].metrics.conversations.value, 0)
    const hours = await ask(orgId, `metrics=conversations&group_by=hour&${march}`)
    assert.deepEqual(
      hours.rows.map((row: Json) => [row.group.hour, row.metrics.conversations.value]),
      [
        ['0', 2],
        ['23', 2],
      ],
    )
  })

  test('filters and groups that the daily tables do not keep are answered from the facts, the same', async () => {
    const orgId = await organisation(some)
    const n = async (more: string) => {
      const { rows } = await ask(orgId, `metrics=conversations&${march}&${more}`)
      const { value, basis } = rows[0].metrics.conversations
      return [value, basis]
    }
    assert.deepEqual(await n('team=billing'), [2, 'rollups'])
    assert.deepEqual(await n('tag=urgent'), [1, 'rollups'])
    assert.deepEqual(await n('tag=urgent&direction=inbound'), [0, 'facts'])
    assert.deepEqual(await n(`filter=${encodeURIComponent('duration > 60')}`), [2, 'facts'])
    assert.deepEqual(await n('agent=nobody'), [0, 'rollups'])
    const teams = await ask(orgId, `metrics=conversations,language_mix&group_by=team,channel&${march}`)
    assert.deepEqual(
      teams.rows.map((row: Json) => [row.group.team, row.group.channel, row.metrics.conversations.value]),
      [
        ['Billing', 'voice', 2],
        ['Support', 'chat', 1],
        ['Support', 'voice', 1],
      ],
    )
  })

  test('compares with the period before, and knows percentiles and distributions', async () => {
    const orgId = await organisation(some)
    const { rows, previous_period } = await ask(
      orgId,
      'metrics=conversations,duration_p50&start_date=2025-03-10&end_date=2025-03-10&compare=previous',
    )
    const { conversations, duration_p50: median } = rows[0].metrics
    assert.deepEqual([conversations.value, conversations.previous.value, conversations.change], [1, 2, -50])
    assert.deepEqual([median.value, median.previous.value], [null, 175])
    assert.equal(previous_period.start_date, '2025-03-09T05:00:00.000Z')
    const { body } = await door.ask(by(orgId), 'GET', `/v1/analytics/distributions?measure=duration&${march}`)
    assert.ok(Value.Check(distributionAnswer, body), JSON.stringify(body))
    assert.equal(body.n, 3)
    assert.equal(
      body.bins.reduce((sum: number, one: Json) => sum + one.n, 0),
      3,
    )
    const { body: few } = await door.ask(
      by(orgId),
      'GET',
      `/v1/analytics/distributions?measure=duration&tag=urgent&${march}`,
    )
    assert.deepEqual([few.n, few.basis], [1, 'facts'])
    const { body: calls } = await door.ask(by(orgId), 'GET', `/v1/analytics/calls?${march}&team_id=Billing`)
    assert.ok(Value.Check(callsAnswer, calls), JSON.stringify(Value.Errors(callsAnswer, calls)))
    assert.deepEqual([calls.total_calls, calls.average_duration, calls.trends.volume_trend], [2, 200, [1, 1]])
  })

  test('nothing beyond the reach is counted, not even in totals', async () => {
    const orgId = await organisation(some)
    const reach: Reach = { column: 'team', values: ['support'] }
    const n = async (more: string) =>
      (await ask(orgId, `metrics=conversations&${march}&${more}`, reach)).rows[0]?.metrics.conversations.value
    assert.equal(await n(''), 2)
    assert.equal(await n('team=Billing'), 0)
    assert.equal(await n('tag=urgent'), 0)
    assert.equal(await n('tag=urgent&direction=inbound'), 0)
    const teams = await ask(orgId, `metrics=conversations&group_by=team&${march}`, reach)
    assert.deepEqual(
      teams.rows.map((row: Json) => row.group.team),
      ['Support'],
    )
    const { body } = await door.ask(by(orgId, reach), 'GET', `/v1/analytics/distributions?measure=duration&${march}`)
    assert.equal(body.n, 1)
    const none = await ask(orgId, `metrics=conversations&${march}`, { column: 'agent_id', values: [] })
    assert.equal(none.rows[0].metrics.conversations.value, 0)
  })

  test('a board is one request; a query that cannot be answered says so in its place', async () => {
    const orgId = await organisation(some)
    const { status, body } = await door.ask(by(orgId), 'POST', '/v1/analytics/query', {
      start_date: '2025-03-08',
      end_date: '2025-03-10',
      compare: 'previous',
      queries: [
        { id: 'a', metrics: ['calls'] },
        { id: 'b', metrics: 'cals' },
        { metrics: ['aht'], group_by: ['week'] },
      ],
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(Value.Check(boardAnswer, body), JSON.stringify(Value.Errors(boardAnswer, body)))
    const [first, second, third] = body.answers as Json[]
    assert.equal(first.rows[0].metrics.calls.value, 3)
    assert.match(second.error.message, /Did you mean 'calls'/)
    assert.deepEqual(
      third.rows.map((row: Json) => row.group.week),
      ['2025-03-03', '2025-03-10'],
    )
  })

  test('refuses what makes no sense, in plain words', async () => {
    const orgId = await organisation([])
    const refused = async (query: string) => {
      const { status, body } = await door.ask(by(orgId), 'GET', `/v1/analytics/metrics?${query}`)
      assert.equal(status, 400, `${query} ${JSON.stringify(body)}`)
      return body.error.message
    }
    for (const query of [
      '',
      'metrics=,',
      'metrics=nothing',
      'metrics=aht@2',
      `metrics=${Array.from({ length: 1000 }, (_, n) => `m${n}`)}`,
      'metrics=aht&group_by=moon',
      'metrics=aht&group_by=day,week',
      'metrics=aht&group_by=day,team,agent',
      'metrics=aht&start_date=2025-02-30',
      'metrics=aht&start_date=2025-03-02&end_date=2025-03-01',
      'metrics=aht&channel=smoke',
      'metrics=aht&filter=((',
      'metrics=aht&compare=yesterday',
    ])
      await refused(query)
    assert.match(
      await refused('metrics=aht&group_by=day&start_date=1900-01-01&end_date=2200-12-31'),
      /by week or month/,
    )
    for (const query of [
      'start_date=1900-01-01&end_date=2200-12-31',
      'start_date=2016-12-31T23:59:60Z&end_date=2017-01-01',
      '',
    ]) {
      const { rows } = await ask(orgId, `metrics=conversations,aht&${query}`)
      assert.deepEqual([rows[0].metrics.conversations.value, rows[0].metrics.aht.value], [0, null])
    }
    const queries = Array.from({ length: 25 }, () => ({ metrics: 'aht' }))
    assert.equal((await door.ask(by(orgId), 'POST', '/v1/analytics/query', { queries })).status, 400)
    assert.equal((await door.ask(by(orgId), 'GET', '/v1/analytics/distributions?measure=luck')).status, 400)
    const { body } = await door.ask(by(orgId), 'GET', '/v1/analytics/catalogue')
    assert.ok(Value.Check(catalogueAnswer, body))
    assert.ok(body.metrics.length > 80)
  })
})
