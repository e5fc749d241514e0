// Bodies that a handler takes as they come: whole, or not at all.

import assert from 'node:assert/strict'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openLog } from '../log.ts'
import { ok, route } from './route.ts'
import { closeServer, openServer } from './server.ts'

const sizeBytesMax = 100_000
const taken: Buffer[] = []

const take = route({
  method: 'POST',
  paths: ['/raw'],
  summary: '',
  tag: 'Tests',
  auth: 'open',
  streamType: '*/*',
  answers: { 200: { description: '' } },
  async handle(call) {
    const body = await call.bytes(sizeBytesMax)
    taken.push(body)
    return ok({ target: call.target, size: body.length })
  },
})

describe('a body as it comes', { timeout: 30_000 }, () => {
  let app: Awaited<ReturnType<typeof openServer>>
  let port: number
  before(async () => {
    const guards = {
      authenticate: () => Promise.reject(new Error('nobody is asked')),
      admit: () => ({}),
      enter: <T>(_by: unknown, work: () => T) => work(),
    }
    const limits = { fieldBytesMax: 1000, fileBytesMax: 1000 }
    app = await openServer([take], guards, { log: openLog('silent'), corsOrigins: [], limits, bodyPatienceMs: 200 })
    await app.listen({ port: 0, host: '127.0.0.1' })
    port = (app.server.address() as AddressInfo).port
  })
  after(() => closeServer(app, 100))

  /** All that the server sends until it closes. */
  async function send(headers: string, ...pieces: (string | Buffer)[]): Promise<string> {
    taken.length = 0
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST /raw?a=%2Fb&a=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`)
    for (const piece of pieces) {
      socket.write(piece)
      await delay(20)
    }
    return text(socket)
  }

  test('is the same to the byte, in one piece, in many, and when there is none', async () => {
    const body = Buffer.from([0, 255, 254, 10, 13, 0])
    const seen = await send(`Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 6\r\n`, body)
    assert.match(seen, /"target":"\/raw\?a=%2Fb&a=c","size":6/)
    assert.deepEqual(taken, [body])
    await send(
      'Transfer-Encoding: chunked\r\n',
      '2\r\n',
      body.subarray(0, 2),
      '\r\n4\r\n',
      body.subarray(2),
      '\r\n0\r\n\r\n',
    )
    assert.deepEqual(taken, [body])
    assert.match(await send('Content-Length: 0\r\n'), /"size":0/)
  })

  test('is refused when it is too long, before it has come', async () => {
    assert.match(await send(`Content-Length: ${sizeBytesMax}\r\n`, Buffer.alloc(sizeBytesMax)), /^HTTP\/1\.1 200/)
    assert.match(await send(`Content-Length: ${sizeBytesMax + 1}\r\n`, 'x'), /^HTTP\/1\.1 413/)
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
    assert.match(await send('Transfer-Encoding: chunked\r\n', piece, piece), /^HTTP\/1\.1 413/)
    assert.deepEqual(taken, [])
  })

  test('is refused when it comes too slowly, breaks its own rules, or ends before its end', async () => {
    assert.match(await send('Content-Length: 100\r\n', 'slow'), /^HTTP\/1\.1 408/)
    assert.match(await send('Transfer-Encoding: chunked\r\n', '4\r\nslow\r\n'), /^HTTP\/1\.1 408/)
    assert.match(await send('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\nno size\r\n'), /^HTTP\/1\.1 400/)
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}')
    await delay(50)
    socket.destroy()
    await delay(50)
    assert.deepEqual(taken, [])
  })
})
