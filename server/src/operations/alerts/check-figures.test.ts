// Figures become alerts, and time brings them back or ends them.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Alarms, later, openAlarms } from '../../../test/alarms.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { presets } from './default-rules.ts'
import { type MetricName, metricNames } from './metric-names.ts'
import { operationMetrics } from './metrics.ts'

describe('alerts from figures', () => {
  let alarms: Alarms
  before(async () => {
    alarms = await openAlarms()
  })
  after(() => alarms.close())
  // Each test begins at the same time.
  beforeEach(() => sql`update alert_clock set checked_at = '-infinity'`.execute(alarms.owner))

  /** The figure at these seconds; what the alert is after each. */
  async function run(orgId: string, metric: MetricName, steps: [seconds: number, value: number | null][]) {
    const states: (string | null)[] = []
    for (const [seconds, value] of steps) {
      if (value === null) alarms.figures.delete(metric)
      else alarms.figures.set(metric, value)
      await alarms.round(later(seconds))
      const alerts = await alarms.alerts(orgId)
      states.push(alerts.length > 1 ? `${alerts.length} alerts` : (alerts[0]?.state ?? null))
    }
    return states
  }

  test('opens after it was beyond for long enough without a break, resolves when it was well for long enough', async () => {
    const { org_id } = await alarms.rule({ metric: 'dead_letters', threshold: 10, for_s: 300 })
    const states = await run(org_id, 'dead_letters', [
      [0, 11],
      [200, 12],
      [240, 10],
      [300, 11],
      [570, 11],
      [610, 14],
      [700, 3],
      [800, 11],
      [900, null],
      [1180, 0],
      [1210, 0],
    ])
    assert.deepEqual(states, [null, null, null, null, null, 'open', 'open', 'open', 'open', 'open', 'resolved'])
    const [alert] = await alarms.alerts(org_id)
    assert.deepEqual([alert?.resolved_by, alert?.first_at], ['program', later(300)])
    assert.deepEqual(
      (await alarms.letters(org_id)).map(({ news }) => news),
      ['opened', 'resolved'],
    )
    assert.deepEqual(await alarms.events(org_id), ['alert.opened', 'alert.resolved'])
  })

  test('one that flaps mails once in a cool-down', async () => {
    const { org_id } = await alarms.rule({
      metric: 'breakers_open',
      threshold: 0,
      auto_resolve_s: 60,
      cooldown_s: 3600,
    })
    const steps = Array.from({ length: 40 }, (_, n): [number, number] => [n * 45, n % 4 === 0 ? 1 : 0])
    const states = await run(org_id, 'breakers_open', steps)
    assert.ok(states.includes('resolved') && states.lastIndexOf('open') > states.indexOf('resolved'))
    assert.deepEqual(
      (await alarms.letters(org_id)).map(({ news }) => news),
      ['opened', 'resolved'],
    )
    assert.ok(((await alarms.alerts(org_id))[0]?.count ?? 0) >= 8)
  })

  test('one that stays is told of again in each cool-down; a snoozed one is silent, and comes back if it is still so', async () => {
    const { org_id } = await alarms.rule({ metric: 'ingest_failures_1h', threshold: 5, cooldown_s: 600 })
    await run(org_id, 'ingest_failures_1h', [
      [0, 6],
      [300, 6],
      [620, 6],
    ])
    const snooze = (until: Date) =>
      sql`update alerts set state = 'snoozed', snoozed_until = ${until}, mail_due = null where org_id = ${org_id}`.execute(
        alarms.owner,
      )
    await snooze(later(5000))
    assert.deepEqual(
      await run(org_id, 'ingest_failures_1h', [
        [2000, 6],
        [4000, 7],
      ]),
      ['snoozed', 'snoozed'],
    )
    assert.equal((await alarms.letters(org_id)).length, 2)
    assert.deepEqual(await run(org_id, 'ingest_failures_1h', [[5001, 7]]), ['open'])
    assert.deepEqual(
      (await alarms.letters(org_id)).map(({ news }) => news),
      ['opened', 'again', 'again'],
    )
    await snooze(later(6000))
    assert.deepEqual(
      await run(org_id, 'ingest_failures_1h', [
        [5990, 7],
        [6030, 2],
      ]),
      ['snoozed', 'resolved'],
    )
  })

  test('of rules on events: a snooze ends, and quiet resolves where the rule says so', async () => {
    const snoozed = await alarms.rule()
    const quiet = await alarms.rule({ auto_resolve_s: 600 })
    for (const { org_id } of [snoozed, quiet]) await alarms.tell(org_id, { type: 'call.completed' })
    await alarms.round(later(0))
    await sql`update alerts set state = 'snoozed', snoozed_until = ${later(300)} where org_id = ${snoozed.org_id}`.execute(
      alarms.owner,
    )
    const states = async () => [
      (await alarms.alerts(snoozed.org_id))[0]?.state,
      (await alarms.alerts(quiet.org_id))[0]?.state,
    ]
    await alarms.round(later(200))
    assert.deepEqual(await states(), ['snoozed', 'open'])
    await alarms.round(later(310))
    assert.deepEqual(await states(), ['open', 'open'])
    await alarms.round(later(700))
    assert.deepEqual(await states(), ['open', 'resolved'])
    assert.equal((await alarms.letters(quiet.org_id)).length, 1, 'nobody is told that nothing happened')
  })

  test('two workers look at once: one alert, one mail', async () => {
    const { org_id } = await alarms.rule({ metric: 'refused_sign_ins_15m', threshold: 1 })
    alarms.figures.set('refused_sign_ins_15m', 5)
    await Promise.all([alarms.round(later(0)), alarms.round(later(0)), alarms.round(later(0))])
    await alarms.round(later(31))
    assert.equal((await alarms.alerts(org_id)).length, 1)
    assert.equal((await alarms.letters(org_id)).length, 1)
  })

  test('a figure that cannot be measured changes nothing', async () => {
    const { org_id } = await alarms.rule({ metric: 'minutes_used_percent', threshold: 90 })
    assert.deepEqual(await run(org_id, 'minutes_used_percent', [[0, 95]]), ['open'])
    const { metrics } = alarms.parts
    const before = metrics.minutes_used_percent
    metrics.minutes_used_percent = () => Promise.reject(new Error('the database is away'))
    await alarms.round(later(4000))
    await alarms.round(later(8000))
    metrics.minutes_used_percent = before
    assert.equal((await alarms.alerts(org_id))[0]?.state, 'open')
  })

  test('every organisation is given its rules once; each figure that they name can be measured', async () => {
    const orgId = await alarms.org()
    await Promise.all([alarms.round(), alarms.round()])
    const rules = async () => {
      const { rows } = await sql<{ preset: string }>`
        select preset from alert_rules where org_id = ${orgId} order by preset`.execute(alarms.owner)
      return rows.map(({ preset }) => preset)
    }
    assert.deepEqual(await rules(), presets.map(({ preset }) => preset).sort())
    await sql`delete from alert_rules where org_id = ${orgId}`.execute(alarms.owner)
    await alarms.round()
    assert.deepEqual(await rules(), [], 'what was deleted stays so')
    const metrics = operationMetrics({ db: alarms.parts.db, timeZone: 'UTC' })
    for (const name of metricNames)
      assert.equal((await everyOrg(() => metrics[name]([orgId]))).get(orgId) ?? null, null)
  })
})
