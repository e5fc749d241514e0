// Events to real message brokers, end to end: the endpoint is made over REST, wrong settings are found out by a test and
// mended by PATCH, a password is changed, the broker is killed while events happen, and everything arrives in its order.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect as connectNats } from '@nats-io/transport-node'
import { connect as connectAmqp } from 'amqplib'
import { sql } from 'kysely'
import { natsLogin, skipWithoutNats, startNats } from '../broker-servers/nats-server.ts'
import { rabbitmqLogin, skipWithoutRabbitmq, startRabbitmq } from '../broker-servers/rabbitmq-server.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { temporaryFolder } from '../remote-servers/process-server.ts'

type Received = { id: string; contentType: string; headers: Record<string, string>; body: Json }

type RealBroker = {
  settings: Record<string, unknown>
  /** In the broker's order. */
  received(): Promise<Received[]>
  kill(): Promise<void>
  start(): Promise<void>
  /** From now on it asks for this one. */
  changePassword(password: string): Promise<void>
  close(): Promise<void>
}

type Kind = {
  kind: 'nats' | 'rabbitmq'
  skip: false | string
  open(): Promise<RealBroker>
  /** Settings that do not work, and what a test says of them. */
  wrong: [change: Record<string, unknown>, error: RegExp][]
}

const kinds: Kind[] = [
  {
    kind: 'nats',
    skip: skipWithoutNats,
    open: openNats,
    wrong: [
      [{ password: 'wrong' }, /refused the login/],
      [{ subject: 'other.{type}' }, /No stream takes the subject other\.webhook\.test/],
      [{ stream: 'ELSE' }, /Another stream than ELSE/],
    ],
  },
  {
    kind: 'rabbitmq',
    skip: skipWithoutRabbitmq,
    open: openRabbitmq,
    wrong: [
      [{ password: 'wrong' }, /refused the login/],
      [{ exchange: 'absent' }, /There is no exchange "absent"/],
      [{ routing_key: 'other.{type}' }, /No queue is bound.*other\.webhook\.test/],
      [{ vhost: 'absent' }, /vhost/],
    ],
  },
]

for (const { kind, skip, open, wrong } of kinds) {
  describe(`events over ${kind}`, { skip }, () => {
    let indaba: Harness
    let customer: Customer
    let broker: RealBroker
    let id = ''
    before(async () => {
      broker = await open()
      indaba = await startHarness()
      customer = await indaba.customer()
    })
    after(async () => {
      await indaba?.stop()
      await broker?.close()
    })

    const send = async (method: string, path: string, body?: object): Promise<Json> => {
      const headers = { ...customer.headers, 'content-type': 'application/json' }
      const response = await fetch(indaba.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
      const text = await response.text()
      assert.ok(response.ok, `${method} ${path} ${response.status} ${text}`)
      assert.ok(!text.includes(natsLogin.password), 'no answer shows the password')
      return text === '' ? null : JSON.parse(text)
    }
    const chat = async () => {
      const made = await send('POST', '/v1/chats/upload', { messages: [{ sender: 'customer', message: 'Sawubona.' }] })
      return String(made.chat_id).replace('vela_chat_', '')
    }
    const change = (fields: object) => send('PATCH', `/v1/webhooks/${id}`, fields)
    /** As if the breaker's 30 seconds were over. */
    const calm = () =>
      sql`update delivery_lanes set breaker = 'closed', slots = 4, failures = 0, blocked_until = 'epoch'`.execute(
        indaba.app.db,
      )
    const tryOut = () => send('POST', `/v1/webhooks/${id}/test`)
    /** All that was said of these conversations, as soon as it is so much. */
    const told = async (conversations: string[], count: number, timeoutMs = 30_000) => {
      for (const until = Date.now() + timeoutMs; ; await delay(100)) {
        const all = (await broker.received()).filter(({ body }) => conversations.includes(body.data.conversation_id))
        if (all.length >= count) return all
        if (Date.now() > until) {
          const log = await send('GET', `/v1/webhooks/${id}/deliveries`)
          throw new Error(`${all.length} of ${count}: ${JSON.stringify(log).slice(0, 3000)}`)
        }
      }
    }

    test('an endpoint is made, tried out, and told of what happens', async () => {
      const endpoint = await send('POST', '/v1/webhooks', {
        kind,
        events: ['chat.*'],
        ordering: 'conversation',
        settings: broker.settings,
        retry_waits_s: Array.from({ length: 20 }, () => 1),
        rate_per_s: null,
      })
      id = endpoint.webhook_id
      assert.equal(endpoint.settings.password, '***')
      const tried = await tryOut()
      assert.deepEqual([tried.ok, tried.error], [true, null])
      const [sent] = await broker.received()
      assert.equal(sent?.id, tried.event_id)
      assert.equal(sent?.body.type, 'webhook.test')

      const conversation = await chat()
      const types = (await told([conversation], 2)).map(({ body }) => body.type)
      assert.deepEqual(types.at(-1), 'chat.completed')
      const { deliveries } = await send('GET', `/v1/webhooks/${id}/deliveries`)
      assert.ok(
        deliveries.every(({ status }: Json) => status === 'delivered'),
        JSON.stringify(deliveries),
      )
    })

    for (const [settings, error] of wrong) {
      test(`${JSON.stringify(settings)}: the test says so, and PATCH mends it`, async () => {
        const made = { kind, events: ['call.failed'], settings: { ...broker.settings, ...settings } }
        const path = `/v1/webhooks/${(await send('POST', '/v1/webhooks', made)).webhook_id}`
        const tried = await send('POST', `${path}/test`)
        assert.equal(tried.ok, false)
        assert.match(tried.error, error)
        const mended = Object.keys(settings).map((name) => [name, broker.settings[name] ?? null])
        await send('PATCH', path, { settings: Object.fromEntries(mended) })
        assert.equal((await send('POST', `${path}/test`)).ok, true)
        await send('DELETE', path)
      })
    }

    test('what happens while it is killed, or its password is another, comes afterwards, in order', async () => {
      const conversations = [await chat()]
      await broker.kill()
      for (let n = 0; n < 3; n++) conversations.push(await chat())
      const tried = await tryOut()
      assert.match(tried.error, /refused the connection|ECONNREFUSED|broke/)
      await Promise.all(conversations.map((one) => indaba.finished(customer, one)))
      await broker.start()
      await calm()
      const expected = conversations.length * 2
      const inOrder = (all: Received[]) => {
        for (const one of conversations) {
          const seqs = all.filter(({ body }) => body.data.conversation_id === one).map(({ body }) => body.seq)
          assert.deepEqual(
            [...new Set(seqs)],
            seqs.toSorted((a, b) => a - b).filter((seq, index, sorted) => seq !== sorted[index - 1]),
          )
        }
        const ids = new Set(all.map(({ id }) => id))
        assert.equal(ids.size, expected)
      }
      inOrder(await told(conversations, expected, 90_000))

      await broker.changePassword('another one')
      const late = await chat()
      await indaba.finished(customer, late)
      assert.match((await tryOut()).error, /refused the login/)
      await change({ settings: { password: 'another one' } })
      assert.equal((await tryOut()).ok, true)
      await told([late], 2, 90_000)
    })

    test('as CloudEvents, a message is the whole document', async () => {
      await change({ format: 'cloudevents' })
      const conversation = await chat()
      const all = await told([conversation], 2)
      const { body, contentType, id, headers } = all.at(-1) as Received
      assert.equal(contentType, 'application/cloudevents+json; charset=utf-8')
      const { specversion, type, source, subject, datacontenttype, sequence } = body
      assert.deepEqual([specversion, type, body.id, datacontenttype], ['1.0', 'chat.completed', id, 'application/json'])
      assert.equal(source, `urn:uuid:${customer.orgId}`)
      assert.equal(subject, conversation)
      assert.equal(Number(sequence), Number(headers['Indaba-Seq']))
      await change({ format: 'plain' })
    })

    test('with one order for all, {key} is - and not a dead letter', async () => {
      const name = kind === 'nats' ? 'subject' : 'routing_key'
      await change({ ordering: 'all', settings: { [name]: 'indaba.{key}.{type}' } })
      const conversation = await chat()
      await told([conversation], 2)
      assert.deepEqual((await send('GET', '/v1/dead-letters')).dead_letters, [])
    })
  })
}

async function openNats(): Promise<RealBroker> {
  const { path, remove } = temporaryFolder()
  const login = (password: string) => `users: [{ user: ${natsLogin.user}, password: "${password}" }]`
  let pass = natsLogin.password
  let server = await startNats(path, { authorization: login(pass) })
  const { port } = server
  const manager = async () => {
    const connection = await connectNats({ servers: `127.0.0.1:${port}`, user: natsLogin.user, pass, reconnect: false })
    return { connection, streams: (await jetstreamManager(connection)).streams }
  }
  const { connection, streams } = await manager()
  await streams.add({ name: 'EVENTS', subjects: ['indaba.>'] })
  await connection.close()
  return {
    settings: { url: `nats://127.0.0.1:${port}`, ...natsLogin },
    async received() {
      const { connection, streams } = await manager()
      const { state } = await streams.info('EVENTS')
      const all: Received[] = []
      for (let seq = 1; seq <= state.last_seq; seq++) {
        const message = await streams.getMessage('EVENTS', { seq })
        if (!message) continue
        const headers = Object.fromEntries([...message.header].map(([name, [value = '']]) => [name, value]))
        const { 'Nats-Msg-Id': id = '', 'content-type': contentType = '' } = headers
        all.push({ id, contentType, headers, body: message.json() })
      }
      await connection.close()
      return all
    },
    kill: () => server.kill(),
    async start() {
      server = await startNats(path, { port, authorization: login(pass) })
    },
    async changePassword(password) {
      await server.kill()
      pass = password
      server = await startNats(path, { port, authorization: login(pass) })
    },
    async close() {
      await server.kill()
      await remove()
    },
  }
}

async function openRabbitmq(): Promise<RealBroker> {
  const { path, remove } = temporaryFolder()
  let server = await startRabbitmq(path)
  const { port } = server
  // The reader's own, so that changing the publisher's password leaves it in peace.
  await server.control('add_user', 'reader', 'reader')
  await server.control('set_permissions', 'reader', '.*', '.*', '.*')
  const open = async () => {
    const connection = await connectAmqp({ hostname: '127.0.0.1', port, username: 'reader', password: 'reader' })
    return { connection, channel: await connection.createChannel() }
  }
  const { connection, channel } = await open()
  await channel.assertQueue('events', { durable: true })
  await channel.bindQueue('events', 'amq.topic', 'indaba.#')
  await connection.close()
  const all: Received[] = []
  return {
    settings: { url: `amqp://127.0.0.1:${port}`, ...rabbitmqLogin },
    async received() {
      const { connection, channel } = await open()
      for (;;) {
        const next = await channel.get('events', { noAck: true })
        if (!next) break
        const { headers = {}, messageId = '', contentType = '' } = next.properties
        all.push({ id: messageId, contentType, headers, body: JSON.parse(next.content.toString()) })
      }
      await connection.close()
      return all
    },
    kill: () => server.kill(),
    async start() {
      server = await startRabbitmq(path, { port })
    },
    async changePassword(password) {
      await server.control('change_password', rabbitmqLogin.user, password)
      // Those who are in already would stay.
      await server.control('close_all_user_connections', rabbitmqLogin.user, 'changed')
    },
    async close() {
      await server.kill()
      await remove()
    },
  }
}
