// Events become alerts: one for each rule and group, each event counted once, and no storm of what follows from them.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Alarms, later, openAlarms, type Told } from '../../../test/alarms.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { matchPage } from './match-events.ts'

describe('alerts from events', () => {
  let alarms: Alarms
  before(async () => {
    alarms = await openAlarms()
  })
  after(() => alarms.close())

  const call = (data: Record<string, unknown> = {}): Told => ({ type: 'call.completed', conversationId: newId(), data })
  const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

  test('10,000 matches in a minute: one alert, one event, one mail', async () => {
    const { org_id } = await alarms.rule({ filter: 'sentiment = negative' })
    for (let n = 0; n < 20; n += 1) {
      await alarms.tell(org_id, ...many(500, () => call({ sentiment: 'negative' })), call({ sentiment: 'positive' }))
    }
    await alarms.round()
    await alarms.round(later(5))
    const [alert, ...more] = await alarms.alerts(org_id)
    assert.equal(more.length, 0)
    assert.deepEqual([alert?.state, alert?.count], ['open', 10_000])
    assert.deepEqual(await alarms.events(org_id), ['alert.opened'])
    assert.equal((await alarms.letters(org_id)).length, 1)
  })

  test('each group has its alert; many at once are told of by one mail, and what follows by one a minute', async () => {
    const { org_id } = await alarms.rule({ group_by: 'agent_id' })
    const agents = many(60, newId)
    await alarms.tell(org_id, ...agents.map((agent_id) => call({ agent_id })), call({ agent_id: agents[0] }))
    await alarms.round(later(0))
    const alerts = await alarms.alerts(org_id)
    assert.equal(alerts.length, 60)
    assert.equal(alerts.find(({ group_key }) => group_key === agents[0])?.count, 2)
    assert.deepEqual(
      (await alarms.letters(org_id)).map(({ total, alertIds }) => [total, alertIds.length]),
      [[60, 20]],
    )
    await alarms.tell(org_id, ...many(5, () => call({ agent_id: newId() })))
    await alarms.round(later(10))
    assert.equal((await alarms.letters(org_id)).length, 1, 'within the minute the others wait')
    await alarms.round(later(61))
    assert.equal((await alarms.letters(org_id)).length, 6)
  })

  test('at least five within ten minutes: four are waited with, and old ones do not count', async () => {
    const { org_id } = await alarms.rule({ at_least: 5, within_s: 600 })
    const age = (minutes: number) =>
      sql`update events set occurred_at = now() - make_interval(mins => ${minutes})
        where org_id = ${org_id} and type = 'call.completed' and occurred_at > now() - interval '1 minute'`.execute(
        alarms.owner,
      )
    await alarms.tell(org_id, ...many(4, () => call()))
    await age(11)
    await alarms.round()
    await alarms.tell(org_id, ...many(4, () => call()))
    await alarms.round()
    assert.deepEqual(await alarms.alerts(org_id), [])
    await alarms.tell(org_id, call())
    await alarms.round()
    const [alert] = await alarms.alerts(org_id)
    assert.equal(alert?.count, 5)
    const { rows } = await sql`select from alert_pending where org_id = ${org_id}`.execute(alarms.owner)
    assert.equal(rows.length, 0)
  })

  test('what comes back within the cool-down opens the same alert without a mail; later there is a new one', async () => {
    const rule = await alarms.rule({ cooldown_s: 3600 })
    const { org_id } = rule
    const resolve = (agoS: number) =>
      sql`update alerts set state = 'resolved', resolved_at = now() - make_interval(secs => ${agoS})
        where org_id = ${org_id} and state <> 'resolved'`.execute(alarms.owner)
    await alarms.tell(org_id, call())
    await alarms.round()
    await resolve(10)
    await alarms.tell(org_id, call())
    await alarms.round(later(60))
    const [again, ...none] = await alarms.alerts(org_id)
    assert.deepEqual([again?.state, again?.count, none.length], ['open', 2, 0])
    assert.equal((await alarms.letters(org_id)).length, 1)
    await resolve(3700)
    await alarms.tell(org_id, call())
    await alarms.round(later(3700))
    assert.deepEqual(
      (await alarms.alerts(org_id)).map(({ state, count }) => [state, count]),
      [
        ['resolved', 2],
        ['open', 1],
      ],
    )
    assert.equal((await alarms.letters(org_id)).length, 2)
    assert.deepEqual(await alarms.events(org_id), ['alert.opened', 'alert.opened', 'alert.opened'])
  })

  test('an open alert that goes on is told of again once in each cool-down, an acknowledged one is not', async () => {
    const { org_id } = await alarms.rule({ cooldown_s: 600 })
    for (const seconds of [0, 300, 601, 700, 1300]) {
      await alarms.tell(org_id, call())
      await alarms.round(later(seconds))
    }
    assert.deepEqual(
      (await alarms.letters(org_id)).map(({ news }) => news),
      ['opened', 'again', 'again'],
    )
    await sql`update alerts set state = 'acknowledged' where org_id = ${org_id}`.execute(alarms.owner)
    await alarms.tell(org_id, call())
    await alarms.round(later(4000))
    assert.equal((await alarms.letters(org_id)).length, 3)
    assert.equal((await alarms.alerts(org_id))[0]?.count, 6)
  })

  test('never about alerts, nor about what failed to tell of one; and only from when the rule was made', async () => {
    const before = await alarms.rule()
    const { org_id } = before
    await alarms.tell(org_id, call())
    const all = await alarms.rule({ org_id, types: ['*'] })
    await alarms.tell(org_id, call())
    await alarms.tell(org_id, { type: 'message.exhausted', data: { event_type: 'alert.opened' } })
    for (let n = 0; n < 3; n += 1) await alarms.round(later(n))
    const found = await alarms.alerts(org_id)
    assert.deepEqual(found.map(({ rule_id, count }) => [rule_id === all.id, count]).sort(), [
      [false, 2],
      [true, 1],
    ])
    await alarms.tell(org_id, { type: 'message.exhausted' })
    await alarms.round(later(10))
    assert.equal((await alarms.alerts(org_id)).find(({ rule_id }) => rule_id === all.id)?.count, 2)
  })

  test('a rule with too many groups open puts the rest into one alert', async () => {
    const { org_id } = await alarms.rule({ group_by: 'topic' })
    await alarms.tell(org_id, ...many(1010, (n) => call({ topic: `topic ${n}` })))
    await alarms.round()
    const alerts = await alarms.alerts(org_id)
    assert.equal(alerts.length, 1001)
    assert.equal(alerts.find(({ group_key }) => group_key === '*')?.count, 10)
  })

  test('two workers at once, and one whose connection breaks in the middle: every event counts once', async () => {
    const { org_id } = await alarms.rule({ group_by: 'topic' })
    for (let n = 0; n < 10; n += 1) await alarms.tell(org_id, ...many(300, (m) => call({ topic: `topic ${m % 7}` })))
    let kills = 0
    const killer = setInterval(() => {
      sql<{ n: number }>`
        select count(pg_terminate_backend(pid)) as n from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state like '%in transaction%'`
        .execute(alarms.owner)
        .then(({ rows }) => {
          kills += rows[0]?.n ?? 0
        })
        .catch(() => {})
    }, 15)
    const work = async () => {
      for (let n = 0; n < 30; n += 1) {
        await everyOrg(() => matchPage(alarms.parts.db, org_id, { now: new Date(), log: alarms.parts.log })).catch(
          () => {},
        )
      }
    }
    await Promise.all([work(), work()])
    clearInterval(killer)
    await alarms.round(later(1))
    const alerts = await alarms.alerts(org_id)
    assert.equal(alerts.length, 7)
    assert.equal(
      alerts.reduce((sum, { count }) => sum + count, 0),
      3000,
    )
    assert.deepEqual(
      await alarms.events(org_id),
      many(7, () => 'alert.opened'),
    )
    console.log(`alerts: 3,000 events counted once, ${kills} connections broken meanwhile`)
  })
})
