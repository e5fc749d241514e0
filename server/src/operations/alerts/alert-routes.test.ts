// Alerts over REST: their life by people, against a model; who sees which; what is refused.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { arrive } from '../../../test/arrivals.ts'
import type { Customer, Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import { declarationOf } from '../../events/catalog/catalog.ts'
import { type ConversationEvent, emit, takeSequence } from '../../events/index.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal, Reach } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { openLog } from '../../platform/log.ts'
import { matchPage } from './match-events.ts'
import type { AlertState } from './shapes.ts'

const { indaba, door } = await startSideDoor()
const log = openLog('silent')

describe('alerts over REST', () => {
  let customer: Customer
  let owner: Principal
  const db = indaba.app.db

  before(async () => {
    customer = await indaba.customer()
    owner = person(customer.orgId, 'owner')
    const user = owner.actor.slice('user:'.length)
    await sql`insert into users (id, email) values (${user}, ${`${user}@example.com`})`.execute(db)
    await sql`insert into memberships (org_id, user_id, role, level, state)
      values (${customer.orgId}, ${user}, 'owner', 'organisation', 'active')`.execute(db)
  })

  const post = (path: string, body: object = {}, by = owner) => door.ask(by, 'POST', path, body)
  const rule = async (fields: object = {}) => {
    const made = await post('/v1/alert-rules', { name: newId(), source: 'event', types: ['call.completed'], ...fields })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return made.body as Json
  }
  /** A call that somebody of these has ended, as the log tells of it. */
  async function ended(place: { team?: string; department?: string; agent_id?: string } = {}, data: object = {}) {
    const [call] = await arrive(db, customer.orgId, [place])
    assert.ok(call)
    const told = { ...declarationOf('call.completed').example, conversation_id: call.id, call_id: call.id, ...data }
    await db.transaction().execute(async (tx) => {
      const [seq = 0] = await takeSequence(tx, [customer.orgId])
      const event = { orgId: customer.orgId, seq, type: 'call.completed', conversationId: call.id, data: told }
      await emit(tx, [event as ConversationEvent])
    })
    await everyOrg(() => matchPage(db, customer.orgId, { now: new Date(), log }))
    return call.id
  }
  const alertsOf = async (ruleId: string, by = owner): Promise<Json[]> =>
    (await door.ask(by, 'GET', `/v1/alerts?rule_id=${ruleId}`)).body.alerts

  type Step = { kind: 'match' } | { kind: 'acknowledge' | 'assign' | 'snooze' | 'resolve' | 'reopen' }
  const step = fc.constantFrom<Step['kind']>('match', 'acknowledge', 'assign', 'snooze', 'resolve', 'reopen')

  test('whatever people and events do, in whatever order: the alert is where the model is', async () => {
    const model = (state: AlertState, kind: Step['kind']): AlertState | null => {
      if (kind === 'match') return state === 'resolved' ? 'open' : state
      if (kind === 'reopen') return state === 'open' ? null : 'open'
      if (state === 'resolved') return null
      return ({ acknowledge: 'acknowledged', assign: 'assigned', snooze: 'snoozed', resolve: 'resolved' } as const)[
        kind
      ]
    }
    const bodies = {
      acknowledge: {},
      assign: { user_id: owner.actor.slice(5) },
      snooze: { for_s: 3600 },
      resolve: { comment: 'done' },
      reopen: {},
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (kinds) => {
        const { id: ruleId } = await rule()
        await ended()
        const [{ id }] = (await alertsOf(ruleId)) as [Json]
        let state: AlertState = 'open'
        let count = 1
        const history = ['open']
        for (const kind of kinds) {
          const next = model(state, kind)
          if (kind === 'match') {
            await ended()
            count += 1
            if (state === 'resolved') history.push('reopen')
          } else {
            const answer = await post(`/v1/alerts/${id}/${kind}`, bodies[kind])
            assert.equal(answer.status, next ? 200 : 409, `${kind} of ${state}: ${JSON.stringify(answer.body)}`)
            if (next) history.push(kind)
          }
          state = next ?? state
          const { body } = await door.ask(owner, 'GET', `/v1/alerts/${id}`)
          assert.deepEqual([body.state, body.count], [state, count])
          assert.equal(body.snoozed_until !== null, state === 'snoozed')
          assert.equal(body.resolved_at !== null, state === 'resolved')
          if (state === 'assigned') assert.equal(body.owner_id, owner.actor.slice(5))
          assert.deepEqual(
            body.history.map(({ action }: Json) => action),
            history,
          )
        }
        assert.equal((await alertsOf(ruleId)).length, 1)
        await door.ask(owner, 'DELETE', `/v1/alert-rules/${ruleId}`)
      }),
      { numRuns: 10 },
    )
  })

  test('who sees a part of the organisation sees and handles the alerts that concern that part alone', async () => {
    const [ann, ben] = [newId(), newId()]
    const grouped = await rule({ group_by: 'team' })
    await ended({ team: 'Billing', department: 'Service', agent_id: ann })
    await ended({ team: 'Support', department: 'Service', agent_id: ben })
    await ended({})
    const mixed = await rule({ name: 'Mixed' })
    await ended({ team: 'Billing', department: 'Service', agent_id: ann })
    await ended({ team: 'billing', department: 'Service', agent_id: ann })
    const pairs = async (reach: Reach) => {
      const { body } = await door.ask(person(customer.orgId, 'supervisor', reach), 'GET', '/v1/alerts?state=open')
      return body.alerts
        .filter(({ rule_id }: Json) => [grouped.id, mixed.id].includes(rule_id))
        .map(({ rule_id, group }: Json) => (rule_id === mixed.id ? 'mixed' : group))
        .sort()
    }
    const billing: Reach = { column: 'team', values: ['BILLING'] }
    assert.deepEqual(await pairs('all'), ['', 'Billing', 'Support', 'billing', 'mixed'])
    assert.deepEqual(await pairs(billing), ['Billing', 'billing', 'mixed'])
    assert.deepEqual(await pairs({ column: 'agent_id', values: [ann] }), ['Billing', 'billing', 'mixed'])
    assert.deepEqual(await pairs({ column: 'agent_id', values: [ben] }), ['Support'])
    assert.deepEqual(await pairs({ column: 'department', values: ['service'] }), [
      'Billing',
      'Support',
      'billing',
      'mixed',
    ])
    assert.deepEqual(await pairs({ column: 'team', values: [] }), [])
    await ended({ team: 'Support', department: 'Service', agent_id: ben })
    assert.deepEqual(await pairs(billing), ['Billing', 'billing'], 'the mixed one concerns others now')
    await sql`insert into agents (org_id, id, merged_into) values (${customer.orgId}, ${ann}, ${ben})`.execute(db)
    assert.deepEqual(await pairs({ column: 'agent_id', values: [ben] }), ['Billing', 'Support', 'billing', 'mixed'])

    const leader = person(customer.orgId, 'supervisor', billing)
    const all = await alertsOf(grouped.id)
    const idOf = (group: string) => all.find((one) => one.group === group).id
    assert.equal((await post(`/v1/alerts/${idOf('Billing')}/acknowledge`, {}, leader)).status, 200)
    assert.equal((await post(`/v1/alerts/${idOf('Support')}/acknowledge`, {}, leader)).status, 404)
    assert.equal((await door.ask(leader, 'GET', `/v1/alerts/${idOf('Support')}`)).status, 404)
    for (const [method, path] of [
      ['GET', '/v1/alert-rules'],
      ['GET', `/v1/alert-rules/${mixed.id}`],
      ['PATCH', `/v1/alert-rules/${mixed.id}`],
      ['DELETE', `/v1/alert-rules/${mixed.id}`],
      ['POST', `/v1/alert-rules/${mixed.id}/test`],
    ] as const) {
      assert.equal(
        (await door.ask(leader, method, path, method === 'GET' ? undefined : {})).status,
        403,
        `${method} ${path}`,
      )
    }
    const analyst = person(customer.orgId, 'analyst')
    assert.equal((await post(`/v1/alerts/${idOf('Billing')}/resolve`, {}, analyst)).status, 403)
    assert.equal((await door.ask(person(customer.orgId, 'agent'), 'GET', '/v1/alerts')).status, 403)
  })

  test('listed newest first and by change, in pages; each step is in the audit and an event', async () => {
    const { id: ruleId } = await rule({ group_by: 'topic', severity: 'critical' })
    for (const topic of ['a', 'b', 'c']) await ended({}, { topic })
    const page = await door.ask(owner, 'GET', `/v1/alerts?rule_id=${ruleId}&limit=2&severity=critical,high`)
    assert.deepEqual(
      page.body.alerts.map(({ group }: Json) => group),
      ['c', 'b'],
    )
    const next = await door.ask(owner, 'GET', `/v1/alerts?rule_id=${ruleId}&limit=2&cursor=${page.body.next_cursor}`)
    assert.deepEqual(
      next.body.alerts.map(({ group }: Json) => group),
      ['a'],
    )
    const [{ id, seq }] = next.body.alerts
    const newest = page.body.alerts[0].seq
    await post(`/v1/alerts/${id}/snooze`, { until: new Date(Date.now() + 7200_000).toISOString(), comment: 'Tonight.' })
    const changed = await door.ask(owner, 'GET', `/v1/alerts?after_seq=${newest}&limit=1`)
    assert.deepEqual([changed.body.alerts[0].id, changed.body.alerts[0].seq > seq], [id, true])
    const { rows } = await sql<Json>`
      select action, data::text from audit_events where target = ${id} order by seq`.execute(db)
    assert.deepEqual(
      rows.map((row) => [row.action, JSON.parse(row.data)]),
      [['alert.snooze', { from: 'open', to: 'snoozed' }]],
    )
    const { rows: events } = await sql<Json>`
      select type, data ->> 'by' as by from events where type like 'alert.%' and data ->> 'alert_id' = ${id} order by seq`.execute(
      db,
    )
    assert.deepEqual(events, [
      { type: 'alert.opened', by: null },
      { type: 'alert.snoozed', by: owner.actor },
    ])
  })

  test('what an alert is not taken to', async () => {
    const { id: ruleId } = await rule()
    await ended()
    const [{ id }] = (await alertsOf(ruleId)) as [Json]
    const refused: [path: string, body: object, status: number][] = [
      ['assign', {}, 400],
      ['assign', { user_id: newId() }, 400],
      ['assign', { user_id: 'x' }, 400],
      ['snooze', {}, 400],
      ['snooze', { for_s: 1 }, 400],
      ['snooze', { for_s: 3600, until: '2099-01-01T00:00:00Z' }, 400],
      ['snooze', { until: '2099-01-01T00:00:00Z' }, 400],
      ['snooze', { until: '2020-01-01T00:00:00Z' }, 400],
      ['snooze', { until: 'tomorrow' }, 400],
      ['resolve', { comment: 'x'.repeat(2001) }, 400],
      ['resolve', { because: 'x' }, 400],
      ['reopen', {}, 409],
    ]
    for (const [path, body, status] of refused)
      assert.equal((await post(`/v1/alerts/${id}/${path}`, body)).status, status, `${path} ${JSON.stringify(body)}`)
    for (const query of ['state=wrong', 'severity=open', 'cursor=x', 'after_seq=-1'])
      assert.equal((await door.ask(owner, 'GET', `/v1/alerts?${query}`)).status, 400, query)
    const stranger = person((await indaba.customer()).orgId, 'owner')
    assert.equal((await post(`/v1/alerts/${id}/resolve`, {}, stranger)).status, 404)
    await post(`/v1/alerts/${id}/resolve`)
    await sql`update alerts set resolved_at = now() - interval '2 hours' where id = ${id}`.execute(db)
    await ended()
    const again = await post(`/v1/alerts/${id}/reopen`)
    assert.deepEqual([again.status, (await alertsOf(ruleId)).length], [409, 2])
    assert.match(JSON.stringify(again.body), /already|open/)
    const key = { 'idempotency-key': newId() }
    const [{ id: open }] = (await alertsOf(ruleId)) as [Json]
    for (let n = 0; n < 2; n += 1) {
      const answer = await door.ask(owner, 'POST', `/v1/alerts/${open}/resolve`, { comment: 'once' }, key)
      assert.deepEqual([answer.status, answer.body.history.length], [200, 2])
    }
  })
})
