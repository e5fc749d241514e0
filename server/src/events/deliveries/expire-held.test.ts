import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { claimDue } from '../delivery/claim.ts'
import { pauseEndpoint } from '../endpoints/status.ts'
import { expireHeld, heldDays } from './expire-held.ts'

describe('what is held for too long', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox()
  })
  after(() => outbox.close())

  /** As if it had been emitted so many days ago, and due since `dueDays`. */
  const age = async (endpointId: string, days: number, dueDays = days) => {
    const id = sql`
      (lpad(to_hex((extract(epoch from now() - make_interval(days => ${days})) * 1000)::bigint), 12, '0')
        || substr(replace(id::text, '-', ''), 13))::uuid`
    await sql`update deliveries set id = ${id}, next_at = now() - make_interval(days => ${dueDays})
      where endpoint_id = ${endpointId}`.execute(outbox.db)
  }
  const states = async (orgId: string, endpointId: string) =>
    (await outbox.log(orgId, endpointId)).map(({ status, error }) => [status, error?.slice(0, 16) ?? null])
  const told = async (orgId: string) => {
    const { rows } = await sql<{ data: { endpoint_id: string; count: number; fingerprint: string } }>`
      select data from events where org_id = ${orgId} and type = 'message.expired' order by seq`.execute(outbox.db)
    return rows.map(({ data }) => [data.endpoint_id, data.count, data.fingerprint])
  }

  test('is a dead letter then, and one event tells of all but the endpoint itself', async () => {
    const orgId = await outbox.org()
    const make = async () => (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:1/' })).endpoint.id
    const [off, replayed, active, watching] = [await make(), await make(), await make(), await make()]
    await outbox.emit(orgId, ...Array.from({ length: 700 }, () => ({ type: 'call.completed' as const })))
    await sql`delete from deliveries where endpoint_id = ${watching}`.execute(outbox.db)
    for (const id of [off, replayed]) {
      await outbox.db.transaction().execute((tx) => pauseEndpoint(tx, outbox.secrets, { orgId, id }, 'Test.'))
    }
    await age(off, heldDays + 1)
    await age(replayed, heldDays + 1, heldDays - 1)
    await age(active, heldDays + 1)
    assert.equal(await expireHeld(outbox.db), 700)
    assert.equal(await expireHeld(outbox.db), 0)
    const died = await states(orgId, off)
    assert.deepEqual([...new Set(died.map(String))], ['dead,It was held for '])
    assert.deepEqual([...new Set((await states(orgId, replayed)).map(String))], ['held,'])
    assert.deepEqual(await told(orgId), [[off, 700, 'held_too_long']])
    const { rows } = await sql<{ endpoint_id: string }>`
      select d.endpoint_id from deliveries d join events e on e.org_id = d.org_id and e.seq = d.event_seq
      where d.org_id = ${orgId} and e.type = 'message.expired'`.execute(outbox.db)
    const others = [replayed, active, watching].sort()
    assert.deepEqual(rows.map(({ endpoint_id }) => endpoint_id).sort(), others)
  })

  test('an event that is not kept any more ends its delivery, whatever the endpoint is', async () => {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url: 'http://127.0.0.1:1/' })
    await outbox.emit(orgId, { type: 'call.completed' })
    await sql`delete from events where org_id = ${orgId}`.execute(outbox.db)
    await age(endpoint.id, heldDays + 2, 0)
    // Senders take it again and again meanwhile, and find nothing to send.
    const { claimed } = await outbox.db.transaction().execute((tx) => claimDue(tx, { limit: 10, leaseMs: 60_000 }))
    assert.ok(claimed.every(({ org_id }) => org_id !== orgId))
    assert.equal(await expireHeld(outbox.db), 1)
    assert.deepEqual(await states(orgId, endpoint.id), [['dead', 'The event is old']])
    assert.deepEqual(await told(orgId), [[endpoint.id, 1, 'event_expired']])
  })

  test('nobody is told of messages that were about endpoints', async () => {
    const orgId = await outbox.org()
    const { endpoint } = await outbox.endpoint(orgId, { url: 'http://127.0.0.1:1/' })
    await outbox.emit(orgId, { type: 'endpoint.failing' })
    const at = { orgId, id: endpoint.id }
    await outbox.db.transaction().execute((tx) => pauseEndpoint(tx, outbox.secrets, at, 'Test.'))
    await age(endpoint.id, heldDays + 1)
    assert.equal(await expireHeld(outbox.db), 1)
    assert.deepEqual(await told(orgId), [])
  })
})
