// Jobs that failed on every try: listed page by page, tried again, discarded, each once and audited.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../../../test/harness.ts'

const job = 'pipeline.advance_chat'

describe('dead jobs', () => {
  let indaba: Harness
  let customer: Customer
  before(async () => {
    // Nobody works here, so that what is tried again stays where it is.
    indaba = await startHarness({ roles: { serve: true, work: false } })
    customer = await indaba.customer()
  })
  after(() => indaba.stop())

  const fail = async (minutesAgo: number): Promise<string> => {
    const id = randomUUID()
    await sql`
      insert into pgboss.job (id, name, data, state, retry_limit, retry_count, group_id, priority, completed_on, output)
      values (${id}, ${job}, ${JSON.stringify({ secret: 'of a conversation' })}::jsonb, 'failed', 10, 10,
        ${customer.orgId}, -7, now() - make_interval(mins => ${minutesAgo}), '{"message": "It broke."}')`.execute(
      indaba.app.db,
    )
    return id
  }
  const ask = async (method: string, path: string, headers: Record<string, string> = asAdmin) => {
    const answer = await fetch(`${indaba.url}/v1/operations/dead-jobs${path}`, { method, headers })
    return { status: answer.status, body: (await answer.json()) as Json }
  }
  const asAdmin = { authorization: `Bearer ${adminToken}` }
  const jobRow = async (where: ReturnType<typeof sql>) =>
    (
      await sql<Json>`select state, data, group_id, priority, retry_count from pgboss.job where ${where}`.execute(
        indaba.app.db,
      )
    ).rows

  test('are listed newest first, page by page, without what they hold', async () => {
    const ids = []
    for (const minutes of [3, 2, 1]) ids.unshift(await fail(minutes))
    const first = await ask('GET', '?limit=2')
    const second = await ask('GET', `?limit=2&cursor=${first.body.next_cursor}`)
    const all = [...first.body.dead_jobs, ...second.body.dead_jobs]
    assert.deepEqual(
      all.map(({ id }) => id),
      ids,
    )
    assert.equal(second.body.next_cursor, null)
    const { job: name, customer_id, attempts, error } = all[0]
    assert.deepEqual([name, customer_id, attempts, error], [job, customer.id, 11, 'It broke.'])
    assert.doesNotMatch(JSON.stringify(all), /of a conversation/)
    assert.deepEqual((await ask('GET', '?job=other')).body.dead_jobs, [])
    assert.equal((await ask('GET', '?cursor=x')).status, 400)
  })

  test('are tried again with all their tries, by one of two who ask', async () => {
    const id = await fail(0)
    const said = await Promise.all([ask('POST', `/${id}/retry`), ask('POST', `/${id}/retry`)])
    assert.deepEqual(said.map(({ status }) => status).sort(), [200, 404])
    assert.deepEqual(await jobRow(sql`name = ${job} and state = 'created'`), [
      {
        state: 'created',
        data: { secret: 'of a conversation' },
        group_id: customer.orgId,
        priority: -7,
        retry_count: 0,
      },
    ])
    assert.deepEqual(await jobRow(sql`id = ${id}`), [])
  })

  test('are discarded', async () => {
    const id = await fail(0)
    assert.equal((await ask('DELETE', `/${id}`)).status, 200)
    assert.equal((await ask('DELETE', `/${id}`)).status, 404)
    assert.deepEqual(await jobRow(sql`id = ${id}`), [])
    const audit = await sql<Json>`
      select actor, action from audit_events where target = ${id}`.execute(indaba.app.db)
    assert.deepEqual(audit.rows, [{ actor: 'admin', action: 'dead_job.discard' }])
  })

  test('a job that is not dead is not touched, and a key of an organisation sees none', async () => {
    const [waiting] = (
      await sql<{ id: string }>`select id from pgboss.job where state = 'created' limit 1`.execute(indaba.app.db)
    ).rows
    assert.ok(waiting)
    assert.equal((await ask('DELETE', `/${waiting.id}`)).status, 404)
    assert.equal((await ask('GET', '', customer.headers)).status, 403)
    assert.equal((await ask('DELETE', `/${waiting.id}`, customer.headers)).status, 403)
  })
})
