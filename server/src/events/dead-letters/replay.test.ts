import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type ScriptedReceiver, startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import type { Problem } from '../../platform/problem.ts'
import { pauseEndpoint, resumeEndpoint } from '../endpoints/status.ts'
import { replayOne } from './replay.ts'

describe('replay', () => {
  let outbox: Outbox
  let others: Db
  const receivers: ScriptedReceiver[] = []
  before(async () => {
    outbox = await openOutbox()
    outbox.startSender()
    others = openDb({ url: outbox.url, connectionsMax: 4, as: 'owner' })
  })
  after(async () => {
    await others?.destroy()
    await outbox.close()
    await Promise.all(receivers.map((receiver) => receiver.close()))
  })

  async function endpoint(
    answer: Parameters<typeof startScriptedReceiver>[0],
    input: Partial<Parameters<Outbox['endpoint']>[1]> = {},
  ) {
    const receiver = await startScriptedReceiver(answer)
    receivers.push(receiver)
    const orgId = await outbox.org()
    const made = await outbox.endpoint(orgId, { url: receiver.url, retry_waits_s: [], events: ['call.*'], ...input })
    return { receiver, orgId, id: made.endpoint.id }
  }
  const dead = async ({ orgId, id }: { orgId: string; id: string }, count = 1) => {
    const log = await outbox.logWhen(orgId, id, (all) => all.filter(({ status }) => status === 'dead').length === count)
    return log.filter(({ status }) => status === 'dead')
  }
  const replay = (
    of: { orgId: string; id: string },
    input: Partial<Parameters<typeof replayOne>[2]> = {},
    db: Db = outbox.db,
  ) => db.transaction().execute((tx) => replayOne(tx, of, { by: 'key:test', seesAll: async () => true, ...input }))
  const code = (expected: string) => (error: Problem) => {
    assert.equal(error.code, expected)
    return true
  }

  test('two at once: one moves it, the other is told that it waits', async () => {
    const at = await endpoint((response) => response.writeHead(500).end())
    await outbox.emit(at.orgId, { type: 'call.completed' }, { type: 'call.completed' }, { type: 'call.completed' })
    for (const { delivery_id } of await dead(at, 3)) {
      const of = { orgId: at.orgId, id: delivery_id }
      await outbox.db.transaction().execute((tx) => pauseEndpoint(tx, outbox.secrets, at, 'Test.').catch(() => null))
      const both = await Promise.allSettled([replay(of), replay(of, {}, others), replay(of), replay(of, {}, others)])
      const lost = both.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
      assert.deepEqual(lost, ['already_waiting', 'already_waiting', 'already_waiting'])
    }
    const { rows } = await sql<{ waiting: number; logged: number }>`
      select (select count(*) from deliveries where endpoint_id = ${at.id}) as waiting,
        (select count(*) from delivery_log where endpoint_id = ${at.id}) as logged`.execute(outbox.db)
    assert.deepEqual(rows[0], { waiting: 3, logged: 0 })
    const held = await outbox.log(at.orgId, at.id)
    assert.deepEqual([...new Set(held.map(({ status }) => status))], ['held'])
    assert.equal(at.receiver.received.length, 3)
  })

  test('while it is being sent it waits, and what was delivered is sent again only when that is said', async () => {
    const gate = Promise.withResolvers<void>()
    const at = await endpoint(async (response) => {
      await gate.promise
      response.writeHead(204).end()
    })
    await outbox.emit(at.orgId, { type: 'call.completed' })
    await at.receiver.count(1)
    const [delivery] = await outbox.log(at.orgId, at.id)
    const of = { orgId: at.orgId, id: delivery?.delivery_id as string }
    await assert.rejects(replay(of), code('already_waiting'))
    gate.resolve()
    await outbox.logWhen(at.orgId, at.id, ([one]) => one?.status === 'delivered')
    await assert.rejects(replay(of), code('already_delivered'))
    await replay(of, { again: true })
    await at.receiver.count(2)
    const [after] = await outbox.logWhen(at.orgId, at.id, ([one]) => one?.status === 'delivered')
    assert.deepEqual(
      after?.attempts.map(({ attempt }) => attempt),
      [1, 2],
    )
    assert.equal(new Set(at.receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1)
    await assert.rejects(replay({ ...of, orgId: await outbox.org() }, { again: true }), code('not_found'))
  })

  test('the schedule begins anew, and attempts are numbered on', async () => {
    const at = await endpoint((response) => response.writeHead(500).end(), { retry_waits_s: [1] })
    await outbox.emit(at.orgId, { type: 'call.completed' })
    const [first] = await dead(at)
    assert.equal(first?.attempt_count, 2)
    await replay({ orgId: at.orgId, id: first?.delivery_id as string })
    const again = await outbox.logWhen(at.orgId, at.id, ([one]) => one?.status === 'dead' && one.attempt_count > 2)
    assert.deepEqual(
      again[0]?.attempts.map(({ attempt }) => attempt),
      [1, 2, 3, 4],
    )
  })

  test('an older event goes before those that wait behind it under the same key', async () => {
    let isWell = false
    const at = await endpoint((response) => response.writeHead(isWell ? 204 : 500).end(), { ordering: 'conversation' })
    const conversationId = newId()
    await outbox.emit(at.orgId, { type: 'call.received', conversationId })
    const [letter] = await dead(at)
    await outbox.db.transaction().execute((tx) => pauseEndpoint(tx, outbox.secrets, at, 'Test.'))
    await outbox.emit(at.orgId, { type: 'call.completed', conversationId }, { type: 'call.updated', conversationId })
    await delay(20)
    await replay({ orgId: at.orgId, id: letter?.delivery_id as string })
    isWell = true
    await outbox.db.transaction().execute((tx) => resumeEndpoint(tx, outbox.secrets, at))
    await at.receiver.count(4)
    const types = at.receiver.received.slice(1).map(({ text }) => JSON.parse(text).type)
    assert.deepEqual(types, ['call.received', 'call.completed', 'call.updated'])
  })

  test('an event that is not kept any more is not sent, and an edit of what is masked neither', async () => {
    const at = await endpoint((response) => response.writeHead(500).end())
    await outbox.emit(at.orgId, { type: 'call.completed' })
    const [letter] = await dead(at)
    const of = { orgId: at.orgId, id: letter?.delivery_id as string }
    await assert.rejects(replay(of, { data: {}, seesAll: async () => false }), code('masked'))
    await sql`delete from events where org_id = ${at.orgId} and seq = ${letter?.seq}`.execute(outbox.db)
    await assert.rejects(replay(of), code('event_expired'))
    assert.equal((await dead(at)).length, 1)
  })
})
