// One real day of a bank's call centre: what the figures say of its call log is what the log's own readme says.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sql } from 'kysely'
import { arrive } from '../../../test/arrivals.ts'
import type { Json } from '../../../test/harness.ts'
import { sharedData } from '../../../test/shared-data.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { factsFollower } from '../facts/follower.ts'
import { catchUp } from '../upkeep.ts'

const file = sharedData('data', 'call_records', 'anonymous_bank_one_day_1999.csv')
const timeZone = 'Asia/Jerusalem'
const day = 'start_date=1999-01-01&end_date=1999-01-01'

test('the figures of a bank’s day', { skip: file ? false : 'the call log is not there' }, async () => {
  const { indaba, door } = await startSideDoor()
  const { orgId } = await indaba.customer({ settings: { time_zone: timeZone } })
  const { db } = indaba.app
  const lines = readFileSync(file as string, 'utf8')
    .trim()
    .split(/\r?\n/)
  const names = (lines[0] ?? '').split(',')
  const calls = lines
    .slice(1)
    .map(
      (line) =>
        Object.fromEntries(line.split(',').map((value, index) => [names[index], value])) as Record<string, string>,
    )
    .filter(({ outcome }) => outcome !== 'PHANTOM')

  const agents = new Map<string, string>()
  for (const { server = '' } of calls) if (server !== 'NO_SERVER' && !agents.has(server)) agents.set(server, newId())
  for (const [name, id] of agents)
    await sql`insert into agents (org_id, id, name, external_id) values (${orgId}, ${id}, ${name}, ${name})`.execute(db)

  const given = calls.map((call) => {
    const isAnswered = call.outcome === 'AGENT' && call.server !== 'NO_SERVER'
    const isLeft = call.outcome === 'HANG' && Number(call.q_time) > 0
    const at = Temporal.PlainDateTime.from(`1999-01-01T${(call.vru_entry ?? '').padStart(8, '0')}`).toZonedDateTime(
      timeZone,
    )
    return {
      arrival: {
        started_at: at.toInstant().toString(),
        external_id: `${call['vru+line']}-${call.call_id}`,
        agent_id: agents.get(call.server ?? '') ?? null,
        direction: 'inbound' as const,
        status: 'queued' as const,
        metadata: isAnswered || isLeft ? { queue_time: Number(call.q_time), abandoned: isLeft } : { abandoned: true },
      },
      handledMs: isAnswered ? Number(call.ser_time) * 1000 : null,
    }
  })
  const arrived = await arrive(
    db,
    orgId,
    given.map(({ arrival }) => arrival),
  )
  const lengths = JSON.stringify(arrived.map(({ id }, index) => ({ id, ms: given[index]?.handledMs })))
  await sql`
    update conversations c set status = 'completed', completed_at = received_at, duration_ms = k.ms
    from json_to_recordset(${lengths}::json) as k (id uuid, ms bigint) where c.org_id = ${orgId} and c.id = k.id`.execute(
    db,
  )
  await everyOrg(() => catchUp(db, [factsFollower], { orgId, timeZone }))

  const ask = async (query: string): Promise<Json> => {
    const { status, body } = await door.ask(person(orgId, 'analyst'), 'GET', `/v1/analytics/metrics?${day}&${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const { rows } = await ask(
    'metrics=conversations,handled,offered,abandoned,abandon_share,answered_within_20s,asa,aht,handle_time_p50',
  )
  const { metrics } = rows[0]
  const rounded = (id: string) => Math.round(metrics[id].value * 100) / 100
  assert.deepEqual(
    {
      answered: metrics.asa.n,
      handled: metrics.handled.value,
      offered: metrics.offered.value,
      left: metrics.abandoned.value,
      abandonment: rounded('abandon_share'),
      withinTwentySeconds: rounded('answered_within_20s'),
      wait: rounded('asa'),
      handleTime: rounded('aht'),
      median: [metrics.handle_time_p50.value, metrics.handle_time_p50.basis],
    },
    {
      answered: 1505,
      handled: 1505,
      offered: 2231,
      left: 726,
      abandonment: 32.54,
      withinTwentySeconds: 17.84,
      wait: 135.38,
      handleTime: 194.53,
      median: [118, 'facts'],
    },
  )
  const byAgent = (await ask('metrics=handled,aht&group_by=agent')).rows.filter(
    (row: Json) => row.metrics.handled.value > 0,
  )
  assert.equal(byAgent.length, 18)
  const busiest = byAgent.toSorted((a: Json, b: Json) => b.metrics.handled.value - a.metrics.handled.value)[0]
  assert.deepEqual([busiest.label.agent, busiest.metrics.handled.value], ['SHARON', 164])
  assert.equal(Math.round(busiest.metrics.aht.value * 10) / 10, 133.1)
})
