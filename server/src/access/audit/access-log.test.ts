import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { openLog } from '../../platform/log.ts'
import type { Problem } from '../../platform/problem.ts'
import { keyedHash } from '../../platform/secrets.ts'
import { nilOrg } from '../orgs.ts'
import { type AccessLog, accessLog } from './access-log.ts'
import { headSigner } from './signed-heads.ts'
import { verifyAudit } from './verification.ts'
import { writeAudit } from './write.ts'

const log = openLog('silent')
const signer = headSigner({ hash: keyedHash(randomBytes(32)) })

describe('the record of requests', () => {
  let db: Db
  let owner: Db
  let drop: () => Promise<void>

  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    db = openDb({ url: database.url, connectionsMax: 4 })
    owner = openDb({ url: database.url, connectionsMax: 4, as: 'owner' })
  })
  after(async () => {
    await db?.destroy()
    await owner?.destroy()
    await drop?.()
  })

  const asked = { address: '192.0.2.1', userAgent: 'test', needs: 'calls:read' }
  const answered = { method: 'GET', route: '/v1/calls/:id', target: 'a', status: 200, durationMs: 3.6 }
  const request = (record: AccessLog, orgId: string, facts: Partial<typeof answered> & { needs?: string } = {}) => {
    const requestId = newId()
    const turn = record.journal.begin({ requestId, ...asked, ...facts })
    const by = { actor: 'key:k', orgId }
    const end = () => record.journal.end({ requestId, by, needs: asked.needs, ...answered, ...facts })
    return { requestId, turn, end }
  }
  const rowsOf = async (orgId: string) =>
    (
      await sql<{ action: string; result: string; address: string; data: object; request_id: string }>`
        select action, result, address, data, request_id from audit_events where org_id = ${orgId} order by seq`.execute(
        owner,
      )
    ).rows

  test('each answered request of somebody known is a row, in order, in a chain that holds', async () => {
    const orgId = newId()
    const record = accessLog({ db, log })
    for (const [status, needs] of [
      [200, 'calls:read'],
      [403, 'keys:manage'],
      [429, 'calls:read'],
      [404, 'calls:read'],
      [200, 'admin'],
      [200, 'open'],
    ] as const)
      request(record, orgId, { status, needs }).end()
    request(record, '', { needs: 'admin' }).end()
    record.journal.end({ requestId: newId(), by: undefined, needs: 'calls:read', ...answered, status: 401 })
    await record.stop()
    assert.deepEqual(
      (await rowsOf(orgId)).map(({ action, result }) => `${action} ${result}`),
      ['calls.read ok', 'keys.manage denied', 'calls.read denied', 'calls.read failed', 'admin.read ok'],
    )
    const [first] = await rowsOf(orgId)
    assert.deepEqual(first?.data, { duration_ms: 4, route: 'GET /v1/calls/:id', status: 200 })
    assert.equal(first?.address, '192.0.2.1')
    assert.equal((await rowsOf(nilOrg)).length, 1)
    assert.equal((await verifyAudit(owner, signer, orgId)).fault, null)
  })

  test('what a change recorded is not recorded again, unless the change came to nothing', async () => {
    const orgId = newId()
    const record = accessLog({ db, log })
    for (const status of [200, 500]) {
      const { requestId, end } = request(record, orgId, { status })
      const entry = { orgId, actor: 'key:k', action: 'webhook.create', target: null, requestId }
      await owner
        .transaction()
        .execute(async (tx) => {
          await writeAudit(tx, [entry])
          if (status === 500) throw new Error('rolled back')
        })
        .catch(() => {})
      end()
    }
    await record.stop()
    const rows = await rowsOf(orgId)
    assert.deepEqual(
      rows.map(({ action, result, address }) => `${action} ${result} ${address}`),
      ['webhook.create ok 192.0.2.1', 'calls.read failed 192.0.2.1'],
    )
  })

  test('a full backlog makes requests wait, then refuses them; nothing is dropped', async () => {
    const orgId = newId()
    const backlogMax = 20
    const record = accessLog({ db, log, backlogMax, patienceMs: 300 })
    request(record, orgId).end()
    await delay(400)
    const release = Promise.withResolvers<void>()
    // Whoever holds the head keeps everybody from writing.
    const holding = owner.transaction().execute(async (tx) => {
      await sql`select from audit_heads where org_id = ${orgId} for update`.execute(tx)
      await release.promise
    })
    await delay(50)
    for (let i = 0; i < backlogMax; i++) {
      const { turn, end } = request(record, orgId)
      assert.equal(turn, undefined)
      end()
    }
    const refused = request(record, orgId)
    await assert.rejects(refused.turn as Promise<void>, ({ code, kind }: Problem) => {
      assert.deepEqual([code, kind], ['audit_backlog', 'unavailable'])
      return true
    })
    assert.equal(request(record, orgId, { needs: 'open' }).turn, undefined, 'open routes go on')
    const waits = request(record, orgId)
    const startedAt = performance.now()
    setTimeout(release.resolve, 100)
    await waits.turn
    assert.ok(performance.now() - startedAt > 90)
    waits.end()
    await holding
    await record.stop()
    assert.equal((await rowsOf(orgId)).length, backlogMax + 2)
    assert.equal((await verifyAudit(owner, signer, orgId)).fault, null)
  })

  test('thousands at once, while changes are written to the same chain', async () => {
    const orgId = newId()
    const record = accessLog({ db, log })
    for (let i = 0; i < 3000; i++) request(record, orgId).end()
    const change = { orgId, actor: 'key:k', action: 'agent.create', target: null, requestId: null }
    await Promise.all(Array.from({ length: 50 }, () => owner.transaction().execute((tx) => writeAudit(tx, [change]))))
    await record.stop()
    const { rows, fault } = await verifyAudit(owner, signer, orgId)
    assert.deepEqual([rows, fault], [3050, null])
  })
})
