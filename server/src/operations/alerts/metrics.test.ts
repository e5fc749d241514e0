// The figures of the operation, measured on rows as the other slices write them.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Alarms, openAlarms } from '../../../test/alarms.ts'
import { arrive } from '../../../test/arrivals.ts'
import { writeAudit } from '../../access/index.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { sampleDeliveries } from './delivery-samples.ts'
import type { MetricName } from './metric-names.ts'
import { type Metrics, operationMetrics } from './metrics.ts'

describe('figures of the operation', () => {
  let alarms: Alarms
  let metrics: Metrics
  let other: string
  before(async () => {
    alarms = await openAlarms()
    metrics = operationMetrics({ db: alarms.parts.db, timeZone: 'UTC' })
    other = await alarms.org()
  })
  after(() => alarms.close())

  /** Measured together with another organisation, which has none. */
  async function figure(name: MetricName, orgId: string): Promise<number | null> {
    const found = await everyOrg(() => metrics[name]([other, orgId]))
    assert.equal(found.has(other), false)
    return found.get(orgId) ?? null
  }
  async function endpoint(orgId: string, status = 'active'): Promise<string> {
    const id = newId()
    await sql`insert into webhook_endpoints (org_id, id, url, events, style, secret, status)
      values (${orgId}, ${id}, 'https://example.com', '{*}', 'vela', '\\x00', ${status})`.execute(alarms.owner)
    await sql`insert into delivery_lanes (org_id, endpoint_id) values (${orgId}, ${id})`.execute(alarms.owner)
    return id
  }
  const lane = (id: string, set: ReturnType<typeof sql>) =>
    sql`update delivery_lanes set ${set} where endpoint_id = ${id}`.execute(alarms.owner)
  const delivery = (orgId: string, endpointId: string, dueInS: number) =>
    sql`insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, next_at, created_at)
      values (${orgId}, ${endpointId}, ${newId()}, 1, now(), now() + make_interval(secs => ${dueInS}), now())`.execute(
      alarms.owner,
    )

  test('age of the oldest delivery that is due: not what is retried later, held, or waits for its receiver', async () => {
    const orgId = await alarms.org()
    const [idle, paused, open, quiet, busy] = [
      await endpoint(orgId),
      await endpoint(orgId, 'paused'),
      await endpoint(orgId),
      await endpoint(orgId),
      await endpoint(orgId),
    ] as const
    await delivery(orgId, idle, 500)
    for (const one of [paused, open, quiet]) await delivery(orgId, one, -500)
    await lane(open, sql`breaker = 'open', open_until = now() + interval '30 s'`)
    await lane(quiet, sql`blocked_until = now() + interval '30 s'`)
    assert.equal(await figure('delivery_oldest_pending_s', orgId), null)
    assert.equal(await figure('breakers_open', orgId), 1)
    for (const dueInS of [-20, -90, 100]) await delivery(orgId, busy, dueInS)
    assert.equal(Math.round((await figure('delivery_oldest_pending_s', orgId)) ?? 0), 90)
  })

  test('failed attempts: sampled from the lanes, nothing twice, by a long and a short window', async () => {
    const orgId = await alarms.org()
    const [one, two] = [await endpoint(orgId), await endpoint(orgId)]
    const minute = (id: string, minutesAgo: number, ok: number, failed: number) =>
      lane(
        id,
        sql`window_at = now() - make_interval(mins => ${minutesAgo}), window_ok = ${ok}, window_failed = ${failed}`,
      )
    const sample = () => everyOrg(() => sampleDeliveries(alarms.parts.db))
    await minute(one, 1, 4, 1)
    await sample()
    assert.equal(await figure('delivery_burn_1h', orgId), null, 'five attempts say nothing')
    await sql`update delivery_lanes set window_ok = 64, window_failed = 16 where endpoint_id = ${one}`.execute(
      alarms.owner,
    )
    await Promise.all([sample(), sample()])
    await minute(two, 0, 20, 0)
    await sample()
    // 16 of 100, and 1 of 100 may fail.
    assert.equal(Math.round((await figure('delivery_burn_1h', orgId)) ?? 0), 16)
    await lane(two, sql`breaker = 'open', window_at = now() - interval '2 min', window_failed = 500`)
    await sample()
    assert.equal(Math.round((await figure('delivery_burn_6h', orgId)) ?? 0), 16)
    await sql`update delivery_samples set at = at - interval '20 min'`.execute(alarms.owner)
    assert.equal(await figure('delivery_burn_1h', orgId), 0, 'it is over')
    assert.equal(Math.round((await figure('delivery_burn_6h', orgId)) ?? 0), 16)
  })

  test('dead letters, conversations, refused sign-ins, what is used of the month', async () => {
    const orgId = await alarms.org()
    const endpointId = await endpoint(orgId)
    for (const state of ['dead', 'dead', 'discarded', 'delivered'])
      await sql`insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, state, attempt, attempts_before,
          created_at, finished_at)
        values (${orgId}, ${endpointId}, ${newId()}, 1, now(), ${state}, 1, 0, now(), now())`.execute(alarms.owner)
    assert.equal(await figure('dead_letters', orgId), 2)

    const calls = await arrive(alarms.owner, orgId, [{}, {}, {}, {}])
    for (const [index, status] of ['failed', 'failed', 'completed'].entries())
      await sql`update conversations set status = ${status} where id = ${calls[index]?.id}`.execute(alarms.owner)
    await sql`update conversations set received_at = now() - interval '100 s' where org_id = ${orgId} and status = 'queued'`.execute(
      alarms.owner,
    )
    assert.equal(Math.round((await figure('conversation_oldest_unprocessed_s', orgId)) ?? 0), 100)
    assert.equal(await figure('ingest_failures_1h', orgId), 2)

    await alarms.owner.transaction().execute((tx) =>
      writeAudit(
        tx,
        ['session.refuse', 'token.refuse', 'api.denied', 'session.refuse'].map((action) => ({
          orgId,
          actor: 'anonymous',
          action,
          target: null,
          requestId: null,
          result: 'denied' as const,
        })),
      ),
    )
    assert.equal(await figure('refused_sign_ins_15m', orgId), 3)

    const month = (ago: number) => sql`to_char(now() at time zone 'UTC' - make_interval(months => ${ago}), 'YYYY-MM')`
    await sql`insert into usage_months (org_id, month, kind, used, limit_units)
      values (${orgId}, ${month(0)}, 'minutes', 90, 120), (${orgId}, ${month(1)}, 'chats', 90, 100)`.execute(
      alarms.owner,
    )
    assert.equal(await figure('minutes_used_percent', orgId), 75)
    assert.equal(await figure('chats_used_percent', orgId), null)
  })
})
