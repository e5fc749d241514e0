// What outcomes mean where several things happen at once: endpoints changed while something is under way, keys that are
// away, deliveries that were not meant for their endpoint, many dead letters in one turn.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { deleteOrg } from '../../access/index.ts'
import { Problem } from '../../platform/problem.ts'
import type { Credentials } from '../endpoints/credentials.ts'
import { changeEndpoint, type Endpoint } from '../endpoints/endpoints.ts'
import { emptyQueuesOf } from '../endpoints/status.ts'
import { attempt as send } from './attempt.ts'
import { type Claimed, claimDue } from './claim.ts'
import { endpointRows } from './endpoint-rows.ts'
import { holdQueue } from './lock.ts'
import type { Attempt } from './settle.ts'
import { type Ended, type OwnerNotice, turns } from './turn.ts'

const url = 'http://127.0.0.1:9/'
const leaseMs = 60_000
const refused: Attempt = {
  startedAt: new Date(),
  durationMs: 1,
  url,
  requestBytes: 1,
  status: 500,
  error: 'the receiver answered 500',
  fingerprint: 'http_500',
  response: '',
  responseHeaders: null,
  timings: null,
}

describe('outcomes', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox()
  })
  after(() => outbox.close())

  const claim = async (limit = 100): Promise<Claimed[]> =>
    outbox.db.transaction().execute(async (tx) => {
      await holdQueue(tx)
      return (await claimDue(tx, { limit, leaseMs })).claimed
    })
  const calls = (n: number) => Array.from({ length: n }, () => ({ type: 'call.completed' as const }))
  const gone = (due: Claimed): Ended => ({
    due,
    verdict: { state: 'waiting', attempt: { ...refused, status: 410 }, waitMs: 0 },
    outcome: { kind: 'failed' },
    isGone: true,
  })
  const told: OwnerNotice[] = []
  const settle = async (...ended: Ended[]) => {
    const takeTurn = turns(outbox.db, async (_, notices) => void told.push(...notices))
    return takeTurn({ ended, limit: 0, leaseMs })
  }
  const statusOf = async ({ id }: Endpoint) =>
    (await outbox.db.selectFrom('webhook_endpoints').select('status').where('id', '=', id).executeTakeFirst())?.status

  test('the numbers of dead letters of several endpoints in one turn follow each other', async () => {
    const orgId = await outbox.org()
    for (const ordering of [null, 'all', null] as const) await outbox.endpoint(orgId, { url, ordering })
    await outbox.emit(orgId, ...calls(3))
    const claimed = await claim()
    assert.equal(claimed.length, 7)
    await settle(...claimed.map((due): Ended => ({ due, verdict: { state: 'dead', attempt: refused }, outcome: null })))
    await outbox.emit(orgId, ...calls(1))
    const { rows } = await sql<{ seq: number; previous_seq: number }>`
      select seq, previous_seq from events where org_id = ${orgId} order by seq`.execute(outbox.db)
    const before = [0, ...rows.map(({ seq }) => seq)]
    assert.deepEqual(
      rows.map((row) => row.previous_seq),
      before.slice(0, -1),
    )
    assert.equal(rows.length, 11)
  })

  test('what an address answered before it was changed says nothing of the new one', async () => {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url })
    await outbox.emit(orgId, ...calls(1))
    const [due] = await claim()
    await outbox.db
      .transaction()
      .execute((tx) => changeEndpoint(tx, outbox.secrets, endpoint, { url: 'http://127.0.0.1:10/' }))
    told.length = 0
    await settle(gone(due as Claimed))
    assert.deepEqual([await statusOf(endpoint), told], ['active', []])
    // It is sent to the new address.
    assert.equal((await claim()).length, 1)
  })

  test('an endpoint that is gone is told of once, however many were under way', async () => {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url })
    await outbox.emit(orgId, ...calls(3))
    const claimed = await claim()
    told.length = 0
    for (const due of claimed) await settle(gone(due))
    assert.deepEqual(
      [claimed.length, await statusOf(endpoint), told.map(({ step }) => step)],
      [3, 'disabled', ['disabled']],
    )
  })

  test('while the key service is away nothing counts as an attempt', async () => {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url, retry_waits_s: [] })
    await outbox.emit(orgId, ...calls(1))
    const [due] = await claim()
    const away = async (): Promise<Credentials> => {
      throw new Problem('unavailable', 'key_service_unavailable', 'The key service does not answer.')
    }
    const log = { error() {}, warn() {} } as never
    const parts = { credentials: { of: away }, sendOver: {}, vbotFacts: async () => assert.fail(), log }
    const known = { row: endpoint, former: [] }
    const ended = await send(parts, due as Claimed, known, AbortSignal.timeout(1000))
    await settle(ended)
    const { rows } = await sql<{ attempt: number; wait: number }>`
      select attempt, extract(epoch from next_at - now())::float8 as wait from deliveries
      where endpoint_id = ${endpoint.id}`.execute(outbox.db)
    assert.equal(rows[0]?.attempt, 0)
    assert.ok((rows[0]?.wait ?? 0) > 5, 'it is not tried at once again')
  })

  test('what an endpoint does not want does not use up its rate', async () => {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url, rate_per_s: 2, filter: 'type = call.failed' })
    await outbox.emit(orgId, ...calls(6), { type: 'call.failed' })
    const unwanted = (due: Claimed): Ended => ({ due, verdict: { state: 'unwanted', attempt: null }, outcome: null })
    for (let turn = 0; turn < 3; turn += 1) {
      const claimed = (await claim()).filter((due) => due.endpoint_id === endpoint.id)
      assert.equal(claimed.length, 2)
      await settle(...claimed.map(unwanted))
    }
    assert.deepEqual(
      (await claim()).filter((due) => due.endpoint_id === endpoint.id).map(({ type }) => type),
      ['call.failed'],
    )
  })

  test('while an organisation is being deleted, nobody waits for it', async () => {
    const orgId = await outbox.org()
    await outbox.endpoint(orgId, { url })
    await outbox.emit(orgId, ...calls(1))
    const due = (await claim()).find((one) => one.org_id === orgId) as Claimed
    await emptyQueuesOf(outbox.db, outbox.secrets, orgId)
    await outbox.emit(orgId, ...calls(1))
    await outbox.db.transaction().execute(async (tx) => {
      await deleteOrg(tx, orgId)
      const dead: Ended = { due, verdict: { state: 'dead', attempt: refused }, outcome: { kind: 'failed' } }
      const turn = await Promise.race([settle(dead), delay(3000)])
      assert.deepEqual(turn?.late, [due])
    })
  })

  test('the endpoints of what was claimed are known, also when memory of others is let go', async () => {
    const orgId = await outbox.org()
    const [one, other] = [await outbox.endpoint(orgId, { url }), await outbox.endpoint(orgId, { url })]
    const of = ({ endpoint: { org_id, id, revision } }: typeof one) =>
      ({ org_id, endpoint_id: id, revision }) as Claimed
    const rows = endpointRows({ keptMax: 1 })
    await rows.of(outbox.db, [of(one)])
    const found = await rows.of(outbox.db, [of(one), of(other)])
    assert.deepEqual([...found.keys()].sort(), [one.endpoint.id, other.endpoint.id].sort())
  })
})
