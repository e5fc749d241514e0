// How PostgreSQL reads the log where it is long: each list by an index, and no more of it than it shows.
// INDABA_TEST_LOG_ROWS=1000000 asks the same of a million rows of which 100,000 are dead.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { fillLog } from '../../../test/letters.ts'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { planOf } from '../../../test/plans.ts'
import { deliveryStatuses, listQuery } from '../deliveries/delivery-log.ts'
import { figuresQuery, figuresRowsMax } from '../deliveries/figures.ts'
import { groupCountMax, groupsQuery, lettersQuery } from './letters.ts'
import { chunkRows, nextQuery } from './run-step.ts'

const rowsInAll = Number(process.env.INDABA_TEST_LOG_ROWS ?? 120_000)
const limit = 51

describe('dead letters in a long log', () => {
  let outbox: Outbox
  let orgId: string
  let full: string
  let quiet: string
  before(async () => {
    outbox = await openOutbox()
    orgId = await outbox.org()
    const make = async () => (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:1/' })).endpoint.id
    ;[quiet, full] = [await make(), await make()]
    const fill = (endpointId: string, count: number, state: 'dead' | 'delivered') =>
      fillLog(outbox.db, { orgId, endpointId }, { count, state, fingerprints: 40 })
    await fill(quiet, 200, 'dead')
    await fill(full, rowsInAll * 0.9, 'delivered')
    await fill(full, rowsInAll * 0.1, 'dead')
    await fill(quiet, 200, 'delivered')
    // As much waits as has died.
    await sql`
      insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, next_at, created_at)
      select org_id, endpoint_id, new_id(), event_seq, event_at, finished_at, created_at from delivery_log
      where org_id = ${orgId} and state = 'dead'`.execute(outbox.db)
    await sql`vacuum analyze delivery_log, deliveries, events`.execute(outbox.db)
  })
  after(() => outbox.close())

  const within = (plan: Awaited<ReturnType<typeof planOf>>, max: { rows: number; blocks: number }, what: string) =>
    assert.ok(plan.rows <= max.rows && plan.blocks <= max.blocks, `${what}: ${plan.blocks} blocks, ${plan.text}`)

  test('the log of an endpoint, of every status, at its beginning and in its midst', async () => {
    for (const endpointId of [full, quiet]) {
      for (const status of [undefined, ...deliveryStatuses]) {
        for (const before of [null, Math.floor(rowsInAll / 2)]) {
          const plan = await planOf(outbox.db, listQuery(orgId, endpointId, { limit, before, status }))
          within(plan, { rows: 4 * limit, blocks: 1500 }, `${status} before ${before}`)
        }
      }
    }
  })

  test('dead letters, whatever is asked of them', async () => {
    const at = Date.now() * 1000 - 20 * 3600_000_000 + rowsInAll * 50
    const fingerprint = 'http_500 cause 7'
    const filters = [
      {},
      { endpointId: full },
      { endpointId: quiet },
      { fingerprint },
      { endpointId: quiet, fingerprint },
    ]
    for (const filter of filters) {
      for (const since of [undefined, new Date(at / 1000)]) {
        for (const after of [null, { at, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }]) {
          const plan = await planOf(outbox.db, lettersQuery(orgId, { ...filter, since }, { limit, after }))
          // Of one cause, a small group may be read whole.
          const rows = Math.max(5 * limit, rowsInAll / 300)
          within(plan, { rows, blocks: 900 + rows }, JSON.stringify([filter, since, after]))
        }
      }
    }
  })

  test('groups cost what they count, up to a limit for each', async () => {
    const first = await planOf(outbox.db, groupsQuery(orgId, { limit: 11, after: null }))
    const counted = Math.min(groupCountMax, rowsInAll / 400) * 11
    // Of few, those that come later may be sorted rather than read in order.
    const limitRows = Math.max(counted + 100, 9000)
    within(first, { rows: limitRows, blocks: 3000 + 2 * counted }, 'groups')
    const of = groupsQuery(orgId, {
      endpointId: full,
      limit: 11,
      after: { endpoint: full, fingerprint: 'http_500 cause 2' },
    })
    within(await planOf(outbox.db, of), { rows: limitRows, blocks: 3000 + 2 * counted }, 'groups of one endpoint')
  })

  test('the steps of a run', async () => {
    const nil = '00000000-0000-0000-0000-000000000000'
    for (const [at_endpoint, at_seq] of [
      [nil, 0],
      [full, rowsInAll * 0.95],
    ] as const) {
      const plan = await planOf(outbox.db, nextQuery({ org_id: orgId, filters: {}, at_endpoint, at_seq }))
      within(plan, { rows: 8 * chunkRows, blocks: 8 * chunkRows }, `${at_endpoint} ${at_seq}`)
    }
  })

  test('the figures of a day read the newest alone', async () => {
    const plan = await planOf(outbox.db, figuresQuery(orgId, full))
    within(plan, { rows: 3 * figuresRowsMax, blocks: 3000 }, 'figures')
  })
})
