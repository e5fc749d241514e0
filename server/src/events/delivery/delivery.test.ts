import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { type Received, type ScriptedReceiver, startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { Problem } from '../../platform/problem.ts'
import { waitsMs } from './retry.ts'

const timeoutMs = 400

const genuine = (secret: string, { headers, text }: Received) => new Webhook(secret).verify(text, headers)

describe('delivery', () => {
  let outbox: Outbox
  const receivers: ScriptedReceiver[] = []
  before(async () => {
    outbox = await openOutbox()
    outbox.startSender({
      timeoutMs,
      vbotFacts: async (_, id) => {
        if (id === gone) throw new Problem('not_found', 'not_found', 'Resource not found')
        return { customerId: 7, transcription: 'Hello.' }
      },
    })
  })
  after(async () => {
    await outbox.close()
    await Promise.all(receivers.map((receiver) => receiver.close()))
  })
  const gone = '0199b1f2-0000-7abc-8def-000000000404'

  const receive = async (...script: Parameters<typeof startScriptedReceiver>) => {
    const receiver = await startScriptedReceiver(...script)
    receivers.push(receiver)
    return receiver
  }
  const endpointAt = async (url: string, input: Partial<Parameters<Outbox['endpoint']>[1]> = {}) => {
    const orgId = await outbox.org()
    const { endpoint, secret } = await outbox.endpoint(orgId, { url, ...input })
    return { orgId, id: endpoint.id, secret }
  }
  /** As if the wait for the next attempt were over. */
  const skipWait = async (endpointId: string) => {
    await sql`update deliveries set next_at = now() where endpoint_id = ${endpointId}`.execute(outbox.db)
    await sql`update delivery_lanes set breaker = 'closed', slots = 4, blocked_until = 'epoch', failures = 0,
      window_failed = 0, failing_since = null where endpoint_id = ${endpointId}`.execute(outbox.db)
    await sql`select pg_notify('indaba_deliveries', '')`.execute(outbox.db)
  }
  const waitS = async (endpointId: string) => {
    const { rows } = await sql<{ wait: number }>`
      select extract(epoch from next_at - now())::float8 as wait from deliveries where endpoint_id = ${endpointId}`.execute(
      outbox.db,
    )
    return rows[0]?.wait as number
  }

  test('a delivery is signed by Standard Webhooks, and its log keeps what was answered', async () => {
    const receiver = await receive((response) => response.writeHead(200).end('{"status":"success"}'))
    const { orgId, id, secret } = await endpointAt(receiver.url)
    const [event] = await outbox.emit(orgId, { type: 'call.completed' })
    await receiver.count(1)
    const body = genuine(secret, receiver.received[0] as Received) as Record<string, unknown>
    assert.equal(body.event, 'call.completed')
    assert.equal(body.call_id, event?.conversationId)
    const [delivery] = await outbox.logWhen(orgId, id, ([one]) => one?.status === 'delivered')
    assert.equal(delivery?.event_id, receiver.received[0]?.headers['webhook-id'])
    assert.equal(delivery?.next_attempt_at, null)
    assert.equal(delivery?.attempts.length, 1)
    const [attempt] = delivery?.attempts ?? []
    assert.equal(attempt?.status_code, 200)
    assert.equal(attempt?.error, null)
    assert.equal(attempt?.response, '{"status":"success"}')
    assert.match(attempt?.started_at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.ok(Math.abs(Date.parse(attempt?.started_at ?? '') - Date.now()) < 10_000)
  })

  for (const [style, attempts] of [
    ['vela', 10],
    ['vbot', 4],
  ] as const) {
    test(`${style}: ${attempts} attempts by the schedule under one webhook-id, then dead`, async () => {
      const receiver = await receive((response) => response.writeHead(500).end('no'))
      const { orgId, id, secret } = await endpointAt(receiver.url, { style, events: ['call.completed'] })
      await outbox.emit(orgId, { type: 'call.completed' })
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        const isLast = attempt === attempts
        const [delivery] = await outbox.logWhen(
          orgId,
          id,
          ([one]) => one?.attempts.length === attempt && (one.status === 'dead') === isLast,
        )
        assert.equal(delivery?.status, isLast ? 'dead' : 'pending')
        assert.equal(delivery?.error, 'the receiver answered 500')
        if (isLast) break
        const scheduledS = (waitsMs[style][attempt - 1] as number) / 1000
        const wait = await waitS(id)
        assert.ok(wait > scheduledS * 0.8 - 2 && wait <= scheduledS * 1.2, `${wait} s after attempt ${attempt}`)
        await skipWait(id)
      }
      await delay(200)
      assert.equal(receiver.received.length, attempts)
      assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1)
      assert.equal(new Set(receiver.received.map(({ text }) => text)).size, 1)
      for (const one of receiver.received) genuine(secret, one)
    })
  }

  test('Retry-After is honoured in seconds and as a date, up to six hours; garbage is not', async () => {
    const later = () => new Date(Date.now() + 900_000).toUTCString()
    const cases: [string, number, number][] = [
      ['900', 895, 901],
      [later(), 895, 901],
      ['999999999', 21_590, 21_601],
      ['0', 3, 6.1],
      ['Thu, 01 Jan 1970 00:00:00 GMT', 3, 6.1],
      ['soon', 3, 6.1],
      ['-1', 3, 6.1],
    ]
    const receiver = await receive((response, index) =>
      response.writeHead(503, { 'retry-after': cases[index]?.[0] ?? '' }).end(),
    )
    for (const [value, least, most] of cases) {
      const { orgId, id } = await endpointAt(receiver.url)
      await outbox.emit(orgId, { type: 'chat.completed' })
      await outbox.logWhen(orgId, id, ([one]) => one?.status === 'pending' && one.attempts.length === 1)
      const wait = await waitS(id)
      assert.ok(wait > least && wait < most, `${value}: ${wait} s`)
    }
  })

  test('410 disables the endpoint; what waits for it is held, and so is what comes after', async () => {
    const receiver = await receive((response) => response.writeHead(410).end())
    const { orgId, id } = await endpointAt(receiver.url)
    await outbox.emit(orgId, { type: 'call.received' })
    await outbox.logWhen(orgId, id, ([one]) => one?.status === 'held')
    await outbox.emit(orgId, { type: 'call.completed' })
    const log = await outbox.log(orgId, id)
    assert.deepEqual(
      log.map(({ status, error, attempts }) => [status, error, attempts.length]),
      [
        ['held', null, 0],
        ['held', 'the receiver answered 410', 1],
      ],
    )
    await delay(100)
    assert.equal(receiver.received.length, 1)
    await outbox.db.updateTable('webhook_endpoints').set({ status: 'active' }).where('id', '=', id).execute()
    await skipWait(id)
    await receiver.count(3)
  })

  test('a deleted endpoint takes its queue with it, also while a request is under way', async () => {
    const receiver = await receive(async (response) => {
      await delay(200)
      response.writeHead(500).end()
    })
    const { orgId, id } = await endpointAt(receiver.url)
    for (let n = 0; n < 6; n += 1) await outbox.emit(orgId, { type: 'call.received' })
    await receiver.count(4)
    await outbox.db.deleteFrom('webhook_endpoints').where('id', '=', id).execute()
    await delay(400)
    const { rows } = await sql`select 1 from deliveries where endpoint_id = ${id}`.execute(outbox.db)
    assert.equal(rows.length, 0)
    assert.equal(receiver.received.length, 4)
  })

  test('a redirect is a failure and is not followed', async () => {
    const target = await receive()
    const receiver = await receive((response) => response.writeHead(307, { location: target.url }).end())
    const { orgId, id } = await endpointAt(receiver.url)
    await outbox.emit(orgId, { type: 'call.completed' })
    const [delivery] = await outbox.logWhen(orgId, id, ([one]) => one?.attempts.length === 1)
    assert.equal(delivery?.status, 'pending')
    assert.equal(delivery?.error, 'the receiver answered 307')
    assert.equal(target.received.length, 0)
  })

  test('an address that may not be reached is an attempt that failed, in one set of words, and is tried again', async () => {
    const urls = [
      'http://10.0.0.1/',
      'http://[::1]:8080/hook',
      'http://169.254.169.254/latest',
      'https://192.168.1.1:8443/x',
    ]
    for (const url of urls) {
      const { orgId, id } = await endpointAt(url)
      await outbox.emit(orgId, { type: 'call.completed' })
      const [delivery] = await outbox.logWhen(orgId, id, ([one]) => one?.attempts.length === 1)
      assert.equal(delivery?.status, 'pending')
      assert.equal(delivery?.error, 'the address is not allowed as a destination')
      assert.ok((delivery?.attempts[0]?.duration_ms as number) < 1000)
    }
  })

  test('receivers that are silent, drip, hang up, talk nonsense or without end neither hold nor break the sender', async () => {
    const huge = Buffer.alloc(1 << 20, 'x')
    let written = 0
    const manners: [string, Parameters<typeof startScriptedReceiver>[0], string, RegExp | null][] = [
      ['silent', () => {}, 'pending', /no whole answer within/],
      [
        'drips its head',
        async ({ socket }) => {
          for (const char of 'HTTP/1.1 200 OK\r\nx: y') {
            socket?.write(char)
            await delay(50)
          }
        },
        'pending',
        /no whole answer within/,
      ],
      [
        'drips its body',
        async (response) => {
          response.writeHead(200)
          for (let n = 0; n < 100 && !response.destroyed; n += 1) {
            response.write('.')
            await delay(20)
          }
        },
        'pending',
        /no whole answer within/,
      ],
      ['hangs up', ({ socket }) => socket?.destroy(), 'pending', /closed|reset/],
      ['hangs up half way', (response) => response.writeHead(200, { 'content-length': 10 }).end('abc'), 'pending', /./],
      ['talks nonsense', ({ socket }) => socket?.end('SSH-2.0-OpenSSH_9.2\r\n'), 'pending', /./],
      [
        'says a gigabyte',
        async (response) => {
          response.writeHead(200)
          while (written < 1 << 30 && !response.destroyed) {
            written += huge.length
            if (!response.write(huge)) await new Promise((go) => response.once('drain', go).once('close', go))
          }
          response.end()
        },
        'delivered',
        null,
      ],
      ['says NUL', (response) => response.writeHead(200).end('a\0b\xff'), 'delivered', null],
    ]
    const startedAt = performance.now()
    await Promise.all(
      manners.map(async ([name, script, status, error]) => {
        const receiver = await receive(script)
        const { orgId, id } = await endpointAt(receiver.url)
        await outbox.emit(orgId, { type: 'call.completed' })
        const [delivery] = await outbox.logWhen(orgId, id, ([one]) => one?.attempts.length === 1)
        assert.equal(delivery?.status, status, name)
        if (error) assert.match(delivery?.error ?? '', error, name)
        else assert.equal(delivery?.error, null, name)
        assert.ok((delivery?.attempts[0]?.response ?? '').length <= 16_384)
      }),
    )
    assert.ok(written < 16 << 20, `${written} bytes were taken from the receiver that says a gigabyte`)
    assert.ok(performance.now() - startedAt < 10 * timeoutMs)
  })

  test('one endpoint is sent four at once, and its slowness holds nobody else', async () => {
    const slow = await receive(async (response) => {
      await delay(250)
      response.writeHead(204).end()
    })
    const fast = await receive()
    const orgId = await outbox.org()
    await outbox.endpoint(orgId, { url: slow.url, events: ['call.received'] })
    const quick = await outbox.endpoint(orgId, { url: fast.url, events: ['call.completed'] })
    await outbox.emit(orgId, ...Array.from({ length: 24 }, () => ({ type: 'call.received' as const })))
    await slow.count(1)
    const startedAt = performance.now()
    await outbox.emit(orgId, ...Array.from({ length: 24 }, () => ({ type: 'call.completed' as const })))
    await fast.count(24)
    const tookMs = performance.now() - startedAt
    assert.ok(slow.received.length < 24, `the slow one had ${slow.received.length}`)
    await outbox.logWhen(orgId, quick.endpoint.id, (log) => log.every((one) => one.status === 'delivered'))
    await slow.count(24)
    assert.equal(slow.open.most, 4)
    assert.ok(fast.open.most <= 4)
    console.log(`24 deliveries beside a slow endpoint: ${Math.round(tookMs)} ms`)
  })

  test('an organisation with 40 hanging endpoints has 32 requests in flight, and others are served', async () => {
    const hanging = await receive(() => {})
    const fast = await receive()
    const busy = await outbox.org()
    for (let n = 0; n < 40; n += 1) await outbox.endpoint(busy, { url: hanging.url })
    const { orgId } = await endpointAt(fast.url)
    await outbox.emit(busy, { type: 'call.received' }, { type: 'call.completed' })
    await hanging.count(32)
    const startedAt = performance.now()
    await outbox.emit(orgId, { type: 'call.completed' })
    await fast.count(1)
    assert.ok(performance.now() - startedAt < timeoutMs)
    assert.ok(hanging.open.most <= 32, String(hanging.open.most))
    await hanging.count(80)
    assert.ok(hanging.open.most <= 32, String(hanging.open.most))
  })

  test('vbot: what was deleted before it could be told is given up', async () => {
    const receiver = await receive()
    const { orgId, id } = await endpointAt(receiver.url, { style: 'vbot', events: ['call.completed'] })
    await outbox.emit(orgId, { type: 'call.completed', conversationId: gone }, { type: 'call.completed' })
    const log = await outbox.logWhen(orgId, id, (all) => all.every(({ status }) => status !== 'pending'))
    assert.deepEqual(
      log.map(({ status, error }) => [status, error]),
      [
        ['delivered', null],
        ['discarded', 'The conversation was deleted.'],
      ],
    )
    assert.equal(JSON.parse(receiver.received[0]?.text ?? '').customer_id, 7)
  })

  test('a secret that does not open costs its own delivery an attempt, and nothing else', async () => {
    const receiver = await receive()
    const { orgId, id } = await endpointAt(receiver.url)
    await outbox.db
      .updateTable('webhook_endpoints')
      .set({ secret: randomBytes(60) })
      .where('id', '=', id)
      .execute()
    const other = await endpointAt(receiver.url)
    await outbox.emit(orgId, { type: 'call.completed' })
    await outbox.emit(other.orgId, { type: 'call.completed' })
    await receiver.count(1)
    const [delivery] = await outbox.logWhen(orgId, id, ([one]) => one?.attempts.length === 1)
    assert.equal(delivery?.status, 'pending')
    assert.equal(delivery?.error, 'internal error')
    assert.equal(receiver.received.length, 1)
  })
})
