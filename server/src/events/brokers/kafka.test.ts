// Against a broker of this process that speaks Kafka's protocol (test/broker-servers/kafka-server.ts): Kafka itself needs
// Java and was not run.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { type KafkaServerOptions, startKafka } from '../../../test/broker-servers/kafka-server.ts'
import { crc32c } from '../../../test/broker-servers/kafka-wire.ts'
import { makeCertificate, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { addressGuard } from '../../platform/outbound/address-guard.ts'
import { parseOutboundAllow } from '../../platform/outbound/allow-list.ts'
import { type BrokerUnderTest, failsWith, loopbackGates, messageOf, targetOf, testBroker } from './conformance.ts'
import { type BrokerPoolParts, brokerPool } from './pool.ts'

const login = { user: 'tester', password: 'pass word' }
const topics = { 'indaba-events': 1, wide: 8, secret: 1 }

async function serverUnderTest(): Promise<BrokerUnderTest> {
  let server = await startKafka({ topics, login, denied: ['secret'] })
  const { port, log } = server
  return {
    kind: 'kafka',
    settings: { url: `kafka://localhost:${port}`, ...login },
    keep: async () => {},
    received: async (orgId) =>
      log
        .filter(({ headers }) => headers['Indaba-Org'] === orgId)
        .map(({ headers, value }) => ({ id: null, headers, body: value ?? Buffer.alloc(0) })),
    kill: () => server.close(),
    async start() {
      server = await startKafka({ topics, login, denied: ['secret'], port, log })
    },
    close: () => server.close(),
  }
}

testBroker(
  'Kafka (its protocol)',
  {
    skip: false,
    isDeduplicating: false,
    refusals: [
      { name: 'wrong password', change: { password: 'wrong' }, code: 'login', reason: /Check user, password/ },
      {
        name: 'wrong password, PLAIN',
        change: { password: 'wrong', mechanism: 'plain' },
        code: 'login',
        reason: /Check user/,
      },
      {
        name: 'a mechanism that is not offered',
        change: { mechanism: 'scram-sha-256' },
        code: 'login',
        reason: /mechanism/,
      },
      { name: 'no topic', change: { topic: 'absent' }, code: 'nowhere', reason: /no topic "absent"/ },
      {
        name: 'no permission',
        change: { topic: 'secret' },
        code: 'denied',
        reason: /"secret".*TOPIC_AUTHORIZATION_FAILED/,
      },
    ],
  },
  serverUnderTest,
)

const patient = () => AbortSignal.timeout(20_000)

async function withServer(
  options: Partial<KafkaServerOptions>,
  run: (server: Awaited<ReturnType<typeof startKafka>>, pool: ReturnType<typeof brokerPool>) => Promise<void>,
  parts: Partial<BrokerPoolParts> = {},
) {
  const server = await startKafka({ topics, ...options })
  const pool = brokerPool({ gates: loopbackGates, connectTimeoutMs: 1000, deadlineMs: 8000, ...parts })
  try {
    await run(server, pool)
  } finally {
    await pool.close()
    await server.close()
  }
}

test('the checksum is the one of RFC 3720', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
})

test('Kafka: one key stays in one partition, events without a key spread', () =>
  withServer({}, async ({ port, log }, pool) => {
    const target = targetOf('kafka', { url: `kafka://127.0.0.1:${port}`, topic: 'wide' })
    for (let n = 0; n < 12; n++) {
      await pool.publish(target, messageOf('o', 'x', 'conversation'), patient())
      await pool.publish(target, messageOf('o', 'x', null), patient())
    }
    const keyed = log.filter(({ key }) => String(key) === 'conversation')
    assert.equal(keyed.length, 12)
    assert.equal(new Set(keyed.map(({ partition }) => partition)).size, 1)
    const partitions = new Set(log.filter((record) => !keyed.includes(record)).map(({ partition }) => partition))
    assert.ok(partitions.size > 1)
  }))

test('Kafka: a confirmation that is lost on the way', async () => {
  let breaks = 2
  const isBreaking = () => breaks-- > 0
  await withServer({ isBreaking }, async ({ port, log }, pool) => {
    const target = targetOf('kafka', { url: `kafka://127.0.0.1:${port}` })
    const message = messageOf(randomUUID())
    await pool.publish(target, message, patient())
    assert.equal(log.length, 1, 'sent again by the same producer with the same sequence: stored once')
  })
})

test('Kafka: a message that is too large is unfit', () =>
  withServer({}, async ({ port }, pool) => {
    const target = targetOf('kafka', { url: `kafka://127.0.0.1:${port}` })
    const large = { ...messageOf('o'), body: Buffer.alloc(2 ** 20) }
    await assert.rejects(pool.publish(target, large, patient()), failsWith('unfit', /MESSAGE_TOO_LARGE/))
  }))

test('Kafka: metadata that names another host does not get around the gate', async () => {
  let visits = 0
  const canary = createServer(() => {
    visits += 1
  })
  await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done))
  const { port: canaryPort } = canary.address() as { port: number }
  for (const host of ['127.0.0.1', 'localhost', '::ffff:127.0.0.1', '0x7f.1', '2130706433', 'localhost.']) {
    const advertised = { host, port: canaryPort }
    await withServer({ advertised }, async ({ port }) => {
      const allow = parseOutboundAllow(`127.0.0.1:${port}`)
      const { resolve: gate } = addressGuard({ allow })
      const pool = brokerPool({
        gates: { nats: gate, rabbitmq: gate, kafka: gate },
        connectTimeoutMs: 1000,
        deadlineMs: 3000,
      })
      const target = targetOf('kafka', { url: `kafka://127.0.0.1:${port}` })
      await assert.rejects(pool.publish(target, messageOf('o'), patient()), (error: Error & { code?: string }) => {
        assert.match(String(error.code), /refused_destination|connection/, error.message)
        return true
      })
      await pool.close()
    })
  }
  assert.equal(visits, 0)
  await new Promise((done) => canary.close(done))
})

test('Kafka: a broker that wants the password hashed for hours', () =>
  withServer({ login, iterations: 2_000_000 }, async ({ port }, pool) => {
    const target = targetOf('kafka', { url: `kafka://127.0.0.1:${port}`, ...login })
    await assert.rejects(pool.publish(target, messageOf('o'), patient()), failsWith('login', /hashed more than/))
  }))

test('Kafka: TLS, by an authority that is named or not at all', async () => {
  const { path, remove } = temporaryFolder()
  const { keyPath, certPath } = makeCertificate(path)
  const [key, cert] = [readFileSync(keyPath, 'utf8'), readFileSync(certPath, 'utf8')]
  const advertised = { host: 'localhost', port: 0 }
  await withServer({ tls: { key, cert }, advertised, login }, async ({ port, log }, pool) => {
    advertised.port = port
    const settings = { url: `kafkas://localhost:${port}`, ...login }
    await pool.publish(targetOf('kafka', { ...settings, ca_certificate: cert }), messageOf('o'), patient())
    assert.equal(log.length, 1)
    const blind = pool.publish(targetOf('kafka', settings, '2'), messageOf('o'), patient())
    await assert.rejects(blind, failsWith('connection', /self.signed/i))
  })
  await remove()
})
