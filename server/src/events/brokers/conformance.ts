// What every broker must do, as tests that each kind's test file runs against its servers, through the pool, as the
// delivery engine uses it. What only one kind can suffer is tested beside it.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { BrokerFailure, type BrokerFailureCode } from './failure.ts'
import { brokerMessage } from './message.ts'
import { type BrokerPool, type BrokerPoolParts, type BrokerTarget, brokerPool } from './pool.ts'
import { readBrokerSettings } from './settings.ts'
import type { BrokerKind, BrokerMessage } from './shapes.ts'

export type Received = { id: string | null; headers: Record<string, string>; body: Buffer }

export type Refusal = {
  name: string
  /** Beside the settings that work. */
  change: Record<string, unknown>
  code: BrokerFailureCode
  /** What its owner must be able to read. */
  reason: RegExp
}

export type BrokerUnderTest = {
  kind: BrokerKind
  /** As the API takes them; they work. */
  settings: Record<string, unknown>
  /** From now on, what is published for the organisation is kept. */
  keep(orgId: string): Promise<void>
  /** All that was kept for it, in the broker's order. */
  received(orgId: string): Promise<Received[]>
  /** `kill -9`, and started again on what it had stored. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export type BrokerTraits = {
  skip: false | string
  /** A second message with the same id is dropped. */
  isDeduplicating: boolean
  refusals: Refusal[]
}

export const loopback = async () => ['127.0.0.1']
export const loopbackGates = { nats: loopback, rabbitmq: loopback, kafka: loopback }

export const targetOf = (
  kind: BrokerKind,
  settings: Record<string, unknown>,
  revision = '1',
  id = 'endpoint',
): BrokerTarget => ({ id, kind, revision, settings: async () => readBrokerSettings(kind, settings) })

export const messageOf = (orgId: string, body: string | Uint8Array = 'x', key: string | null = 'k'): BrokerMessage =>
  brokerMessage({ id: randomUUID(), type: 'call.completed', orgId, seq: 7, key }, Buffer.from(body))

export const failsWith = (code: BrokerFailureCode, reason = /./) => {
  return (error: unknown): true => {
    assert.ok(error instanceof BrokerFailure, String((error as Error)?.stack))
    assert.equal(error.code, code, error.reason)
    assert.match(error.reason, reason)
    assert.ok(error.reason.length < 800 && !/[\r\n]/.test(error.reason), 'one line, not long')
    assert.ok(!error.reason.includes('pass word'), 'no secret')
    return true
  }
}

const patient = () => AbortSignal.timeout(60_000)

/** As the delivery engine does: the same message again until the broker has confirmed it. */
async function deliver(pool: BrokerPool, target: BrokerTarget, message: BrokerMessage): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.publish(target, message, patient())
      return attempt
    } catch (error) {
      assert.ok(error instanceof BrokerFailure && error.retryable, String(error))
      assert.ok(attempt < 600, error.reason)
      await delay(100)
    }
  }
}

export function testBroker(name: string, traits: BrokerTraits, start: () => Promise<BrokerUnderTest>): void {
  const { skip } = traits
  if (skip) {
    test(`${name}: conformance`, { skip }, () => {})
    return
  }
  let server: BrokerUnderTest
  const pools: BrokerPool[] = []
  const poolOf = (parts: Partial<BrokerPoolParts> = {}) => {
    const pool = brokerPool({ gates: loopbackGates, ...parts })
    pools.push(pool)
    return pool
  }
  const target = (change: Record<string, unknown> = {}, revision?: string) =>
    targetOf(server.kind, { ...server.settings, ...change }, revision)
  const newOrg = async () => {
    const orgId = randomUUID()
    await server.keep(orgId)
    return orgId
  }
  before(async () => {
    server = await start()
  })
  after(async () => {
    await Promise.all(pools.map((pool) => pool.close()))
    await server?.close()
  })

  test(`${name}: a message arrives once, with body and headers as they were`, async () => {
    const orgId = await newOrg()
    const bodies = [
      Buffer.from('{"type":"call.completed"}'),
      Buffer.from('Ngiyabonga kakhulu 🙏🏽 éß \u0000 \r\n'),
      Buffer.alloc(0),
      randomBytes(256 * 1024),
    ]
    const pool = poolOf()
    const sent = bodies.map((body) => messageOf(orgId, body))
    for (const message of sent) {
      const { receipt, confirmMs } = await pool.publish(target(), message, patient())
      assert.ok(receipt.length > 5 && confirmMs > 0)
    }
    const received = await server.received(orgId)
    assert.equal(received.length, bodies.length)
    for (const [index, { id, headers, body }] of received.entries()) {
      assert.ok(body.equals(bodies[index] as Buffer), `body ${index}`)
      assert.equal(headers['Indaba-Event-Id'], sent[index]?.id)
      assert.equal(headers['Indaba-Event-Type'], 'call.completed')
      assert.equal(headers['Indaba-Seq'], '7')
      assert.equal(headers['Indaba-Org'], orgId)
      if (id !== null) assert.equal(id, sent[index]?.id)
    }
  })

  test(`${name}: one after the other stay in order, and use one connection`, async () => {
    const orgId = await newOrg()
    const pool = poolOf()
    const connects: (number | null)[] = []
    for (let n = 0; n < 50; n++) {
      connects.push((await pool.publish(target(), messageOf(orgId, String(n)), patient())).connectMs)
    }
    const bodies = (await server.received(orgId)).map(({ body }) => body.toString())
    assert.deepEqual(
      bodies,
      Array.from({ length: 50 }, (_, n) => String(n)),
    )
    assert.equal(connects.filter((ms) => ms !== null).length, 1)
  })

  test(`${name}: twenty at once all arrive`, async () => {
    const orgId = await newOrg()
    const pool = poolOf()
    const sent = Array.from({ length: 20 }, () => messageOf(orgId))
    await Promise.all(sent.map((message) => pool.publish(target(), message, patient())))
    const ids = (await server.received(orgId)).map(({ headers }) => headers['Indaba-Event-Id'])
    assert.deepEqual(ids.sort(), sent.map(({ id }) => id).sort())
  })

  test(`${name}: the same event twice`, async () => {
    const orgId = await newOrg()
    const pool = poolOf()
    const message = messageOf(orgId)
    for (let n = 0; n < 2; n++) await pool.publish(target(), message, patient())
    const ids = (await server.received(orgId)).map(({ headers }) => headers['Indaba-Event-Id'])
    assert.deepEqual(ids, traits.isDeduplicating ? [message.id] : [message.id, message.id])
  })

  for (const { name: what, change, code, reason } of traits.refusals) {
    test(`${name}: ${what}`, async () => {
      const orgId = await newOrg()
      const pool = poolOf({ deadlineMs: 8000 })
      await assert.rejects(pool.publish(target(change), messageOf(orgId), patient()), failsWith(code, reason))
      await pool.publish(target({}, 'mended'), messageOf(orgId), patient())
      assert.equal((await server.received(orgId)).length, 1, 'goes out over a new connection once the settings changed')
    })
  }

  test(`${name}: an address that the gate refuses is not connected to`, async () => {
    const refuse = async () => {
      throw Object.assign(new Error('no'), { failure: { reason: 'refused_destination', detail: 'no' } })
    }
    const pool = poolOf({ gates: { nats: refuse, rabbitmq: refuse, kafka: refuse } })
    const sending = pool.publish(target(), messageOf(randomUUID()), patient())
    await assert.rejects(sending, failsWith('refused_destination', /INDABA_OUTBOUND_ALLOW/))
  })

  test(`${name}: an abort, before and during`, async () => {
    const orgId = await newOrg()
    const pool = poolOf()
    await assert.rejects(pool.publish(target(), messageOf(orgId), AbortSignal.abort()), failsWith('aborted'))
    const control = new AbortController()
    const sending = pool.publish(target(), messageOf(orgId), control.signal)
    control.abort()
    await assert.rejects(sending, failsWith('aborted'))
    await pool.publish(target(), messageOf(orgId), patient())
  })

  test(`${name}: closing while messages are in flight settles each of them, and what was confirmed is there`, async () => {
    const orgId = await newOrg()
    const pool = poolOf()
    await pool.publish(target(), messageOf(orgId), patient())
    const sent = Array.from({ length: 10 }, () => messageOf(orgId, randomBytes(50_000)))
    const sending = sent.map((message) => pool.publish(target(), message, patient()))
    setImmediate(() => void pool.close())
    const outcomes = await Promise.allSettled(sending)
    for (const one of outcomes) if (one.status === 'rejected') assert.ok(one.reason instanceof BrokerFailure)
    const ids = new Set((await server.received(orgId)).map(({ headers }) => headers['Indaba-Event-Id']))
    for (const [index, { status }] of outcomes.entries()) {
      if (status === 'fulfilled') assert.ok(ids.has(String(sent[index]?.id)))
    }
    await assert.rejects(pool.publish(target(), messageOf(orgId), patient()), failsWith('aborted'))
  })

  test(`${name}: a kill in the middle loses nothing that was confirmed`, async () => {
    const orgId = await newOrg()
    const pool = poolOf({ deadlineMs: 5000, connectTimeoutMs: 2000 })
    const socketsBefore = openSockets()
    const sent: string[] = []
    let isOver = false
    const sender = async () => {
      while (!isOver) {
        const message = messageOf(orgId, randomBytes(2000))
        await deliver(pool, target(), message)
        sent.push(message.id)
      }
    }
    const senders = [sender(), sender()]
    await delay(400)
    await server.kill()
    await delay(200)
    await server.start()
    await delay(500)
    isOver = true
    await Promise.all(senders)
    const ids = (await server.received(orgId)).map(({ headers }) => headers['Indaba-Event-Id'])
    for (const id of sent) assert.ok(ids.includes(id), 'what was confirmed is there')
    assert.ok(sent.length > 10, `${sent.length} were sent`)
    if (traits.isDeduplicating) assert.equal(new Set(ids).size, ids.length, 'nothing is there twice')
    assert.ok(openSockets() - socketsBefore <= 1, 'one connection, whatever was tried between')
    await pool.close()
  })

  test(`${name}: nobody listens`, async () => {
    await server.kill()
    const pool = poolOf()
    const sending = pool.publish(target(), messageOf(randomUUID()), patient())
    await assert.rejects(sending, failsWith('connection', /refused the connection|ECONNREFUSED/))
    await server.start()
  })
}

const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
