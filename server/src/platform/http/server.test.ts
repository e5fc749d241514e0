import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Type } from 'typebox'
import { openLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { pageQuery } from './paging.ts'
import { ok, type Route, route } from './route.ts'
import { closeServer, type Guards, openServer, pathsOf } from './server.ts'

const tag = 'Test'
const answers = { 200: { description: 'Done' } }
const signals: AbortSignal[] = []
const logged: unknown[] = []
const log = {
  ...openLog('silent'),
  debug() {},
  info() {},
  warn() {},
  error: (facts: unknown) => logged.push(facts),
} as never

const routes: Route[] = [
  route({
    method: 'POST',
    paths: ['/v1/read'],
    summary: '',
    tag,
    auth: 'calls:read',
    answers,
    handle: async (call) => ok(await call.fields()),
  }),
  route({
    method: 'POST',
    paths: ['/v1/files'],
    summary: '',
    tag,
    auth: 'open',
    answers,
    async handle(call) {
      signals.push(call.signal)
      // As a look-up before the body is read.
      await delay(5)
      return ok(await call.form(async ({ name, stream }) => ({ name, length: (await text(stream)).length })))
    },
  }),
  route({
    method: 'GET',
    paths: ['/v1/list'],
    summary: '',
    tag,
    auth: 'open',
    query: Type.Object(pageQuery),
    answers,
    handle: async ({ query }) => ok(query),
  }),
  route({
    method: 'GET',
    paths: ['/fails'],
    summary: '',
    tag,
    auth: 'open',
    answers,
    handle: () => Promise.reject(new Error('secret')),
  }),
  route({
    method: 'GET',
    paths: ['/stream'],
    summary: '',
    tag,
    auth: 'open',
    answers,
    handle: async () => ok(endless()),
  }),
  route({
    method: 'GET',
    paths: ['/waits'],
    summary: '',
    tag,
    auth: 'open',
    answers,
    async handle({ signal }) {
      signals.push(signal)
      await delay(300)
      return ok({ waited: true })
    },
  }),
]

async function* ticks() {
  for (;;) {
    yield Buffer.from('tick')
    await delay(10)
  }
}
let streamsOpen = 0
function endless(): Readable {
  streamsOpen += 1
  return Readable.from(ticks()).once('close', () => (streamsOpen -= 1))
}

const guards: Guards = {
  async authenticate({ headers }) {
    if (headers['x-api-key'] === 'right') return { actor: 'key', orgId: 'o', isAdmin: false, scopes: [], reach: 'all' }
    throw new Problem('unauthenticated', 'invalid_api_key', 'Invalid API key')
  },
  admit: () => ({}),
  enter: <T>(_by: unknown, work: () => T) => work(),
}

const open = async () => {
  const app = await openServer(routes, guards, {
    log,
    corsOrigins: '*',
    limits: { fieldBytesMax: 100_000, fileBytesMax: 1_000_000 },
    bodyPatienceMs: 200,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, port: (app.server.address() as AddressInfo).port }
}

/** All that the server sends until it closes. */
async function dialogue(port: number, pieces: string[], { end = false } = {}): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const seen = text(socket)
  for (const piece of pieces) {
    socket.write(piece)
    await delay(20)
  }
  if (end) socket.end()
  return seen
}

async function opened(port: number, head: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(head)
  await delay(50)
  return socket
}

describe('server', { timeout: 30_000 }, () => {
  let port: number
  let app: Awaited<ReturnType<typeof open>>['app']
  before(async () => {
    const opened = await open()
    port = opened.port
    app = opened.app
  })
  after(() => closeServer(app, 100))

  const post = (path: string, headers: string, body = '') =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: right\r\n${headers}\r\n${body}`

  test('every path answers with and without /v1', () => {
    const only = (path: string) => pathsOf({ paths: [path] } as never)
    assert.deepEqual(only('/v1/calls'), ['/v1/calls', '/calls'])
    assert.deepEqual(only('/calls'), ['/calls', '/v1/calls'])
    assert.deepEqual(only('/v1'), ['/v1', '/v1/v1'])
  })

  test('a client that sends a large body with a wrong key can finish, and then read why it was refused', async () => {
    // As Python's requests does: all is written before anything is read.
    const socket = connect(port, '127.0.0.1')
    socket.pause()
    socket.write('POST /v1/read HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n')
    for (let i = 0; i < 20; i++) if (!socket.write(Buffer.alloc(1_000_000))) await once(socket, 'drain')
    const answer = await text(socket)
    assert.match(answer, /^HTTP\/1.1 401 /)
    assert.match(answer, /\r\nconnection: close\r\n/i)
    assert.match(answer, /"INVALID_API_KEY"/)
  })

  test('a body that stops, crawls, ends early or turns into garbage is refused, and the refusal can be read', async () => {
    const json = 'Content-Type: application/json\r\n'
    const form = 'Content-Type: multipart/form-data; boundary=b\r\n'
    const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'
    for (const [path, type, start] of [
      ['/v1/read', json, '{"a":'],
      ['/v1/files', form, part],
      ['/v1/files', 'Content-Type: multipart/form-data\r\n', '--'],
    ] as const) {
      const started = performance.now()
      assert.match(
        await dialogue(port, [post(path, `${type}Content-Length: 5000\r\n`, start)]),
        /^HTTP\/1.1 408 .*"REQUEST_TIMEOUT"/s,
        `${path} stops`,
      )
      assert.ok(performance.now() - started < 8000)
      assert.match(
        await dialogue(port, [post(path, `${type}Content-Length: 5000\r\n`, start)], { end: true }),
        /^HTTP\/1.1 400 .*"INCOMPLETE_BODY"/s,
        `${path} ends`,
      )
      const chunk = `${start.length.toString(16)}\r\n${start}\r\n`
      assert.match(
        await dialogue(port, [post(path, `${type}Transfer-Encoding: chunked\r\n`, chunk), 'zz\r\n']),
        /^HTTP\/1.1 400 .*"BAD_REQUEST"/s,
        `${path} garbage`,
      )
      assert.match(
        await dialogue(port, [`${post(path, `${type}Transfer-Encoding: chunked\r\n`, chunk)}zz\r\n`]),
        /^HTTP\/1.1 400 .*"BAD_REQUEST"/s,
        `${path} garbage at once`,
      )
    }
  })

  test('a body that is only slow is read', async () => {
    const body = `{"a":"${'x'.repeat(90_000)}"}`
    const pieces = body.match(/.{1,9000}/g) ?? []
    const answer = await dialogue(port, [
      post('/v1/read', `Connection: close\r\nContent-Length: ${body.length}\r\n`),
      ...pieces,
    ])
    assert.match(answer, /^HTTP\/1.1 200 /)
  })

  test('Expect: 100-continue is granted when the body is wanted, and only then', async () => {
    const expecting = 'Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n'
    assert.match(
      await dialogue(port, [post('/v1/read', expecting), '{}']),
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /,
    )
    const refused = await dialogue(port, [post('/v1/read', expecting).replace('right', 'wrong')])
    assert.match(refused, /^HTTP\/1.1 401 /)
  })

  test('a failure of ours tells nothing of itself, and is logged with the id that the client sees', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/fails`)
    assert.equal(answer.status, 500)
    const body = (await answer.json()) as { request_id: string; message: string }
    assert.equal(body.message, 'Internal server error')
    assert.equal((logged.at(-1) as { requestId: string }).requestId, body.request_id)
  })

  test('numbers out of range are refused, never infinite', async () => {
    for (const query of [
      'limit=1e400',
      'limit=-1e400',
      'limit=-1',
      'limit=0',
      'offset=1e30',
      'limit=1.5',
      'limit=x',
      'limit=1&limit=2',
    ]) {
      assert.equal((await fetch(`http://127.0.0.1:${port}/v1/list?${query}`)).status, 400, query)
    }
    assert.deepEqual(await (await fetch(`http://127.0.0.1:${port}/list/?limit=99999999`)).json(), { limit: 99_999_999 })
  })

  test('work is told when its client has gone, and only then', async () => {
    signals.length = 0
    assert.equal((await fetch(`http://127.0.0.1:${port}/waits`)).status, 200)
    const errors = logged.length
    const waiting = await opened(port, 'GET /waits HTTP/1.1\r\nHost: x\r\n\r\n')
    waiting.destroy()
    const sending = await opened(
      port,
      post('/v1/files', 'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 999\r\n', '--b\r\n'),
    )
    sending.resetAndDestroy()
    await delay(400)
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, true, true],
    )
    assert.equal(logged.length, errors, 'nobody’s failure')
  })

  test('a stream ends with its client, and HEAD reads none of it', async () => {
    const head = await fetch(`http://127.0.0.1:${port}/stream`, { method: 'HEAD' })
    assert.equal(head.status, 200)
    const listening = await opened(port, 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.equal(streamsOpen, 1)
    listening.destroy()
    await delay(100)
    assert.equal(streamsOpen, 0)
  })

  test('pages of other origins are answered as the settings say', async () => {
    const preflight = await fetch(`http://127.0.0.1:${port}/v1/read`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://crm.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key',
      },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://crm.example.org')
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /x-api-key/)
    const refused = await fetch(`http://127.0.0.1:${port}/v1/read`, {
      method: 'POST',
      headers: { origin: 'https://crm.example.org' },
    })
    assert.equal(
      refused.headers.get('access-control-allow-origin'),
      'https://crm.example.org',
      'a page can read its refusal',
    )
  })
})

describe('closing', { timeout: 30_000 }, () => {
  test('what is in flight is answered; idle connections close at once', async () => {
    const { app, port } = await open()
    const idle = await opened(port, 'GET /list HTTP/1.1\r\nHost: x\r\n\r\n')
    const waiting = fetch(`http://127.0.0.1:${port}/waits`)
    await delay(50)
    const started = performance.now()
    await closeServer(app, 5000)
    assert.ok(performance.now() - started < 1500, 'did not wait for the grace to end')
    assert.deepEqual(await (await waiting).json(), { waited: true })
    assert.equal(idle.readableEnded || idle.destroyed || (await once(idle.resume(), 'end')).length === 0, true)
  })

  test('streams, stalled uploads and silent connections are cut when the grace ends', async () => {
    const { app, port } = await open()
    const sockets = [
      await opened(port, 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n'),
      await opened(
        port,
        'POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 999\r\n\r\n--b',
      ),
      await opened(port, 'GET /list HTTP/1.1\r\nHo'),
      await opened(port, ''),
    ]
    const started = performance.now()
    await closeServer(app, 100)
    assert.ok(performance.now() - started < 2000)
    await Promise.all(sockets.map((socket) => (socket.destroyed ? null : once(socket.resume(), 'close'))))
    await assert.rejects(fetch(`http://127.0.0.1:${port}/list`))
  })
})
