import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { openLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { closeServer, listen, openServer } from './server.ts'

describe('paths that another library serves', () => {
  let app: FastifyInstance
  let url = ''
  let isFull = false
  const answers: { route: string; status: number }[] = []
  const journal: { route: string; status: number; needs: string }[] = []

  before(async () => {
    const route = {
      method: 'GET' as const,
      paths: ['/v1/other/known'] as [string],
      summary: '',
      tag: 'Test',
      auth: 'open' as const,
      answers: {},
      handle: async () => ({ status: 200, body: { from: 'route' } }),
    }
    app = await openServer(
      [route],
      {
        authenticate: async () => assert.fail('nobody is asked who they are'),
        enter: (_by, work) => work(),
        admit: (_by, { tag }) =>
          isFull && tag === 'Other' ? { refusal: new Problem('limited', 'full', 'Full.', { retryAfterS: 1 }) } : {},
      },
      {
        log: openLog('silent'),
        corsOrigins: [],
        limits: { fieldBytesMax: 1024, fileBytesMax: 1024 },
        onAnswer: (facts) => answers.push(facts),
        journal: { begin: () => undefined, end: (facts) => journal.push(facts) },
        mounts: [
          {
            paths: ['/other/*', '/.well-known/other'],
            tag: 'Other',
            async handle(request, response, { requestId, address }) {
              if (request.url === '/other/broken') throw new Error('broken')
              const body = await text(request)
              response.setHeader('content-type', 'application/json')
              response.end(JSON.stringify({ method: request.method, url: request.url, body, requestId, address }))
            },
          },
        ],
      },
    )
    url = `http://127.0.0.1:${await listen(app, { host: '127.0.0.1', port: 0 })}`
  })
  after(() => closeServer(app, 1000))

  test('it gets the request as it came, with its body unread, whatever it is', async () => {
    const types = [
      'application/x-www-form-urlencoded',
      'application/json',
      'multipart/form-data; boundary=x',
      'odd/type',
    ]
    for (const type of types) {
      const body = 'a=1&b={'
      const response = await fetch(`${url}/other/a/b?c=%20d`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
      const got = (await response.json()) as Record<string, string>
      assert.equal(got.method, 'POST')
      assert.equal(got.url, '/other/a/b?c=%20d')
      assert.equal(got.body, body)
      assert.equal(got.address, '127.0.0.1')
      assert.equal(got.requestId, response.headers.get('x-request-id'))
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    }
    const known = await fetch(`${url}/.well-known/other`)
    assert.equal(((await known.json()) as { url: string }).url, '/.well-known/other')
  })

  test('a route of ours under its paths comes first', async () => {
    assert.deepEqual(await (await fetch(`${url}/other/known`)).json(), { from: 'route' })
  })

  test('what it throws is a plain 500, and the server goes on', async () => {
    const broken = await fetch(`${url}/other/broken`)
    assert.equal(broken.status, 500)
    assert.equal(await broken.text(), '')
    assert.equal((await fetch(`${url}/other/x`)).status, 200)
  })

  test('what holds for every request holds here: limits, checks of the head, the journal and the figures', async () => {
    isFull = true
    const refused = await fetch(`${url}/other/x`)
    isFull = false
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.equal((await fetch(`${url}/other/x?a=%00`)).status, 400)
    const compressed = { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' }
    assert.equal((await fetch(`${url}/other/x`, compressed)).status, 400)
    for (const list of [journal, answers]) {
      assert.ok(
        list.some(({ route, status }) => route.endsWith('/other/*') && status === 200),
        JSON.stringify(list),
      )
      assert.ok(list.some(({ route, status }) => route.endsWith('/other/*') && status === 429))
    }
    assert.ok(journal.every(({ needs }) => needs === 'open'))
  })
})
