import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { connect } from 'amqplib'
import {
  type RabbitmqServer,
  rabbitmqLogin,
  skipWithoutRabbitmq,
  startRabbitmq,
} from '../../../test/broker-servers/rabbitmq-server.ts'
import { makeCertificate, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import {
  type BrokerUnderTest,
  failsWith,
  loopbackGates,
  messageOf,
  type Received,
  targetOf,
  testBroker,
} from './conformance.ts'
import { brokerPool } from './pool.ts'

const narrow = { user: 'narrow', password: 'pass word' }
let certificate = ''
let running: RabbitmqServer

async function serverUnderTest(): Promise<BrokerUnderTest> {
  const { path, remove } = temporaryFolder()
  const tls = makeCertificate(path)
  certificate = readFileSync(tls.certPath, 'utf8')
  running = await startRabbitmq(path, { tls })
  await running.control('add_user', narrow.user, narrow.password)
  await running.control('set_permissions', narrow.user, '^$', '^$', '.*')
  const { port, tlsPort } = running
  const kept = new Map<string, Received[]>()
  const open = () =>
    connect({ hostname: '127.0.0.1', port, username: rabbitmqLogin.user, password: rabbitmqLogin.password })
  const queueOf = (orgId: string) => `queue-${orgId}`
  return {
    kind: 'rabbitmq',
    settings: { url: `amqp://localhost:${port}`, ...rabbitmqLogin },
    async keep(orgId) {
      const connection = await open()
      const channel = await connection.createChannel()
      await channel.assertQueue(queueOf(orgId), { durable: true })
      await channel.bindQueue(queueOf(orgId), 'amq.topic', `indaba.${orgId}.#`)
      await connection.close()
    },
    async received(orgId) {
      const connection = await open()
      const channel = await connection.createChannel()
      const all = kept.get(orgId) ?? []
      for (;;) {
        const next = await channel.get(queueOf(orgId), { noAck: true })
        if (!next) break
        const { headers = {}, messageId, contentType, deliveryMode } = next.properties
        assert.equal(contentType, 'application/json')
        assert.equal(deliveryMode, 2, 'persistent')
        all.push({ id: messageId, headers, body: next.content })
      }
      kept.set(orgId, all)
      await connection.close()
      return all
    },
    kill: () => running.kill(),
    async start() {
      running = await startRabbitmq(path, { tls, port, tlsPort })
    },
    async close() {
      await running.kill()
      await remove()
    },
  }
}

testBroker(
  'RabbitMQ',
  {
    skip: skipWithoutRabbitmq,
    isDeduplicating: false,
    refusals: [
      { name: 'wrong password', change: { password: 'wrong' }, code: 'login', reason: /Check user and password/ },
      { name: 'no exchange', change: { exchange: 'absent' }, code: 'nowhere', reason: /no exchange "absent"/ },
      {
        name: 'no queue is bound',
        change: { routing_key: 'other.{type}' },
        code: 'nowhere',
        reason: /"other\.call\.completed".*NO_ROUTE.*Bind one/,
      },
      {
        name: 'no queue of this name',
        change: { exchange: '', routing_key: 'absent' },
        code: 'nowhere',
        reason: /no queue "absent"/,
      },
      { name: 'no permission', change: narrow, code: 'denied', reason: /may not write to the exchange "amq\.topic"/ },
      { name: 'no vhost', change: { vhost: 'absent' }, code: 'denied', reason: /vhost/ },
    ],
  },
  serverUnderTest,
)

const skip = skipWithoutRabbitmq
const patient = () => AbortSignal.timeout(20_000)

test('RabbitMQ: TLS, by an authority that is named or not at all', { skip }, async () => {
  const pool = brokerPool({ gates: loopbackGates })
  const settings = { url: `amqps://localhost:${running.tlsPort}`, ...rabbitmqLogin, routing_key: 'absent' }
  // It is let in, and told that no queue takes the message.
  const trusting = pool.publish(
    targetOf('rabbitmq', { ...settings, ca_certificate: certificate }),
    messageOf('o'),
    patient(),
  )
  await assert.rejects(trusting, failsWith('nowhere'))
  const blind = pool.publish(targetOf('rabbitmq', settings, '2'), messageOf('o'), patient())
  await assert.rejects(blind, failsWith('connection', /self-signed/))
  await pool.close()
})

test('RabbitMQ: a broker that is low on memory says so, and takes messages again later', { skip }, async () => {
  const pool = brokerPool({ gates: loopbackGates, deadlineMs: 2000 })
  const url = `amqp://127.0.0.1:${running.port}`
  const target = targetOf('rabbitmq', { url, ...rabbitmqLogin, exchange: '', routing_key: 'narrow' })
  const connection = await connect({
    hostname: '127.0.0.1',
    port: running.port,
    username: 'tester',
    password: 'pass word',
  })
  await (await connection.createChannel()).assertQueue('narrow', { durable: true })
  await connection.close()
  await pool.publish(target, messageOf('o'), patient())
  await running.control('set_vm_memory_high_watermark', 'absolute', '1MB')
  // The broker speaks of it to those who publish: the first one waits in vain.
  await assert.rejects(pool.publish(target, messageOf('o'), patient()), (error: Error & { code?: string }) => {
    assert.match(String(error.code), /timeout|refused/, error.message)
    return true
  })
  await running.control('set_vm_memory_high_watermark', '0.4')
  await pool.publish(target, messageOf('o'), patient())
  await pool.close()
})
