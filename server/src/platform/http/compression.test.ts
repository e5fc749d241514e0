import assert from 'node:assert/strict'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { openLog } from '../log.ts'
import type { Answer, Route } from './route.ts'
import { closeServer, listen, openServer } from './server.ts'

const rows = Array.from({ length: 500 }, (_, n) => ({ id: n, name: `Agent ${n}` }))
const audio = Buffer.alloc(50_000, 'RIFF')
const answers: Record<string, () => Answer> = {
  '/rows': () => ({ status: 200, body: { rows }, headers: { ETag: 'W/"1"' } }),
  '/few': () => ({ status: 200, body: { rows: rows.slice(0, 3) } }),
  '/csv': () => ({
    status: 200,
    body: Readable.from(rows.map(({ id, name }) => `${id},${name}\n`)),
    headers: { 'Content-Type': 'text/csv; charset=utf-8' },
  }),
  '/audio': () => ({
    status: 200,
    body: Readable.from([audio]),
    headers: { 'Content-Type': 'audio/wav', 'Content-Length': String(audio.length) },
  }),
  '/part': () => ({
    status: 206,
    body: 'x'.repeat(5000),
    headers: { 'Content-Type': 'text/csv', 'Content-Range': 'bytes 0-4999/9000' },
  }),
}

describe('compressed answers', () => {
  let app: FastifyInstance
  let port = 0
  before(async () => {
    const routes = Object.entries(answers).map(
      ([path, answer]): Route => ({
        ...{ method: 'GET', paths: [path], summary: '', tag: 'Test', auth: 'open', answers: {} },
        handle: async () => answer(),
      }),
    )
    app = await openServer(
      routes,
      {
        authenticate: async () => assert.fail('nobody is asked who they are'),
        enter: (_by, work) => work(),
        admit: () => ({}),
      },
      { log: openLog('silent'), corsOrigins: [], limits: { fieldBytesMax: 1024, fileBytesMax: 1024 } },
    )
    port = await listen(app, { host: '127.0.0.1', port: 0 })
  })
  after(() => closeServer(app, 1000))

  /** As it is on the wire. */
  const get = (path: string, accepts?: string, method = 'GET') =>
    new Promise<{ encoding: string | undefined; length: string | undefined; vary: string; bytes: Buffer }>(
      (resolve, reject) => {
        const headers = accepts ? { 'accept-encoding': accepts } : {}
        request({ host: '127.0.0.1', port, path, method, headers }, async (answer) => {
          const { 'content-encoding': encoding, 'content-length': length, vary = '' } = answer.headers
          resolve({ encoding, length, vary, bytes: await buffer(answer) })
        })
          .on('error', reject)
          .end()
      },
    )

  test('lists go out as small as the client can read them, and whole', async () => {
    const plain = JSON.stringify({ rows })
    for (const [accepts, encoding, open] of [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip, deflate', 'gzip', gunzipSync],
    ] as const) {
      const answer = await get('/rows', accepts)
      assert.equal(answer.encoding, encoding)
      assert.match(answer.vary, /accept-encoding/i)
      assert.equal(open(answer.bytes).toString(), plain)
      assert.ok(answer.bytes.length < plain.length / 4, `${answer.bytes.length} bytes`)
      assert.equal(
        open((await get('/csv', accepts)).bytes)
          .toString()
          .split('\n').length,
        rows.length + 1,
      )
    }
    for (const accepts of [undefined, 'identity', 'zstd', 'br;q=0'])
      assert.equal((await get('/rows', accepts)).bytes.toString(), plain, `${accepts}`)
    assert.equal((await get('/rows', 'br', 'HEAD')).bytes.length, 0)
  })

  test('what is small, is part of a file, or is audio, stays as it is', async () => {
    for (const path of ['/few', '/audio', '/part'])
      assert.equal((await get(path, 'br, gzip')).encoding, undefined, path)
    const { length, bytes } = await get('/audio', 'br')
    assert.equal(Number(length), audio.length)
    assert.ok(bytes.equals(audio))
  })
})
