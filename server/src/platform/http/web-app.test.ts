import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { openLog } from '../log.ts'
import { closeServer, listen, openServer } from './server.ts'

const script = 'console.log("whole")'.repeat(100)
const page =
  '<!doctype html><meta name="csp-nonce" content="%CSP_NONCE%"><script src="/app/assets/index-1.js"></script>'

describe('the dashboard and its files', () => {
  let app: FastifyInstance
  let folder = ''
  let port = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'indaba-web-'))
    const root = join(folder, 'dist')
    await mkdir(join(root, 'assets'), { recursive: true })
    await writeFile(join(folder, 'secret.txt'), 'nobody sees this')
    await writeFile(join(root, 'index.html'), page)
    await writeFile(join(root, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await writeFile(join(root, 'assets/index-1.js'), script)
    await writeFile(join(root, 'assets/index-1.js.br'), brotliCompressSync(script))
    await writeFile(join(root, 'assets/index-1.js.gz'), gzipSync(script))
    app = await openServer(
      [],
      {
        authenticate: async () => assert.fail('nobody is asked who they are'),
        enter: (_by, work) => work(),
        admit: () => ({}),
      },
      {
        log: openLog('silent'),
        corsOrigins: [],
        limits: { fieldBytesMax: 1024, fileBytesMax: 1024 },
        webFolder: root,
      },
    )
    port = await listen(app, { host: '127.0.0.1', port: 0 })
  })
  after(async () => {
    await closeServer(app, 1000)
    await rm(folder, { recursive: true, force: true })
  })

  const get = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })

  test('every address that is no file is the page, and is kept by nobody', async () => {
    for (const path of ['/app/', '/app/interactions', '/app/interactions/0198?q=a.b', '/app/settings/people']) {
      const answer = await get(path)
      assert.equal(answer.status, 200, path)
      assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(answer.headers.get('referrer-policy'), 'same-origin')
      assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin')
      assert.match(answer.headers.get('permissions-policy') ?? '', /microphone=\(\)/)
    }
    const begin = await get('/')
    assert.deepEqual([begin.status, begin.headers.get('location')], [302, '/app/'])
  })

  test('the policy lets scripts and requests of our own alone, and no inline code', async () => {
    const policy = (await get('/app/')).headers.get('content-security-policy') ?? ''
    const directives = new Map(
      policy.split('; ').map((one) => [one.split(' ')[0] ?? '', one.split(' ').slice(1)] as const),
    )
    assert.deepEqual(directives.get('default-src'), ["'none'"])
    assert.deepEqual(directives.get('script-src'), ["'self'"])
    assert.deepEqual(directives.get('connect-src'), ["'self'"])
    assert.deepEqual(directives.get('font-src'), ["'self'"])
    assert.deepEqual(directives.get('form-action'), ["'self'"])
    assert.deepEqual(directives.get('base-uri'), ["'none'"])
    assert.deepEqual(directives.get('frame-ancestors'), ["'none'"])
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  })

  test('each page has a nonce of its own, the same in the policy and in the page', async () => {
    const seen = new Set<string>()
    for (let n = 0; n < 20; n += 1) {
      const answer = await get('/app/')
      const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1] ?? ''
      assert.ok(Buffer.from(nonce, 'base64').length >= 16)
      assert.ok((await answer.text()).includes(`content="${nonce}"`))
      seen.add(nonce)
    }
    assert.equal(seen.size, 20)
  })

  test('a file goes out compressed as the browser takes it, and is kept where its name says what is in it', async () => {
    const path = '/app/assets/index-1.js'
    const plain = await get(path, { headers: { 'accept-encoding': 'identity' } })
    assert.equal(plain.headers.get('content-encoding'), null)
    assert.equal(await plain.text(), script)
    const raw = await rawGet(path, 'Accept-Encoding: gzip, br\r\n')
    assert.match(raw.head, /content-encoding: br/i)
    assert.match(raw.head, /content-type: (text|application)\/javascript/i)
    assert.match(raw.head, /vary: .*accept-encoding/i)
    assert.match(raw.head, /cache-control: public, max-age=31536000, immutable/i)
    assert.equal(brotliDecompressSync(raw.body).toString(), script)
    assert.match((await rawGet(path, 'Accept-Encoding: gzip\r\n')).head, /content-encoding: gzip/i)
    assert.equal((await get('/app/icon.svg')).headers.get('cache-control'), 'no-cache')
  })

  test('a file that is not there is not the page, and neither is what changes something', async () => {
    for (const path of ['/app/assets/index-0.js', '/app/favicon.ico', '/app/assets/index-1.js.map']) {
      const answer = await get(path)
      assert.equal(answer.status, 404, path)
      assert.match(answer.headers.get('content-type') ?? '', /json/)
    }
    assert.equal((await get('/app/interactions', { method: 'POST' })).status, 404)
  })

  test('nothing outside of the folder is read, however the path is written', async () => {
    const tricks = [
      ...['/app/../secret.txt', '/app/..%2fsecret.txt', '/app/%2e%2e/secret.txt', '/app/%2e%2e%2fsecret.txt'],
      ...['/app/..%5csecret.txt', '/app/assets/..%2f..%2fsecret.txt', '/app//../secret.txt', '/app/%00', '/app/%zz'],
      ...[
        '/app/assets/%2e%2e/%2e%2e/secret.txt',
        '/app/..%252fsecret.txt',
        `/app${encodeURIComponent(folder)}/secret.txt`,
      ],
    ]
    for (const path of tricks) {
      const { head, body } = await rawGet(path)
      assert.match(head, /^HTTP\/1\.1 (200|400|403|404) /, path)
      assert.doesNotMatch(body.toString(), /nobody sees this/, path)
      if (head.startsWith('HTTP/1.1 200')) assert.match(head, /content-security-policy/i, path)
    }
  })

  /** As it is written, and without a client that tidies the path. */
  async function rawGet(path: string, headers = ''): Promise<{ head: string; body: Buffer }> {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`)
    const bytes = Buffer.concat((await socket.toArray()) as Buffer[])
    const end = bytes.indexOf('\r\n\r\n')
    return { head: bytes.subarray(0, end).toString('latin1'), body: bytes.subarray(end + 4) }
  }
})
