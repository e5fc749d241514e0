// Agents and how they do, against a whole server.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Value } from 'typebox/value'
import { analysisOf, arrive } from '../../../test/arrivals.ts'
import { type Customer, type Harness, type Json, startHarness } from '../../../test/harness.ts'
import {
  changeConversation,
  closeConversation,
  getConversation,
  putAnalysis,
  wholeOrg,
} from '../../conversations/index.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { factsFollower } from '../facts/follower.ts'
import { catchUp } from '../upkeep.ts'
import { agentAnswer, agentsAnswer } from './answers.ts'
import { agentListAnswer, performanceAnswer, teamListAnswer } from './performance-answers.ts'

describe('agents', () => {
  let indaba: Harness
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => indaba.stop())

  const get = (by: Customer, path: string) => indaba.json(path, { headers: by.headers })
  const post = (by: Customer, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${indaba.url}/v1/agents`, {
      method: 'POST',
      headers: { ...by.headers, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const create = async (by: Customer, body: unknown): Promise<Json> => {
    const answer = await post(by, body)
    assert.equal(answer.status, 201)
    const made: Json = await answer.json()
    assert.ok(Value.Check(agentAnswer, made))
    return made
  }

  /** A finished call of so many seconds, whose customer sounded so. */
  async function handled(by: Customer, given: { agentId: string; startedAt: string; seconds: number; score?: number }) {
    const { db } = indaba.app
    const [made] = await arrive(db, by.orgId, [{ agent_id: given.agentId, started_at: given.startedAt }])
    assert.ok(made)
    const analysis = analysisOf(made, given.score === undefined ? {} : { customerScore: given.score })
    await db.transaction().execute(async (tx) => {
      await putAnalysis(tx, analysis)
      await changeConversation(tx, { orgId: by.orgId, id: made.id }, { duration_ms: given.seconds * 1000 })
      const conversation = await getConversation(tx, wholeOrg(by.orgId), made.id)
      assert.ok(conversation)
      await closeConversation(tx, conversation, { status: 'completed', analysis })
    })
  }

  const counted = (by: Customer, timeZone: string) =>
    everyOrg(() => catchUp(indaba.app.db, [factsFollower], { orgId: by.orgId, timeZone }))

  test('are listed with every key of the reference, filtered and by pages', async () => {
    const customer = await indaba.customer()
    await create(customer, { name: 'Ben', email: 'ben@example.com', team: 'Billing', department: 'Service' })
    await create(customer, { name: 'Ann', external_id: 'agent_001', team: 'Sales' })
    const all = await get(customer, '/v1/agents')
    assert.ok(Value.Check(agentsAnswer, all))
    assert.deepEqual(
      all.agents.map((one: Json) => one.name),
      ['Ann', 'Ben'],
    )
    for (const key of ['agent_id', 'name', 'email', 'team', 'department', 'active', 'performance_score']) {
      assert.ok(Object.hasOwn((all as Json).agents[0], key), key)
    }
    const names = async (query: string) =>
      (await get(customer, `/v1/agents?${query}`)).agents.map((one: Json) => one.name)
    assert.deepEqual(await names('team_id=Sales'), ['Ann'])
    assert.deepEqual(await names('department_id=Service'), ['Ben'])
    assert.deepEqual(await names('active=false'), [])
    assert.deepEqual(await names('active=true&limit=1&offset=1'), ['Ben'])
    assert.deepEqual((await get(await indaba.customer(), '/v1/agents')).agents, [])
  })

  test('are made once: by key, and by e-mail and external id without regard to case', async () => {
    const customer = await indaba.customer()
    const key = { 'idempotency-key': 'agent-1' }
    const first: Json = await (await post(customer, { email: 'one@example.com' }, key)).json()
    const again: Json = await (await post(customer, { email: 'one@example.com' }, key)).json()
    assert.equal(again.agent_id, first.agent_id)
    assert.equal((await post(customer, { email: 'ONE@example.com' })).status, 409)
    await create(customer, { external_id: 'Agent_7' })
    assert.equal((await post(customer, { external_id: 'agent_7' })).status, 409)
    for (const bad of [{}, { name: 7 }, { name: 'x'.repeat(201) }, { team: 'Sales' }]) {
      assert.equal((await post(customer, bad)).status, 400, JSON.stringify(bad))
    }
    assert.equal((await get(customer, '/v1/agents')).total, 2)
  })

  test('one made later gets the conversations that named it, and the change cursor shows them', async () => {
    const customer = await indaba.customer()
    const arrived = await arrive(indaba.app.db, customer.orgId, [
      { agent_given: { email: 'Late@Example.com' } },
      { agent_given: { id: 'late-1' }, team: 'Own team' },
      { agent_given: { name: 'late agent' }, channel: 'chat' },
      { agent_given: { email: 'other@example.com' } },
      {},
    ])
    const last = arrived.at(-1)?.seq ?? 0
    const made = await create(customer, {
      name: 'Late Agent',
      email: 'late@example.com',
      external_id: 'LATE-1',
      team: 'Night',
      department: 'Service',
    })
    assert.equal(made.linked_conversations, 3)
    const { conversations } = await get(customer, `/v1/conversations?after_seq=${last}`)
    assert.deepEqual(
      conversations.map((one: Json) => one.id).sort(),
      arrived
        .slice(0, 3)
        .map(({ id }) => id)
        .sort(),
    )
    assert.deepEqual(
      conversations.map((one: Json) => one.seq),
      [last + 1, last + 2, last + 3],
    )
    for (const { agent } of conversations) {
      // The agent's department is not that of the team that was named.
      const department = agent.team === 'Own team' ? null : 'Service'
      assert.deepEqual([agent.agent_id, agent.department], [made.agent_id, department])
    }
    const { calls } = await get(customer, '/v1/calls?agent_id=LATE%40example.com')
    assert.equal(calls.length, 2)
    const rows = await indaba.app.db
      .selectFrom('conversations')
      .select('team')
      .where('agent_id', '=', made.agent_id)
      .execute()
    assert.deepEqual(rows.map(({ team }) => team).sort(), ['Night', 'Night', 'Own team'])
  })

  test('a conversation that another transaction was at work on is linked when it ends', async () => {
    const customer = await indaba.customer()
    const { db } = indaba.app
    const [made] = await arrive(db, customer.orgId, [{ agent_given: { email: 'busy@example.com' } }])
    assert.ok(made)
    await db.transaction().execute(async (tx) => {
      const conversation = await getConversation(tx, wholeOrg(customer.orgId), made.id)
      assert.ok(conversation)
      await tx.selectFrom('conversations').select('id').where('id', '=', made.id).forUpdate().execute()
      const agent = await create(customer, { email: 'busy@example.com', team: 'Day' })
      assert.equal(agent.linked_conversations, 0)
      const failure = { code: 'x', reason: 'X.', stage: null }
      await closeConversation(tx, conversation, { status: 'failed', failure })
    })
    const { calls } = await get(customer, '/v1/calls?agent_id=busy@example.com')
    assert.deepEqual(
      calls.map((one: Json) => one.call_id),
      [made.id],
    )
  })

  test('performance: by any name of the agent, dates with and without time, the last day inclusive', async () => {
    const customer = await indaba.customer({ settings: { time_zone: 'Africa/Johannesburg' } })
    const { agent_id: agentId } = await create(customer, {
      name: 'Ann',
      email: 'a.b+c@example.com',
      external_id: 'x/1 ü',
    })
    const calls = [
      { startedAt: '2025-01-01T08:00:00Z', seconds: 100, score: 0.5 },
      { startedAt: '2025-01-31T21:59:00Z', seconds: 200, score: -0.1 },
      { startedAt: '2025-01-31T22:00:00Z', seconds: 400, score: 1 },
    ]
    for (const one of calls) await handled(customer, { agentId, ...one })
    await counted(customer, 'Africa/Johannesburg')
    const ask = (id: string, query: string) =>
      get(customer, `/v1/agents/${encodeURIComponent(id)}/performance?${query}`)
    const january = 'start_date=2025-01-01&end_date=2025-01-31'
    for (const id of [agentId, agentId.toUpperCase(), 'a.b+c@example.com', 'A.B+C@EXAMPLE.COM', 'x/1 ü', 'Ann']) {
      const shown: Json = await ask(id, january)
      assert.ok(Value.Check(performanceAnswer, shown), JSON.stringify(Value.Errors(performanceAnswer, shown)))
      assert.equal(shown.agent_id, agentId)
      assert.equal(shown.name, 'Ann')
      const { performance, trends } = shown
      assert.deepEqual([performance.total_calls, performance.average_duration], [2, 150])
      // Mean sentiment 0.2 reads 3.4 of 5.
      assert.equal(performance.customer_satisfaction, 3.4)
      assert.equal(performance.customer_satisfaction_estimated, true)
      assert.match(performance.customer_satisfaction_basis, /Estimated from the sentiment of customers in 2/)
      assert.deepEqual([performance.average_score, performance.resolution_rate], [null, null])
      assert.deepEqual(trends.volume_trend, [1, 1])
      assert.deepEqual(trends.volume_dates, ['2025-01-01', '2025-01-31'])
      assert.deepEqual(trends.score_trend, [])
    }
    const total = async (query: string) => (await ask(agentId, query)).performance.total_calls
    assert.equal(await total('start_date=2025-01-01T00:00:00Z&end_date=2025-02-01T00:00:00Z'), 3)
    assert.equal(await total('start_date=2025-01-01T00:00:00.123456&end_date=2025-01-31T23:59:59'), 2)
    assert.equal(await total('start_date=01/01/2025&end_date=31/01/2025'), 2)
    assert.equal(await total(''), 0)
    await handled(customer, { agentId, startedAt: new Date(Date.now() - 86_400_000).toISOString(), seconds: 10 })
    await counted(customer, 'Africa/Johannesburg')
    const recent = await ask(agentId, '')
    assert.deepEqual(
      [
        recent.performance.total_calls,
        recent.performance.customer_satisfaction,
        recent.performance.customer_satisfaction_estimated,
      ],
      [1, null, false],
    )
  })

  test('lists of agents and teams: ranks, strengths and weaknesses against the mean, paged', async () => {
    const customer = await indaba.customer({ settings: { time_zone: 'UTC' } })
    const agents = [
      await create(customer, { name: 'Ann', team: 'Billing', department: 'Service' }),
      await create(customer, { name: 'Ben', team: 'Billing', department: 'Service' }),
    ]
    for (const [index, { agent_id: agentId }] of agents.entries()) {
      for (let n = 0; n < 20 + index; n++)
        await handled(customer, {
          agentId,
          startedAt: `2025-01-0${1 + (n % 9)}T08:00:00Z`,
          seconds: 60,
          score: index ? -0.5 : 0.5,
        })
    }
    await counted(customer, 'UTC')
    const january = 'start_date=2025-01-01&end_date=2025-01-31'
    const list = await get(customer, `/v1/agents/performance?${january}&rank_by=sentiment_customer`)
    assert.ok(Value.Check(agentListAnswer, list), JSON.stringify(Value.Errors(agentListAnswer, list)))
    assert.deepEqual(
      list.agents.map((one: Json) => [
        one.name,
        one.rank,
        one.figures.completed.value,
        one.strengths[0]?.metric,
        one.weaknesses[0]?.metric,
      ]),
      [
        ['Ann', 1, 20, 'sentiment_customer', undefined],
        ['Ben', 2, 21, undefined, 'sentiment_customer'],
      ],
    )
    const page = await get(customer, `/v1/agents/performance?${january}&limit=1&offset=1`)
    assert.deepEqual([page.total, page.agents[0].name, page.rank_by], [2, 'Ann', 'conversations'])
    const teams = await get(customer, `/v1/teams/performance?${january}`)
    assert.ok(Value.Check(teamListAnswer, teams), JSON.stringify(Value.Errors(teamListAnswer, teams)))
    const status = (path: string) =>
      fetch(`${indaba.url}${path}`, { headers: customer.headers }).then((one) => one.status)
    assert.equal(await status('/v1/agents/performance?rank_by=luck'), 400)
    assert.equal(await status('/v1/agents/performance?rank_by=qa_score'), 400)
  })

  test('performance of nobody, or of a stranger, is a 404; unreadable dates are refused', async () => {
    const customer = await indaba.customer()
    const stranger = await indaba.customer()
    const { agent_id } = await create(customer, { email: 'mine@example.com' })
    const status = async (by: Customer, path: string) =>
      (await fetch(`${indaba.url}/v1/agents/${path}`, { headers: by.headers })).status
    assert.equal(await status(stranger, `${agent_id}/performance`), 404)
    assert.equal(await status(stranger, 'mine@example.com/performance'), 404)
    assert.equal(await status(customer, '%20/performance'), 404)
    assert.equal(await status(customer, `${agent_id}/performance?start_date=yesterday`), 400)
    assert.equal(await status(customer, `${agent_id}/performance?start_date=2025-02-01&end_date=2025-01-01`), 400)
  })
})
