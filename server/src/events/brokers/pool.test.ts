import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { failsWith, loopbackGates, messageOf } from './conformance.ts'
import { BrokerFailure, lost } from './failure.ts'
import { type BrokerPoolParts, type BrokerTarget, brokerPool } from './pool.ts'
import type { Broker } from './shapes.ts'

const message = messageOf(randomUUID())
const never = () => new AbortController().signal
const target = (id: string, revision = '1'): BrokerTarget => ({
  ...{ id, kind: 'nats', revision },
  settings: async () => ({ settings: { kind: 'nats' } as never, secrets: {} }),
})

/** Brokers of this process that do what the test says, and are counted. */
function setup(parts: Partial<BrokerPoolParts> = {}) {
  const state = { opened: 0, open: 0, openMost: 0, fail: null as Error | null, isHanging: false, isOpen: true }
  const hanging: (() => void)[] = []
  const pool = brokerPool({
    gates: loopbackGates,
    ...parts,
    open: async () => {
      await delay(1)
      if (state.fail) throw state.fail
      state.opened += 1
      state.open += 1
      state.openMost = Math.max(state.openMost, state.open)
      let isClosed = false
      const broker: Broker = {
        publish: async () => {
          if (!state.isHanging) return 'stored'
          const { promise, reject } = Promise.withResolvers<string>()
          hanging.push(() => reject(lost('it was closed')))
          return promise
        },
        isOpen: () => state.isOpen && !isClosed,
        async close() {
          if (!isClosed) state.open -= 1
          isClosed = true
          for (const end of hanging.splice(0)) end()
        },
      }
      return broker
    },
  })
  return { pool, state }
}

test('messages that come at once share the connection that the first one opens', async () => {
  const { pool, state } = setup()
  await Promise.all([1, 2, 3].map(() => pool.publish(target('a'), message, never())))
  await pool.publish(target('a'), message, never())
  assert.equal(state.opened, 1)
  await pool.close()
  assert.equal(state.open, 0)
})

test('a failure to connect reaches all who wait, and the next one tries anew', async () => {
  const { pool, state } = setup()
  state.fail = new BrokerFailure('login', 'No.')
  const sending = [1, 2].map(() => pool.publish(target('a'), message, never()))
  for (const one of sending) await assert.rejects(one, failsWith('login', /No\./))
  state.fail = new TypeError('not foreseen')
  await assert.rejects(pool.publish(target('a'), message, never()), failsWith('connection', /unforeseen/))
  state.fail = null
  await pool.publish(target('a'), message, never())
  await pool.close()
})

test('a connection that broke is not used again', async () => {
  const { pool, state } = setup()
  await pool.publish(target('a'), message, never())
  state.isOpen = false
  await pool.publish(target('a'), message, never())
  assert.deepEqual([state.opened, state.open], [2, 1])
  await pool.close()
})

test('new settings mean a new connection; the old one ends', async () => {
  const { pool, state } = setup()
  await pool.publish(target('a', '1'), message, never())
  await pool.publish(target('a', '2'), message, never())
  assert.deepEqual([state.opened, state.open], [2, 1])
  pool.forget('a')
  await delay(5)
  assert.equal(state.open, 0)
  await pool.close()
})

test('a silent broker fails at the deadline, and is connected to anew', async () => {
  const { pool, state } = setup({ deadlineMs: 40 })
  state.isHanging = true
  await assert.rejects(pool.publish(target('a'), message, never()), failsWith('timeout', /may have it/))
  state.isHanging = false
  await pool.publish(target('a'), message, never())
  assert.equal(state.opened, 2)
  await pool.close()
})

test('an abort ends the wait and leaves the connection to others', async () => {
  const { pool, state } = setup()
  state.isHanging = true
  const control = new AbortController()
  const sending = pool.publish(target('a'), message, control.signal)
  await delay(10)
  control.abort()
  await assert.rejects(sending, failsWith('aborted'))
  state.isHanging = false
  await pool.publish(target('a'), message, never())
  assert.equal(state.opened, 1)
  await pool.close()
})

test('idle connections end', async () => {
  const { pool, state } = setup({ idleMs: 20 })
  await pool.publish(target('a'), message, never())
  await delay(60)
  assert.equal(state.open, 0)
  await pool.close()
})

test('there are never more than so many; the one that was idle longest makes room', async () => {
  const { pool, state } = setup({ connectionsMax: 2 })
  for (const id of ['a', 'b', 'c', 'b']) await pool.publish(target(id), message, never())
  assert.deepEqual([state.opened, state.openMost <= 3], [3, true])
  state.isHanging = true
  const sending = ['b', 'c'].map((id) => pool.publish(target(id), message, never()))
  await delay(10)
  await assert.rejects(pool.publish(target('d'), message, never()), failsWith('busy'))
  await pool.close()
  for (const one of sending) await assert.rejects(one, failsWith('connection'))
})
