// Live streams as their readers meet them, over server-sent events and WebSocket alike: what comes, from where, in what
// form, and to whom.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { both, type LiveClient, openEvents, openSocket, seqsOf, tell, until } from '../live-client.ts'

describe('live streams', () => {
  let indaba: Harness
  let customer: Customer
  let other: Customer
  const open = new Set<LiveClient>()
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    ;[customer, other] = [await indaba.customer(), await indaba.customer()]
  })
  after(async () => {
    for (const one of open) one.close()
    await indaba?.stop()
  })
  const keep = <T extends LiveClient>(client: T): T => {
    open.add(client)
    return client
  }
  const highest = async () => (await indaba.json<Json>('/v1/events', { headers: customer.headers })).highest_seq

  for (const [name, connect] of both) {
    describe(name, () => {
      const stream = async (query: Record<string, string> = {}, headers: Record<string, string> = customer.headers) =>
        keep(await connect(indaba.url, { headers, query }))

      test('what happens comes as the log has it, from now on and of this organisation alone', async () => {
        await tell(indaba.app.db, customer.orgId, ['call.received'])
        const mine = await stream()
        await tell(indaba.app.db, other.orgId, ['call.received'])
        const seqs = await tell(indaba.app.db, customer.orgId, ['call.completed', null, 'chat.received'])
        await until(() => mine.events.length >= 2, 'two events')
        assert.deepEqual(seqsOf(mine), seqs)
        for (const event of mine.events) {
          assert.deepEqual(await indaba.json(`/v1/events/${event.id}`, { headers: customer.headers }), event)
        }
        assert.equal(mine.lastId(), String(seqs[1]))
      })

      test('what came before is told first, and what comes meanwhile follows: nothing missed, nothing twice', async () => {
        const before = await highest()
        const seqs: number[] = []
        for (let n = 0; n < 30; n++) seqs.push(...(await tell(indaba.app.db, customer.orgId, ['call.received', null])))
        let isWriting = true
        const writing = (async () => {
          while (isWriting)
            seqs.push(...(await tell(indaba.app.db, customer.orgId, ['call.completed', 'call.updated'])))
        })()
        const clients = []
        for (let n = 0; n < 8; n++) {
          clients.push(await stream({ after: String(before) }))
          await delay(20)
        }
        isWriting = false
        await writing
        for (const client of clients) {
          await until(() => client.events.at(-1)?.seq === seqs.at(-1), `${client.events.length} of ${seqs.length}`)
          assert.deepEqual(seqsOf(client), seqs)
        }
      })

      test('a hundred with filters of their own get what fits theirs', async () => {
        const ids = await Promise.all(Array.from({ length: 4 }, () => crypto.randomUUID()))
        const wanted = Array.from({ length: 100 }, (_, n): Record<string, string> => {
          if (n % 4 === 0) return { filter: `duration >= ${n}` }
          if (n % 4 === 1) return { types: n % 8 === 1 ? 'call.*' : 'chat.received,call.failed' }
          if (n % 4 === 2) return { conversation_id: ids[n % 3] as string }
          return { filter: `agent = "Agent ${n}" OR duration = ${n}`, types: 'call.completed' }
        })
        const clients = await Promise.all(wanted.map((query) => stream(query)))
        const told: { seq: number; type: string; duration: number; id: string }[] = []
        for (let n = 0; n < 60; n++) {
          const type = (['call.completed', 'chat.received', 'call.failed'] as const)[n % 3] as 'call.completed'
          const id = ids[n % 4] as string
          const [seq = 0] = await tell(indaba.app.db, customer.orgId, [type], {
            conversationId: id,
            data: { duration: n },
          })
          told.push({ seq, type, duration: n, id })
        }
        const last = (await tell(indaba.app.db, customer.orgId, ['call.completed'], { data: { duration: 1000 } }))[0]
        await until(() => clients[0]?.events.at(-1)?.seq === last, 'the last event')
        await delay(300)
        for (const [n, client] of clients.entries()) {
          const { types, conversation_id } = wanted[n] as Record<string, string>
          const fits = told.filter(({ type, duration, id }) => {
            if (n % 4 === 0) return duration >= n
            if (n % 4 === 1) return types?.split(',').some((one) => one === type || one === `${type.split('.')[0]}.*`)
            if (n % 4 === 2) return id === conversation_id
            return type === 'call.completed' && duration === n
          })
          const tail = n % 4 === 0 || types?.includes('call.*') ? [last] : []
          assert.deepEqual(seqsOf(client), [...fits.map(({ seq }) => seq), ...tail], JSON.stringify(wanted[n]))
        }
        for (const client of clients) client.close()
      })

      test('a filtered stream is told the place it has come to, and goes on from there', async () => {
        const mine = await stream({ types: 'alert.opened' })
        const [seq] = await tell(indaba.app.db, customer.orgId, ['call.received'])
        await until(() => mine.lastId() === String(seq), 'the heartbeat', 20_000)
        assert.deepEqual(mine.events, [])
        if (name !== 'WebSocket') assert.match(mine.text(), /^: still here$/m)
      })

      test('where events are gone, a gap is told first, and the rest follows', async () => {
        const lone = await indaba.customer()
        const seqs = await tell(indaba.app.db, lone.orgId, ['call.received', 'call.received', null, 'call.completed'])
        const [first = 0, second = 0, third = 0] = seqs
        await sql`delete from events where org_id = ${lone.orgId} and seq <= ${second}`.execute(indaba.app.db)
        const behind = await stream({ after: String(first - 1) }, lone.headers)
        await until(() => behind.events.length > 0, 'the event behind the gap')
        assert.deepEqual(behind.controls, [
          { control: 'gap', after: first - 1, oldest_seq: third, resume_after: second },
        ])
        assert.deepEqual(seqsOf(behind), [third])
        const [next] = await tell(indaba.app.db, lone.orgId, ['call.received'])
        await until(() => behind.events.length > 1, 'the next event')
        assert.deepEqual(seqsOf(behind), [third, next])
        await assert.rejects(stream({ after: '999999' }, lone.headers), /^Error: 400 UNKNOWN_SEQ/)
      })
    })
  }

  test('a stream from the number of a change that is no event goes on with the next event', async () => {
    const lone = await indaba.customer()
    const [seq = 0] = await tell(indaba.app.db, lone.orgId, ['call.received', null])
    const mine = keep(await openEvents(indaba.url, { headers: lone.headers, query: { after: String(seq + 1) } }))
    await delay(600)
    const next = await tell(indaba.app.db, lone.orgId, ['call.completed'])
    await until(() => mine.events.length > 0 || mine.isClosed(), 'the next event')
    assert.deepEqual([seqsOf(mine), mine.controls], [next, []])
  })

  test('while much happens in one organisation, the others hear of theirs', async () => {
    const [busy, quiet] = (await Promise.all(
      [customer, other].map(async ({ headers }) => keep(await openEvents(indaba.url, { headers }))),
    )) as [LiveClient, LiveClient]
    const all = 4000
    await tell(indaba.app.db, customer.orgId, Array(all).fill('call.received'))
    await until(() => busy.events.length > 0, 'the first of many')
    await tell(indaba.app.db, other.orgId, ['call.received'])
    await until(() => quiet.events.length > 0, 'the only one of the other')
    assert.ok(busy.events.length < all)
    await until(() => busy.events.length === all, 'all of them', 30_000)
  })

  test('Last-Event-ID goes before the address, and huge or odd ones are refused', async () => {
    const seqs = await tell(indaba.app.db, customer.orgId, ['call.received', 'call.received', 'call.received'])
    const headers = { ...customer.headers, 'last-event-id': String(seqs[0]) }
    const mine = keep(await openEvents(indaba.url, { headers, query: { after: '0' } }))
    await until(() => mine.events.length >= 2, 'two events')
    assert.deepEqual(seqsOf(mine), seqs.slice(1))
    assert.match(mine.text(), /^retry: [12]\d{3}\n\n/)
    for (const id of ['9'.repeat(400), '-1', 'nonsense', '1e3', '0x10', '9'.repeat(60_000)]) {
      const odd = { ...customer.headers, 'last-event-id': id }
      await assert.rejects(openEvents(indaba.url, { headers: odd }), /^Error: 400/, id.slice(0, 20))
    }
    const never = { ...customer.headers, 'last-event-id': '9'.repeat(15) }
    await assert.rejects(openEvents(indaba.url, { headers: never }), /^Error: 400 UNKNOWN_SEQ/)
  })

  test('a WebSocket changes what it hears of, from then on', async () => {
    const mine = keep(await openSocket(indaba.url, { headers: customer.headers, query: { types: 'chat.*' } }))
    const said = async (what: unknown): Promise<Json> => {
      const count = mine.controls.length
      mine.send(what)
      await until(() => mine.controls.length > count, `an answer to ${JSON.stringify(what)}`)
      return mine.controls.at(-1)
    }
    const subscribed = { control: 'subscribed', types: 'chat.*', filter: 'duration > 5', conversation_id: null }
    assert.deepEqual(await said({ filter: 'duration > 5' }), subscribed)
    assert.deepEqual(await said({ types: ['call.completed'] }), { ...subscribed, types: 'call.completed' })
    const hears = async (duration: number) => {
      const [seq] = await tell(indaba.app.db, customer.orgId, ['call.completed'], { data: { duration } })
      return seq
    }
    await hears(5)
    const long = await hears(6)
    await until(() => mine.events.length > 0, 'the long call')
    assert.deepEqual(seqsOf(mine), [long])
    assert.equal((await said({ filter: null })).filter, null)
    const short = await hears(1)
    await until(() => mine.events.length > 1, 'the short call')
    assert.deepEqual(seqsOf(mine), [long, short])
    assert.deepEqual(await said({ ping: [1, 'a'] }), { control: 'pong', ping: [1, 'a'] })
    for (const [odd, code] of [
      [{ filter: 'duration >' }, 'INVALID_FILTER'],
      [{ types: 'sms.*' }, 'UNKNOWN_EVENT'],
      [{ types: [1] }, 'INVALID_MESSAGE'],
      [{ conversation_id: 'x' }, 'INVALID_REQUEST'],
      [{ after: 1 }, 'INVALID_MESSAGE'],
      [[], 'INVALID_MESSAGE'],
      ['null', 'INVALID_MESSAGE'],
      ['{', 'INVALID_MESSAGE'],
      [{ __proto__: null, constructor: 1 }, 'INVALID_MESSAGE'],
    ] as const) {
      const answer = await said(odd)
      assert.deepEqual([answer.control, answer.code], ['error', code], JSON.stringify(odd))
    }
    // What could not be read changed nothing.
    const last = await hears(2)
    await until(() => mine.events.length > 2, 'the last call')
    assert.equal(mine.events.at(-1).seq, last)
  })
})
