// Brokers that mean harm: whatever they do, a publish ends with a BrokerFailure in time, the connection ends, memory
// stays, and the process lives (an error that nobody catches fails the test).

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  amqpBehaviours,
  anybody,
  type Behaviour,
  kafkaBehaviours,
  natsBehaviours,
  startHostile,
} from '../../../test/broker-servers/hostile-brokers.ts'
import { loopbackGates, messageOf, targetOf } from './conformance.ts'
import { BrokerFailure } from './failure.ts'
import { brokerPool } from './pool.ts'
import type { BrokerKind } from './shapes.ts'

const login = { user: 'tester', password: 'pass word' }
const deadlineMs = 1500
const growthBytesMax = 100 * 2 ** 20

const kinds: Record<BrokerKind, { scheme: string; behaviours: Record<string, Behaviour> }> = {
  nats: { scheme: 'nats', behaviours: natsBehaviours },
  rabbitmq: { scheme: 'amqp', behaviours: amqpBehaviours },
  kafka: { scheme: 'kafka', behaviours: kafkaBehaviours },
}

for (const [kind, { scheme, behaviours }] of Object.entries(kinds) as [BrokerKind, (typeof kinds)[BrokerKind]][]) {
  for (const [name, behave] of Object.entries({ ...anybody, ...behaviours })) {
    test(`${kind}: ${name}`, async (context) => {
      const server = await startHostile(behave)
      const pool = brokerPool({ gates: loopbackGates, connectTimeoutMs: 400, deadlineMs })
      const target = targetOf(kind, { url: `${scheme}://127.0.0.1:${server.port}`, ...login })
      const before = process.memoryUsage().rss
      const startedAt = performance.now()
      context.after(() => Promise.all([pool.close(), server.close()]))
      const outcomes = await Promise.allSettled(
        [1, 2].map(() => pool.publish(target, messageOf(randomUUID()), new AbortController().signal)),
      )
      for (const one of outcomes) {
        assert.equal(one.status, 'rejected')
        const failure = (one as PromiseRejectedResult).reason
        assert.ok(failure instanceof BrokerFailure, String(failure?.stack))
        assert.ok(failure.retryable && failure.reason.length < 800, failure.reason)
        assert.ok(!failure.reason.includes(login.password))
      }
      assert.ok(performance.now() - startedAt < deadlineMs + 1500, 'in time')
      assert.ok(process.memoryUsage().rss - before < growthBytesMax, 'memory')
      await pool.close()
      await delay(20)
      assert.equal(server.connections.size, 0, 'no connection is left')
    })
  }
}
