import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { dataOf, type Outbox, openOutbox } from '../../test/outbox.ts'
import { newId } from '../platform/ids.ts'
import { type EventType, eventTypes, isEventFilter } from './catalog/catalog.ts'
import { emit, forgetDetails, takeSequence } from './outbox.ts'

describe('the outbox', () => {
  let outbox: Outbox
  before(async () => {
    outbox = await openOutbox({ connectionsMax: 24 })
  })
  after(() => outbox.close())

  const deliveriesTo = async (endpointId: string) => {
    const { rows } = await sql<{ type: EventType; seq: number }>`
    select e.type, e.seq from deliveries d join events e on e.org_id = d.org_id and e.seq = d.event_seq
    where d.endpoint_id = ${endpointId} order by e.seq`.execute(outbox.db)
    return rows
  }

  test('each subscription is told of what it asked for and of nothing else', async () => {
    const { endpoint, org } = outbox
    const orgId = await org()
    const url = 'http://127.0.0.1:9/hook'
    const wanted: [string[], EventType[]][] = [
      [['call.completed'], ['call.completed']],
      [['call.*'], eventTypes.filter((type) => type.startsWith('call.'))],
      [['chat.*'], eventTypes.filter((type) => type.startsWith('chat.'))],
      [['*'], [...eventTypes]],
      [
        ['chat.failed', 'call.deleted'],
        ['call.deleted', 'chat.failed'],
      ],
      [['call.*', 'call.completed', '*'], [...eventTypes]],
    ]
    const made: string[] = []
    for (const [events] of wanted) made.push((await endpoint(orgId, { url, events })).endpoint.id)
    const vbot = (await endpoint(orgId, { url, events: ['call.completed'], style: 'vbot' })).endpoint.id
    const other = (await endpoint(await org(), { url })).endpoint.id
    const off = (await endpoint(orgId, { url })).endpoint.id
    await outbox.db.updateTable('webhook_endpoints').set({ status: 'paused' }).where('id', '=', off).execute()

    await outbox.emit(orgId, ...eventTypes.map((type) => ({ type })))
    for (const [index, [events, types]] of wanted.entries()) {
      const told = (await deliveriesTo(made[index] as string)).map(({ type }) => type)
      assert.deepEqual(told, types, `subscribed to ${events}`)
    }
    assert.deepEqual(
      (await deliveriesTo(vbot)).map(({ type }) => type),
      ['call.completed'],
    )
    assert.deepEqual(await deliveriesTo(other), [])
    // What cannot be sent now is held.
    assert.equal((await deliveriesTo(off)).length, eventTypes.length)
  })

  test('an endpoint of style vbot that asks for everything still gets finished calls alone', async () => {
    const orgId = await outbox.org()
    const { id } = (
      await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/', events: ['call.completed'], style: 'vbot' })
    ).endpoint
    // As a row of an earlier version might say.
    await outbox.db
      .updateTable('webhook_endpoints')
      .set({ events: ['*'] })
      .where('id', '=', id)
      .execute()
    await outbox.emit(orgId, ...eventTypes.map((type) => ({ type })))
    assert.deepEqual(
      (await deliveriesTo(id)).map(({ type }) => type),
      ['call.completed'],
    )
  })

  test('filters are the types, their nouns and the star', () => {
    for (const text of [...eventTypes, 'call.*', 'chat.*', '*']) assert.ok(isEventFilter(text), text)
    for (const text of ['', 'call', 'call.', '.*', 'c*', 'call.**', 'CALL.*', 'call.completed ', '**', 'sms.*']) {
      assert.ok(!isEventFilter(text), text)
    }
  })

  test('what is rolled back leaves no event, no delivery and no gap', async () => {
    const orgId = await outbox.org()
    const { id } = (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/' })).endpoint
    const conversationId = newId()
    const data = dataOf('call.received', conversationId)
    const failing = outbox.db.transaction().execute(async (tx) => {
      const [seq = 0] = await takeSequence(tx, [orgId])
      await emit(tx, [{ orgId, seq, type: 'call.received', conversationId, data }])
      throw new Error('the change failed')
    })
    await assert.rejects(failing, /the change failed/)
    assert.deepEqual(await deliveriesTo(id), [])
    const [next] = await outbox.emit(orgId, { type: 'call.received' })
    assert.equal(next?.seq, 1)
    assert.deepEqual(await deliveriesTo(id), [{ type: 'call.received', seq: 1 }])
  })

  test('an endpoint that is deleted while an event is written does not fail the change', async () => {
    const orgId = await outbox.org()
    for (let round = 0; round < 20; round += 1) {
      const { id } = (await outbox.endpoint(orgId, { url: 'http://127.0.0.1:9/' })).endpoint
      const remove = outbox.db.deleteFrom('webhook_endpoints').where('id', '=', id).execute()
      const emits = Array.from({ length: 4 }, () => outbox.emit(orgId, { type: 'call.received' }))
      await Promise.all([remove, ...emits])
      assert.deepEqual(await deliveriesTo(id), [])
    }
  })

  test('numbers have no gap, and a reader that goes by them misses nothing: 20 writers, three organisations', async () => {
    const { db } = outbox
    const orgIds = [await outbox.org(), await outbox.org(), await outbox.org()] as const
    const perWriter = 25
    let isDone = false
    const taken = new Map<string, number>(orgIds.map((id) => [id, 0]))

    const writer = async (number: number) => {
      for (let turn = 0; turn < perWriter; turn += 1) {
        // Some write for several organisations at once, some take several numbers, some give up.
        const wanted = orgIds.flatMap((id, index) => Array<string>((number + turn + index) % 3).fill(id))
        const isFailing = (number + turn) % 5 === 0
        await db
          .transaction()
          .execute(async (tx) => {
            const seqs = await takeSequence(tx, wanted)
            const rows = wanted.map((orgId, index) => {
              const conversationId = newId()
              const data = dataOf('chat.received', conversationId)
              return { orgId, seq: seqs[index] as number, type: 'chat.received' as const, conversationId, data }
            })
            await emit(tx, rows)
            await delay((number * 7 + turn) % 4)
            if (isFailing) throw new Error('gave up')
            return wanted
          })
          .then(
            (committed) => {
              for (const id of committed) taken.set(id, (taken.get(id) ?? 0) + 1)
            },
            (error: Error) => assert.equal(error.message, 'gave up'),
          )
      }
    }

    const reader = async (orgId: string) => {
      const seen: number[] = []
      for (;;) {
        const wasDone = isDone
        const rows = await db
          .selectFrom('events')
          .select('seq')
          .where('org_id', '=', orgId)
          .where('seq', '>', seen.at(-1) ?? 0)
          .orderBy('seq')
          .execute()
        seen.push(...rows.map(({ seq }) => seq))
        if (wasDone) return seen
      }
    }

    const readers = orgIds.map(reader)
    await Promise.all(Array.from({ length: 20 }, (_, number) => writer(number)))
    isDone = true
    for (const [index, orgId] of orgIds.entries()) {
      const seen = (await readers[index]) as number[]
      const total = taken.get(orgId) as number
      assert.ok(total > 100)
      assert.deepEqual(
        seen,
        Array.from({ length: total }, (_, at) => at + 1),
      )
    }
  })

  test('what was told of a deleted conversation is not kept', async () => {
    const orgId = await outbox.org()
    const conversationId = newId()
    await outbox.emit(orgId, { type: 'call.received', conversationId }, { type: 'call.completed', conversationId })
    const [kept] = await outbox.emit(orgId, { type: 'call.completed' })
    const data = { ...dataOf('call.deleted', conversationId), status: 'deleted' }
    await outbox.db.transaction().execute((tx) => forgetDetails(tx, { orgId, conversationId, data }))
    const rows = await outbox.db.selectFrom('events').select(['seq', 'data']).where('org_id', '=', orgId).execute()
    for (const { seq, data: told } of rows) {
      assert.equal((told as { status: string }).status, seq === kept?.seq ? 'completed' : 'deleted')
    }
  })
})
