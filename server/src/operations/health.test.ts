// Health and figures, against a whole server, with and without its database.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { arrive } from '../../test/arrivals.ts'
import { type Harness, type Json, startHarness } from '../../test/harness.ts'
import { openDb } from '../platform/db/db.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { Problem } from '../platform/problem.ts'
import { telemetry } from './index.ts'

describe('health', () => {
  let indaba: Harness
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => indaba.stop())

  const text = async (path: string) => (await fetch(`${indaba.url}${path}`)).text()

  test('answers without any header: alive, ready, and in the shape of vBot', async () => {
    assert.deepEqual(JSON.parse(await text('/healthz')), { status: 'ok' })
    assert.deepEqual(JSON.parse(await text('/readyz')), { status: 'ready' })
    const health = JSON.parse(await text('/health')) as Json
    assert.deepEqual([health.status, health.version], ['healthy', '1.0.0'])
    assert.match(health.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  test('figures count work and time, and name nobody', async () => {
    const customer = await indaba.customer({ name: 'Nameless', company_name: 'Unheard', email: 'unseen@example.com' })
    const [made] = await arrive(indaba.app.db, customer.orgId, [{ external_id: 'secret-session' }, {}])
    await fetch(`${indaba.url}/v1/calls/${made?.id}`, { headers: customer.headers })
    await fetch(`${indaba.url}/v1/no-such-path/${made?.id}`)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const figures = await text('/metrics')
    assert.match(figures, /indaba_conversations_unfinished\{what="count"\} 2/)
    assert.match(figures, /indaba_conversations_unfinished\{what="oldest_age_seconds"\} \d/)
    assert.match(figures, /indaba_deliveries\{state="pending"\} 0/)
    assert.match(figures, /indaba_http_request_seconds_count\{route="GET \/v1\/calls\/:id",status="200"\} 1/)
    assert.match(figures, /indaba_jobs\{queue="pipeline\.advance_chat",state="queued"\}/)
    assert.match(figures, /process_cpu_seconds_total/)
    for (const word of [
      'Nameless',
      'Unheard',
      'unseen',
      customer.orgId,
      customer.key,
      made?.id ?? '',
      'secret-session',
      'no-such-path',
    ]) {
      assert.equal(figures.includes(word), false, word)
    }
  })

  test('without a database: not ready, in good time; figures of the process go on', async () => {
    // Nothing listens on port 9.
    const db = openDb({ url: 'postgres://nobody@127.0.0.1:9/none', connectionsMax: 2, as: 'owner' })
    const queue = { counts: () => Promise.reject(new Error('away')) } as unknown as Queue
    const routes = new Map(telemetry({ db, queue, version: 'test' }).routes.map((one) => [one.paths[0], one]))
    const call = {} as never
    const started = performance.now()
    await assert.rejects(
      async () => routes.get('/readyz')?.handle(call),
      (err) => err instanceof Problem && err.kind === 'unavailable',
    )
    assert.ok(performance.now() - started < 2500)
    const figures = await routes.get('/metrics')?.handle(call)
    assert.equal(figures?.status, 200)
    assert.match(String(figures?.body), /process_cpu_seconds_total/)
    assert.doesNotMatch(String(figures?.body), /indaba_deliveries\{/)
    await db.destroy()
  })
})
