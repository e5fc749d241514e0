import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Type } from 'typebox'
import { openLog } from '../log.ts'
import { Problem } from '../problem.ts'
import type { Journal } from './journal.ts'
import { ok, type Principal, route } from './route.ts'
import { closeServer, listen, openServer } from './server.ts'

const by: Principal = { actor: 'key:k', orgId: 'o', isAdmin: false, scopes: [], reach: 'all' }
const definition = { method: 'GET', summary: '', tag: 'Test', auth: 'calls:read', answers: {} } as const

const routes = [
  route({
    ...definition,
    paths: ['/v1/things/:id/parts/:part'],
    params: Type.Object({ id: Type.String(), part: Type.String() }),
    handle: async () => ok({}),
  }),
  route({
    ...definition,
    paths: ['/v1/waits'],
    handle: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('gone')))
      }),
  }),
  route({ ...definition, paths: ['/v1/stream'], handle: async () => ok(Readable.from(endless())) }),
]

async function* endless() {
  for (;;) {
    yield Buffer.alloc(1000)
    await delay(10)
  }
}

describe('the journal', () => {
  let origin = ''
  const ended: Parameters<Journal['end']>[0][] = []
  let turn: () => Promise<void> | undefined = () => undefined
  let http: Awaited<ReturnType<typeof openServer>>

  before(async () => {
    http = await openServer(
      routes,
      {
        async authenticate({ headers, known }) {
          if (headers['x-api-key'] === undefined) throw new Problem('unauthenticated', 'invalid_api_key', 'No')
          known(by)
          if (headers['x-api-key'] === 'weak') throw new Problem('forbidden', 'insufficient_permissions', 'No')
          return by
        },
        enter: (_, work) => work(),
        admit: () => ({}),
      },
      {
        log: openLog('silent'),
        corsOrigins: '*',
        limits: { fieldBytesMax: 1000, fileBytesMax: 1000 },
        journal: { begin: () => turn(), end: (facts) => void ended.push(facts) },
      },
    )
    origin = `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}`
  })
  after(() => closeServer(http, 0))

  const get = async (path: string, key?: string) => {
    const { status, headers } = await fetch(`${origin}${path}`, key ? { headers: { 'x-api-key': key } } : {})
    return { status, id: headers.get('x-request-id') }
  }
  const told = async () => {
    for (let i = 0; ended.length === 0 && i < 200; i++) await delay(10)
    const [one, ...more] = ended.splice(0)
    assert.deepEqual(more, [])
    assert.ok(one)
    return one
  }

  test('is told once of each answer: who, what, and how it ended', async () => {
    const { id } = await get('/v1/things/7f/parts/a%20b@example.com', 'key')
    const { durationMs, ...facts } = await told()
    const route = '/v1/things/:id/parts/:part'
    assert.ok(durationMs >= 0)
    // What is no id is not kept.
    assert.deepEqual(facts, { requestId: id, by, needs: 'calls:read', method: 'GET', route, target: '7f', status: 200 })
    await get('/v1/things/1/parts/2', 'weak')
    const refused = await told()
    assert.deepEqual([refused.status, refused.by, refused.target], [403, by, '1/2'])
    await get('/v1/things/1/parts/2')
    assert.deepEqual([(await told()).by], [undefined])
    assert.equal((await get('/v1/nowhere', 'key')).status, 404)
    assert.deepEqual(ended, [])
  })

  test('who hangs up has asked all the same', async () => {
    const waiting = request(`${origin}/v1/waits`, { headers: { 'x-api-key': 'key' } }).end()
    waiting.on('error', () => {})
    await delay(100)
    waiting.destroy()
    assert.equal((await told()).status, 499)
    const streaming = request(`${origin}/v1/stream`, { headers: { 'x-api-key': 'key' } }).end()
    streaming.on('error', () => {})
    const [answer] = (await once(streaming, 'response')) as [IncomingMessage]
    answer.on('error', () => {})
    await once(answer, 'data')
    streaming.destroy()
    assert.deepEqual([(await told()).status], [200])
  })

  test('a request waits for its turn, and is refused when there is none', async () => {
    turn = () => delay(100)
    const startedAt = performance.now()
    assert.equal((await get('/v1/things/1/parts/2', 'key')).status, 200)
    assert.ok(performance.now() - startedAt > 90)
    await told()
    turn = () => Promise.reject(new Problem('unavailable', 'audit_backlog', 'Full'))
    assert.equal((await get('/v1/things/1/parts/2', 'key')).status, 503)
    assert.deepEqual([(await told()).status], [503])
    turn = () => undefined
  })
})
