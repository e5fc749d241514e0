// The public door for webhooks against whoever finds it: wrong, old, huge, slow, broken, twice.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { type Customer, type Harness, type Json, secretKey, startHarness } from '../harness.ts'
import { type Answered, answered, type Sender, startSender } from '../inbound-sender.ts'
import { startServer } from './program-process.ts'

const mebibyte = 2 ** 20
const minuteMs = 60_000

describe('the door for webhooks', () => {
  let harness: Harness
  let customer: Customer
  let sender: Sender
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
    sender = await startSender(harness, customer)
  })
  after(() => harness?.stop())

  const codeOf = ({ status, body }: Answered) => [status, body.error?.code ?? body.status]
  const kept = async (by = sender): Promise<Json[]> => (await by.api('GET', '/messages?limit=200')).body.messages

  /** Bytes of our own choosing on the wire; answers with all that comes back. */
  async function raw(...parts: (string | Buffer)[]): Promise<string> {
    const { hostname, port } = new URL(harness.url)
    const socket = connect(Number(port), hostname)
    for (const part of parts) socket.write(part)
    return textOf(socket)
  }
  const head = (headers: Record<string, string>, url = sender.url) =>
    `${[
      `POST ${new URL(url).pathname} HTTP/1.1`,
      'Host: x',
      'Connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ].join('\r\n')}\r\n\r\n`

  test('an address that is none says nothing, whatever is sent, and takes no body', async () => {
    const token = new URL(sender.url).pathname.split('/').at(-1) as string
    const none = `inb_${randomBytes(32).toString('base64url')}`
    for (const wrong of [none, token.slice(0, -1), `${token}x`, token.toUpperCase(), 'inb_', '%00', `${token}%20`]) {
      const url = `${harness.url}/v1/inbound/${wrong}`
      const { status } = await sender.send({}, { url })
      assert.ok(status === 404 || status === 400, `${wrong}: ${status}`)
    }
    const url = `${harness.url}/v1/inbound/${none}`
    assert.match(await raw(head({ 'Content-Length': String(50 * mebibyte) }, url)), /^HTTP\/1\.1 404/)
  })

  test('unsigned, signed with another secret, and of another scheme: the same answer, and it is noted at the source', async () => {
    const own = await startSender(harness, customer)
    const signed = own.headersFor('{}')
    const answers = [
      await own.send({}, { secret: 'another-secret-of-some-length' }),
      await own.send({}, { headers: { 'x-signature': '' } }),
      await own.send({}, { headers: { 'x-signature': `${signed['x-signature']}, ${signed['x-signature']}` } }),
      await own.send({}, { headers: { 'x-time': '1' } }),
      await answered(await fetch(own.url, { method: 'POST', body: '{}', headers: { 'webhook-signature': 'v1,AAAA' } })),
      await answered(await fetch(own.url, { method: 'POST' })),
    ]
    for (const one of answers) assert.deepEqual(codeOf(one), [401, 'NOT_PROVEN'])
    const { body } = await own.api('GET')
    assert.deepEqual([body.last_refusal, body.last_received_at], ['not_proven', null])
    assert.deepEqual(await kept(own), [])
  })

  test('a time more than five minutes away is refused, either way, though it is signed', async () => {
    for (const atMs of [Date.now() - 6 * minuteMs, Date.now() + 6 * minuteMs, 0, 8.64e15]) {
      assert.deepEqual(codeOf(await sender.send({}, { atMs })), [401, 'OUT_OF_TIME'])
    }
    for (const atMs of [Date.now() - 4 * minuteMs, Date.now() + 4 * minuteMs]) {
      assert.deepEqual(codeOf(await sender.send({}, { atMs })), [200, 'received'])
    }
    const word = await sender.send({}, { headers: { 'x-time': 'yesterday' } })
    assert.equal(word.status, 401)
  })

  test('1 MiB is taken, a byte more is not: announced, or in pieces', async () => {
    const most = Buffer.alloc(mebibyte, 'a')
    assert.deepEqual(codeOf(await sender.send(most)), [200, 'received'])
    const more = Buffer.alloc(mebibyte + 1, 'a')
    assert.deepEqual(codeOf(await sender.send(more)), [413, 'TOO_LARGE'])
    const chunked = { ...sender.headersFor(more), 'Transfer-Encoding': 'chunked' }
    const size = (n: number) => `${n.toString(16)}\r\n`
    const pieces = [size(more.length), more, '\r\n0\r\n\r\n']
    assert.match(await raw(head(chunked), ...pieces), /^HTTP\/1\.1 413/)
    const fit = { ...sender.headersFor(most), 'Transfer-Encoding': 'chunked' }
    const answer = await raw(
      head(fit),
      size(1),
      most.subarray(0, 1),
      '\r\n',
      size(most.length - 1),
      most.subarray(1),
      '\r\n0\r\n\r\n',
    )
    assert.match(answer, /^HTTP\/1\.1 200/)
    // Endless: the answer comes before its end.
    assert.match(
      await raw(head(chunked), ...Array(20).fill(`${size(100_000)}${'b'.repeat(100_000)}\r\n`)),
      /^HTTP\/1\.1 413/,
    )
    assert.equal((await sender.api('GET')).body.last_refusal !== null, true)
  })

  test('a compressed body is refused before it is unpacked', async () => {
    const bytes = gzipSync(Buffer.alloc(100 * mebibyte))
    assert.ok(bytes.length < mebibyte)
    const answer = await sender.send(bytes, { headers: { 'content-encoding': 'gzip' } })
    assert.deepEqual(codeOf(answer), [400, 'UNSUPPORTED_CONTENT_ENCODING'])
  })

  test('a body that breaks off is not taken, also where nothing is signed', async () => {
    const open = await startSender(harness, customer, { scheme: 'shared-secret', settings: {} })
    const proof = { Authorization: open.secret, 'Content-Type': 'application/json' }
    const wrong = await raw(head({ ...proof, 'Transfer-Encoding': 'chunked' }, open.url), '2\r\n{}\r\nnot a size\r\n')
    assert.match(wrong, /^HTTP\/1\.1 400/)
    const { hostname, port } = new URL(harness.url)
    const socket = connect(Number(port), hostname)
    socket.write(`${head({ ...proof, 'Content-Length': '100' }, open.url)}{}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.resetAndDestroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.deepEqual(await kept(open), [])
    const whole = await answered(await fetch(open.url, { method: 'POST', body: '{}', headers: proof }))
    assert.deepEqual(codeOf(whole), [200, 'received'])
  })

  test('any bytes are kept as they came, whatever they are labelled', async () => {
    const own = await startSender(harness, customer)
    const types = [
      'application/json',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'text/xml',
    ]
    for (const [index, type] of types.entries()) {
      const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00, index, 0x7d])
      const { body } = await own.send(bytes, { headers: { 'content-type': type } })
      const message = (await own.api('GET', `/messages/${body.message_id}`)).body
      assert.deepEqual([message.body, message.body_encoding], [bytes.toString('base64'), 'base64'], type)
      assert.equal(message.headers['content-type'], type)
    }
  })

  test('the same delivery counts once: again, at once from two processes, and under a changed id', async () => {
    const own = await startSender(harness, customer)
    const second = await startServer({
      databaseUrl: harness.databaseUrl,
      dataDir: harness.dataDir,
      env: { INDABA_SECRET_KEY: secretKey.toString('base64'), INDABA_STRANGERS_PER_SECOND: '0' },
    })
    try {
      const urls = [own.url, `${second.url}${new URL(own.url).pathname}`]
      for (let round = 0; round < 20; round++) {
        const text = JSON.stringify({ event: 'call.ended', round })
        const headers = own.headersFor(text, { id: `d-${round}` })
        const send = async (url: string, more = {}) =>
          answered(await fetch(url, { method: 'POST', body: text, headers: { ...headers, ...more } }))
        const all = await Promise.all([...urls, ...urls, ...urls].map((url) => send(url)))
        assert.equal(all.filter(({ body }) => body.status === 'received').length, 1)
        assert.ok(all.every(({ status }) => status === 200))
        assert.deepEqual(codeOf(await send(own.url, { 'x-id': `other-${round}` })), [200, 'duplicate'])
        // A retry of the sender, signed anew.
        const later = own.headersFor(text, { id: `d-${round}`, atMs: Date.now() - (round + 2) * 1000 })
        const again = await answered(await fetch(own.url, { method: 'POST', body: text, headers: later }))
        assert.deepEqual(codeOf(again), [200, 'duplicate'])
      }
      assert.equal((await kept(own)).length, 20)
    } finally {
      await second.stop()
    }
  })

  test('where the id is signed, the same bytes at the same time under two ids are two deliveries', async () => {
    const own = await startSender(harness, customer, { scheme: 'standard-webhooks', settings: {} })
    const at = new Date()
    const send = async (id: string) => {
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(own.secret).sign(id, at, '{}'),
      }
      return codeOf(await answered(await fetch(own.url, { method: 'POST', body: '{}', headers })))
    }
    assert.deepEqual(await send('msg_1'), [200, 'received'])
    assert.deepEqual(await send('msg_2'), [200, 'received'])
    assert.deepEqual(await send('msg_1'), [200, 'duplicate'])
  })

  test('without ids, the same bytes are the same delivery; those of another source are not', async () => {
    const settings = { scheme: 'shared-secret', settings: {} }
    const [one, two] = [await startSender(harness, customer, settings), await startSender(harness, customer, settings)]
    const send = async ({ url, secret }: Sender, body: string) =>
      codeOf(await answered(await fetch(url, { method: 'POST', body, headers: { authorization: secret } })))
    assert.deepEqual(await send(one, '{"a":1}'), [200, 'received'])
    assert.deepEqual(await send(one, '{"a":1}'), [200, 'duplicate'])
    assert.deepEqual(await send(one, '{"a":2}'), [200, 'received'])
    assert.deepEqual(await send(two, '{"a":1}'), [200, 'received'])
  })

  test('4,000 a minute from one source; then it is asked to wait, and others are not', async () => {
    const own = await startSender(harness, customer)
    const bucket = createHash('sha256').update(`inbound ${own.source.source_id}`).digest().subarray(0, 16)
    await sql`insert into rate_buckets (bucket, spent, at, granted) values (${bucket}, 4000, now() + interval '20 s', 0)`.execute(
      harness.app.db,
    )
    const full = await own.send({})
    assert.deepEqual(codeOf(full), [429, 'RATE_LIMIT_EXCEEDED'])
    assert.ok(Number(full.headers.get('retry-after')) >= 1)
    assert.deepEqual(codeOf(await sender.send({ other: 1 })), [200, 'received'])
  })

  test('strangers are counted before anything is looked up', async () => {
    const guarded = await startHarness({
      roles: { serve: true, work: false },
      env: { INDABA_STRANGERS_PER_SECOND: '1' },
    })
    try {
      const url = `${guarded.url}/v1/inbound/inb_${'x'.repeat(43)}`
      const all = await Promise.all(Array.from({ length: 80 }, () => fetch(url, { method: 'POST', body: '{}' })))
      const statuses = all.map(({ status }) => status)
      assert.ok(statuses.includes(404) && statuses.includes(429), statuses.join())
    } finally {
      await guarded.stop()
    }
  })
})
