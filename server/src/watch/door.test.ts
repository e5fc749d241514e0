import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { byteRate } from './byte-rate.ts'
import { openDoor } from './door.ts'
import { startPause, waitMs } from './pause.ts'
import { Trouble } from './trouble.ts'
import { pathFrom } from './upload.ts'

async function answering(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const { signal } = new AbortController()

describe('the way to the server', () => {
  test('what each answer means', async () => {
    const ours = (code: string) =>
      JSON.stringify({ status: 'error', message: 'm', error: { code, message: 'This is why it is so.' } })
    const cases: [status: number, body: string, isOurs: boolean, headers: object, kind: string, code?: string][] = [
      [302, '', false, { location: 'https://sign-in.example/' }, 'away'],
      [400, ours('INVALID_METADATA'), true, {}, 'refused', 'invalid_metadata'],
      [400, ours('ALLOCATION_EXCEEDED'), true, {}, 'allowance'],
      [400, 'bad gateway page', false, {}, 'away'],
      [400, '<Error><Code>IncompleteBody</Code><Message>It is not whole.</Message></Error>', true, {}, 'stumble'],
      [401, ours('UNAUTHENTICATED'), true, {}, 'key'],
      [403, ours('INSUFFICIENT_PERMISSIONS'), true, {}, 'key'],
      [403, '<html>blocked</html>', false, {}, 'away'],
      [404, ours('NOT_FOUND'), true, {}, 'stumble'],
      [404, '<html>', false, {}, 'away'],
      [409, ours('IDEMPOTENCY_KEY_IN_USE'), true, {}, 'stumble'],
      [413, ours('FILE_TOO_LARGE'), true, {}, 'refused'],
      [413, '<html>nginx', false, {}, 'stumble', 'body_refused_on_the_way'],
      [415, ours('UNSUPPORTED_FORMAT'), true, {}, 'refused'],
      [429, ours('RATE_LIMITED'), true, { 'retry-after': '7' }, 'away'],
      [500, ours('INTERNAL_ERROR'), true, {}, 'stumble'],
      [500, 'oops', false, {}, 'away'],
      [503, ours('DATABASE_UNAVAILABLE'), true, { 'retry-after': '9999999' }, 'away'],
    ]
    for (const [status, body, isOurs, headers, kind, code] of cases) {
      const about = `${status} ${body}`
      await answering(
        (_, response) => {
          response.writeHead(status, { ...headers, ...(isOurs ? { 'x-request-id': 'id' } : {}) }).end(body)
        },
        async (url) => {
          const door = openDoor({ url, key: () => 'secret-key', signal })
          const err = await door.ask({ method: 'POST', path: '/x', json: {} }).catch((cause) => cause)
          assert.ok(err instanceof Trouble, about)
          assert.equal(err.kind, kind, about)
          if (code) assert.equal(err.code, code, about)
          if (status === 429) assert.equal(err.retryAfterMs, 7000)
          if (status === 503) assert.equal(err.retryAfterMs, 3_600_000, 'not for longer than an hour')
          assert.ok(!err.message.includes('secret-key') && err.message.length > 15, about)
        },
      )
    }
  })

  test('the key goes to our server and nowhere else; what is open goes without', async () => {
    const seen: unknown[] = []
    await answering(
      (request, response) => {
        seen.push([request.url, request.headers['x-api-key']])
        response
          .writeHead(request.url === '/far' ? 307 : 200, { location: `http://${request.headers.host}/taken` })
          .end('{}')
      },
      async (url) => {
        let key = 'first'
        const door = openDoor({ url, key: () => key, signal })
        await door.ask({ method: 'GET', path: '/near' })
        key = 'second'
        await assert.rejects(door.ask({ method: 'GET', path: '/far' }), { kind: 'away' })
        await door.ask({ method: 'POST', path: '/uploads', isOpen: true, body: new FormData() })
      },
    )
    assert.deepEqual(seen, [
      ['/near', 'first'],
      ['/far', 'second'],
      ['/uploads', undefined],
    ])
  })

  test('a server that is not there, breaks off, or never stops talking', async () => {
    const gone = openDoor({ url: 'http://127.0.0.1:9', key: () => 'k', signal })
    await assert.rejects(gone.ask({ method: 'GET', path: '/' }), { kind: 'away', code: 'unreachable' })
    await answering(
      (request, response) => {
        if (request.url === '/cut') return void request.socket.destroy()
        response.writeHead(400, { 'x-request-id': 'id' })
        const talk = setInterval(() => response.write('x'.repeat(65536)), 1)
        response.on('close', () => clearInterval(talk))
      },
      async (url) => {
        const door = openDoor({ url, key: () => 'k', signal })
        await assert.rejects(door.ask({ method: 'GET', path: '/cut' }), { code: 'unreachable' })
        await assert.rejects(door.ask({ method: 'GET', path: '/endless' }), Trouble)
      },
    )
  })

  test('an upload goes where the server is reached, whatever it believes its address to be', () => {
    assert.equal(pathFrom('/uploads', 'http://localhost:3000/uploads'), '/uploads')
    assert.equal(pathFrom('/v1/uploads/', 'https://calls.example/indaba/v1/uploads/abc'), '/v1/uploads/abc')
    assert.equal(pathFrom('/v1/uploads/', '/v1/uploads/abc'), '/v1/uploads/abc')
    assert.equal(pathFrom('/v1/uploads/', 'https://calls.example/other'), null)
  })
})

describe('waiting', () => {
  test('longer each time up to the most, never less than half, and as long as the server asks', () => {
    let at = 0
    const pause = startPause(() => at)
    assert.equal(pause.room(4), 4)
    for (let times = 0; times < 20; times++) {
      pause.failed(new Trouble('away', 'unreachable', 'Away.'))
      const waited = pause.untilMs - at
      const fullMs = Math.min(300_000, 1000 * 2 ** times)
      assert.ok(waited >= fullMs / 2 - 1 && waited <= fullMs, `${times}: ${waited}`)
      assert.equal(pause.room(4), 0)
      at = pause.untilMs
      assert.equal(pause.room(4), 1, 'one to try it out')
    }
    pause.failed(new Trouble('away', 'status_429', 'Slower.', { retryAfterMs: 900_000 }))
    assert.equal(pause.untilMs - at, 900_000)
    pause.succeeded()
    assert.deepEqual([pause.room(4), pause.because], [4, null])
  })

  test('several that fail together count once; files that fail for themselves stop all only when they are many', () => {
    const pause = startPause(() => 0)
    for (let times = 0; times < 4; times++) pause.failed(new Trouble('stumble', 'x', 'This file.'))
    assert.equal(pause.room(2), 2)
    pause.failed(new Trouble('stumble', 'x', 'This file.'))
    assert.equal(pause.room(2), 0)
    const together = startPause(() => 0)
    together.failed(new Trouble('away', 'unreachable', 'Away.'))
    const { untilMs } = together
    together.failed(new Trouble('away', 'unreachable', 'Away.'))
    assert.equal(together.untilMs, untilMs)
    assert.equal(waitMs({ firstMs: 10, maxMs: 1000 }, 500, 1), 1000)
  })

  test('bytes a second are kept over all that are sent, from one piece to the next', async () => {
    let at = 0
    const rate = byteRate(1_000_000, () => at)
    assert.equal(rate.chunkBytesMax, 250_000)
    await rate.take(250_000, signal)
    at = 250
    await rate.take(250_000, signal)
    const startedMs = performance.now()
    await rate.take(250_000, signal)
    assert.ok(performance.now() - startedMs > 200)
    assert.equal(byteRate(null).chunkBytesMax, Number.POSITIVE_INFINITY)
  })
})
