// Live streams under clients that do harm: who do not read, say too much, break the protocol or open too many.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { both, type LiveClient, openEvents, openSocket, seqsOf, tell, until } from '../live-client.ts'

let indaba: Harness
let customer: Customer
const open = new Set<{ close(): void }>()
before(async () => {
  indaba = await startHarness({
    roles: { serve: true, work: false },
    env: { INDABA_STREAMS_PER_ORG_MAX: '30', INDABA_STREAMS_MAX: '40' },
  })
  customer = await indaba.customer()
})
after(async () => {
  for (const one of open) one.close()
  await indaba?.stop()
})

const keep = <T extends LiveClient>(client: T): T => {
  open.add(client)
  return client
}
const socket = async () => keep(await openSocket(indaba.url, { headers: customer.headers }))
const large = { summary: 'long '.repeat(40_000) }

/** Sends a head by hand, and reads nothing but what it is asked to. */
async function bare(lines: string[]): Promise<Socket> {
  const { hostname, port } = new URL(indaba.url)
  const wire = connect(Number(port), hostname).on('error', () => {})
  open.add({ close: () => wire.destroy() })
  await once(wire, 'connect')
  wire.write([...lines, `Host: ${hostname}`, `X-API-Key: ${customer.key}`, '', ''].join('\r\n'))
  return wire
}

/** A masked frame (RFC 6455 §5.2) with a mask of zeros. */
function frame(first: number, payload: Buffer, length = payload.length): Buffer {
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, Buffer.alloc(4), payload])
}
const text = 0x81

for (const [name, connectAs] of both) {
  test(`${name}: who does not read is let go, holds up nobody, and misses nothing when they come back`, async () => {
    const one = await indaba.customer()
    const reader = keep(await connectAs(indaba.url, { headers: one.headers }))
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
    const silent = await bare(['GET /v1/stream HTTP/1.1', ...(name === 'WebSocket' ? [upgrade] : [])])
    // Of another organisation: the key of `bare` is the customer's.
    silent.pause()
    await delay(300)
    const startedAt = performance.now()
    const seqs: number[] = []
    const theirs: number[] = []
    for (let n = 0; n < 60; n++) {
      theirs.push(...(await tell(indaba.app.db, customer.orgId, ['call.completed', 'call.completed'], { data: large })))
      seqs.push(...(await tell(indaba.app.db, one.orgId, ['call.completed'])))
    }
    await until(() => reader.events.length === seqs.length, 'the events of who reads')
    assert.deepEqual(seqsOf(reader), seqs)
    let heard = ''
    const gone = once(silent, 'close')
    // It is let go when it has taken nothing for 10 s; what waits for it can be had for 5 s more.
    await delay(12_500 - (performance.now() - startedAt))
    silent.on('data', (chunk: Buffer) => {
      heard = (heard + chunk.toString('latin1')).slice(-400_000)
    })
    silent.resume()
    await gone
    assert.match(heard, /"reason":"too_slow"|too_slow/, 'it is told why')
    const lastSeq = Number([...heard.matchAll(/"seq":(\d+)/g)].at(-1)?.[1])
    assert.ok(lastSeq < (theirs.at(-1) as number))
    const back = keep(await connectAs(indaba.url, { headers: customer.headers, query: { after: String(lastSeq) } }))
    const rest = theirs.filter((seq) => seq > lastSeq)
    await until(() => back.events.length >= rest.length, 'the rest')
    assert.deepEqual(seqsOf(back), rest)
    back.close()
  })
}

test('a large burst reaches who reads: nobody is let go for what came at once', async () => {
  const one = await indaba.customer()
  const clients = await Promise.all(both.map(async ([, connectAs]) => keep(await connectAs(indaba.url, one))))
  const seqs = await tell(
    indaba.app.db,
    one.orgId,
    Array.from({ length: 80 }, () => 'call.completed' as const),
    { data: large },
  )
  for (const client of clients) {
    await until(() => client.events.length === 80, `80 large events, not ${client.events.length}`)
    assert.deepEqual(seqsOf(client), seqs)
    client.close()
  }
})

test('what is longer than 256 KiB comes without its long fields, and names them', async () => {
  const client = await socket()
  await tell(indaba.app.db, customer.orgId, ['call.completed'], { data: { summary: 'é'.repeat(200_000) } })
  await until(() => client.events.length > 0, 'the event')
  const [{ data }] = client.events
  assert.deepEqual([data.summary, data.omitted, data.sentiment], [undefined, ['summary'], 'negative'])
  client.close()
})

test('frames that are huge, broken, in pieces, no text or too many end the line with the code for it', async () => {
  const end = async (say: (client: Awaited<ReturnType<typeof socket>>, wire: Socket) => void) => {
    const client = await socket()
    client.socket.on('error', () => {})
    say(client, (client.socket as unknown as { _socket: Socket })._socket)
    return (await client.closed).code
  }
  const codes = {
    'ten megabytes': await end((client) => client.send('x'.repeat(10_000_000))),
    'ten megabytes announced': await end((_, wire) => wire.write(frame(text, Buffer.alloc(0), 10_000_000))),
    'a terabyte announced': await end((_, wire) => wire.write(frame(text, Buffer.alloc(0), 2 ** 40))),
    'invalid UTF-8': await end((_, wire) => wire.write(frame(text, Buffer.from([0xff, 0xfe])))),
    'half a character': await end((_, wire) => wire.write(frame(text, Buffer.from([0xf0, 0x9f])))),
    'a thousand fragments': await end((_, wire) => {
      wire.write(frame(0x01, Buffer.from('{')))
      for (let n = 0; n < 1000; n++) wire.write(frame(0x00, Buffer.from(' ')))
    }),
    'fragments that grow too long': await end((_, wire) => {
      wire.write(frame(0x01, Buffer.alloc(8000, 0x20)))
      for (let n = 0; n < 3; n++) wire.write(frame(0x00, Buffer.alloc(8000, 0x20)))
    }),
    'no mask': await end((_, wire) => wire.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]))),
    'compressed, though that was not agreed': await end((_, wire) => wire.write(frame(0xc1, Buffer.from('{}')))),
    'too many messages': await end((client) => {
      for (let n = 0; n < 100; n++) client.send({ ping: n })
    }),
    'too many pings': await end((client) => {
      for (let n = 0; n < 100; n++) client.socket.ping('x')
    }),
  }
  assert.deepEqual(codes, {
    'ten megabytes': 1009,
    'ten megabytes announced': 1009,
    'a terabyte announced': 1009,
    'invalid UTF-8': 1007,
    'half a character': 1007,
    'a thousand fragments': 1008,
    'fragments that grow too long': 1009,
    'no mask': 1002,
    'compressed, though that was not agreed': 1002,
    'too many messages': 1008,
    'too many pings': 1008,
  })
  const fine = await socket()
  fine.send(JSON.stringify({ ping: 'fragments are fine' }))
  fine.socket.send('{"ping"', { fin: false })
  fine.socket.send(':2}', { fin: true })
  fine.socket.send(Buffer.from('{"ping":3}'))
  await until(() => fine.controls.length === 2, 'two answers')
  assert.deepEqual(
    fine.controls.map(({ ping }) => ping),
    ['fragments are fine', 2],
  )
})

test('filters that are invalid, too long or too deep are refused with their place', async () => {
  for (const filter of [
    'duration >',
    '('.repeat(5000),
    `a = 1${' OR a = 1'.repeat(5000)}`,
    `a = "${'*'.repeat(9000)}"`,
  ]) {
    for (const [, connectAs] of both) {
      const asked = connectAs(indaba.url, { headers: customer.headers, query: { filter } })
      await assert.rejects(asked, /^Error: 400 INVALID_FILTER/, filter.slice(0, 20))
    }
  }
})

test('no more streams than allowed, of one organisation and of all; a place is free again when its stream ends', async () => {
  for (const one of open) one.close()
  await delay(500)
  const [one, two] = [await indaba.customer(), await indaba.customer()]
  const tryOpen = (of: Customer, count: number, connectAs: (typeof both)[number][1]) =>
    Promise.allSettled(Array.from({ length: count }, async () => keep(await connectAs(indaba.url, of))))
  const of = (found: PromiseSettledResult<LiveClient>[]) =>
    found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const half = of(await tryOpen(one, 20, openEvents))
  const more = await tryOpen(one, 20, openSocket)
  assert.equal(half.length + of(more).length, 30)
  const refused = more.find(({ status }) => status === 'rejected') as PromiseRejectedResult
  assert.equal(refused.reason.message, '429 TOO_MANY_STREAMS')
  assert.equal(refused.reason.headers['retry-after'], '5')
  assert.equal(of(await tryOpen(two, 20, openEvents)).length, 10)
  // The head alone takes no place, and neither does who is no WebSocket after all.
  for (const client of half.slice(0, 2)) client.close()
  await delay(300)
  for (let n = 0; n < 5; n++) {
    assert.equal((await fetch(`${indaba.url}/v1/stream`, { method: 'HEAD', headers: one.headers })).status, 200)
    const wire = await bare(['GET /v1/stream HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket'])
    const [answer] = (await once(wire, 'data')) as [Buffer]
    assert.match(String(answer), /^HTTP\/1\.1 4/)
  }
  assert.equal(of(await tryOpen(one, 5, openSocket)).length, 2)
})

test('requests that ask for another protocol are answered in this one', async () => {
  for (const [path, protocol] of [
    ['/v1/events', 'websocket'],
    ['/v1/events', 'h2c'],
    ['/v1/nowhere', 'websocket'],
  ]) {
    const wire = await bare([`GET ${path} HTTP/1.1`, 'Connection: Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`])
    const [answer] = (await once(wire, 'data')) as [Buffer]
    assert.match(String(answer), path === '/v1/events' ? /^HTTP\/1\.1 200/ : /^HTTP\/1\.1 404/, `${path} ${protocol}`)
  }
})

test('who is refused a WebSocket and does not hang up keeps no connection', async () => {
  const { hostname, port } = new URL(indaba.url)
  const wire = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on('error', () => {})
  open.add({ close: () => wire.destroy() })
  const closed = new Promise((resolve) => wire.once('close', () => resolve('closed')))
  wire.write(
    'GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  const [answer] = (await once(wire, 'data')) as [Buffer]
  assert.match(String(answer), /^HTTP\/1\.1 401/)
  const writing = setInterval(() => wire.write('x'), 100)
  open.add({ close: () => clearInterval(writing) })
  wire.once('close', () => clearInterval(writing))
  assert.equal(await Promise.race([closed, delay(8000, 'open')]), 'closed')
})

test('each stream is in the log of requests, however it ended', async () => {
  for (const one of open) one.close()
  await delay(500)
  const one = await indaba.customer()
  const clients = await Promise.all(both.map(([, connectAs]) => connectAs(indaba.url, { headers: one.headers })))
  for (const client of clients) client.close()
  await assert.rejects(openSocket(indaba.url, { headers: one.headers, query: { after: '99' } }), /^Error: 400/)
  const found = async () => {
    const { rows } = await sql<{ status: string }>`
      select data->>'status' as status from audit_events where org_id = ${one.orgId} and action = 'events.read'
      order by 1`.execute(indaba.app.db)
    return rows.map(({ status }) => status)
  }
  for (let n = 0; n < 100 && (await found()).length < 3; n++) await delay(50)
  assert.deepEqual(await found(), ['101', '200', '400'])
})
