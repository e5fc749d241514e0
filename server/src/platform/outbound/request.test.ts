import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { parseOutboundAllow } from './allow-list.ts'
import type { Failure } from './failure.ts'
import type { NameLookup } from './name-lookup.ts'
import { type Outbound, type OutboundRequest, type OutboundResponse, outbound } from './request.ts'

const open: { close(): unknown }[] = []
after(async () => {
  for (const thing of open) await thing.close()
})

/** Listens on loopback; counts connections, and remembers them so that they can be closed. */
async function listen(server: Server, host = '127.0.0.1') {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(resolve))
    },
  })
  return { port, url: `http://${host}:${port}/`, connections: () => connections, sockets }
}

const http = (listener: RequestListener, host?: string) => listen(createServer(listener), host)
/** Answers each connection with whatever bytes `talk` writes, once the request's first bytes are in. */
const raw = (talk: (socket: Socket) => void) =>
  listen(createTcpServer((socket) => socket.once('data', () => talk(socket))))

function client(port: number | number[], lookup?: NameLookup): Outbound {
  const allow = parseOutboundAllow(
    [port]
      .flat()
      .map((one) => `127.0.0.1:${one}`)
      .join(','),
  )
  const made = outbound({ allow, userAgent: 'Indaba/test', lookup })
  open.push(made)
  return made
}

async function ask(port: number, more: Partial<OutboundRequest> = {}) {
  return client(port).request({ url: `http://127.0.0.1:${port}/`, partition: 'org', ...more })
}

function responded(result: OutboundResponse | Failure): OutboundResponse {
  if (result.outcome === 'failed') assert.fail(`${result.reason}: ${result.detail}`)
  return result
}

function failed(result: OutboundResponse | Failure, reason: string): Failure {
  if (result.outcome === 'response') assert.fail(`answered ${result.status}`)
  assert.equal(result.reason, reason, result.detail)
  return result
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await work
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs < ms, `took ${Math.round(tookMs)} ms, not ${ms}`)
  return result
}

test('an ordinary exchange: request as given, answer with times', async () => {
  let seen: { method?: string; host?: string; agent?: string; type?: string; body: string } | null = null
  const { port } = await http((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const { host, 'user-agent': agent, 'content-type': type } = request.headers
      seen = { method: request.method, host, agent, type, body }
      response.writeHead(201, { 'x-one': '1' }).end('nul\u0000 and é')
    })
  })
  const result = responded(
    await ask(port, {
      url: `http://127.0.0.1:${port}/hook?x=1`,
      method: 'POST',
      body: '{"é":1}',
      headers: { 'content-type': 'application/json', Host: 'other.example', 'Content-Length': '3' },
    }),
  )
  assert.deepEqual(seen, {
    method: 'POST',
    host: `127.0.0.1:${port}`,
    agent: 'Indaba/test',
    type: 'application/json',
    body: '{"é":1}',
  })
  assert.equal(result.status, 201)
  assert.equal(result.headers['x-one'], '1')
  assert.equal(result.bodyExcerpt, 'nul\uFFFD and é')
  assert.ok(result.timings.connectMs > 0 && result.timings.totalMs >= result.timings.ttfbMs)
})

test('a connection serves one organisation again, and never another', async () => {
  const { port, connections } = await http((_, response) => response.end('ok'))
  const out = client(port)
  const url = `http://127.0.0.1:${port}/`
  for (let n = 0; n < 5; n += 1) responded(await out.request({ url, partition: 'org-1' }))
  assert.equal(connections(), 1)
  const reused = responded(await out.request({ url, partition: 'org-1' }))
  assert.equal(reused.timings.connectMs, 0)
  responded(await out.request({ url, partition: 'org-2' }))
  assert.equal(connections(), 2)
  await Promise.all([1, 2, 3].map(() => out.request({ url, partition: 'org-1' })))
  assert.equal(connections(), 4)
})

test('an idle connection that the server closed is replaced, a signed message is not lost', async () => {
  let requests = 0
  // Closes without an answer at the second request of a connection.
  const server = await http((request, response) => {
    requests += 1
    if (requests === 2) request.socket.destroy()
    else response.end('ok')
  })
  const out = client(server.port)
  const post = { url: server.url, partition: 'org', method: 'POST' as const, body: 'x' }
  responded(await out.request(post))
  responded(await out.request({ ...post, headers: { 'webhook-id': '1' } }))
  assert.equal(requests, 3)
  requests = 0
  responded(await out.request(post))
  failed(await out.request(post), 'connect')
  assert.equal(requests, 2, 'what cannot be recognised as the same is not sent twice')
})

test('names are resolved once: what they say later does not matter', async () => {
  const canary = await http((_, response) => response.end('secret'), '127.0.0.2')
  const server = await http((request, response) => response.end(request.headers.host))
  const { port } = server
  const answers = [['127.0.0.1'], ['127.0.0.2']]
  let asked = 0
  const out = client([port, canary.port], async () => answers[asked++] ?? ['127.0.0.2'])
  const result = responded(await out.request({ url: `http://rebind.example:${port}/`, partition: 'org' }))
  assert.equal(result.bodyExcerpt, `rebind.example:${port}`, 'the Host header is the name')
  assert.equal(asked, 1)
  const again = await out.request({ url: `http://rebind.example:${port}/`, partition: 'other' })
  failed(again, 'refused_destination')
  assert.equal(canary.connections(), 0)
})

test('private destinations: no connection, one text', async () => {
  const canary = await http((_, response) => response.end('secret'))
  const lookup: NameLookup = async (name) => (name === 'mixed.example' ? ['93.184.215.14', '127.0.0.1'] : ['127.0.0.1'])
  const out = client(1, lookup)
  const { port } = canary
  const urls = [
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `http://mixed.example:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://0x7f.1:${port}/`,
    `ftp://127.0.0.1:${port}/`,
    `http://a@127.0.0.1:${port}/`,
    'not a url',
    'http://169.254.169.254/',
  ]
  const details = new Set<string>()
  for (const url of urls)
    details.add(failed(await out.request({ url, partition: 'org' }), 'refused_destination').detail)
  assert.equal(details.size, 1)
  assert.equal(canary.connections(), 0)
})

test('redirects: none by default; else each hop is judged, and no secret goes along', async () => {
  const seen: Record<string, unknown>[] = []
  const second = await http((request, response) => {
    seen.push({ ...request.headers })
    response.end('there')
  })
  const canary = await http((_, response) => response.end('secret'))
  const targets: Record<string, string> = {
    '/ok': second.url,
    '/relative': '/ok',
    '/meta': 'http://169.254.169.254/latest/',
    '/file': 'file:///etc/passwd',
    '/name': `http://localhost:${canary.port}/`,
    '/other-port': `http://127.0.0.1:${canary.port}/`,
    '/user': 'http://a:b@8.8.8.8/',
    '/loop': '/loop',
    '/junk': 'http://[',
    '/data': 'data:text/plain,x',
    '/v6': `http://[::ffff:7f00:1]:${canary.port}/`,
  }
  const first = await http((request, response) =>
    response.writeHead(302, { location: targets[request.url ?? ''] }).end(),
  )
  const out = client([first.port, second.port], async () => ['127.0.0.1'])
  const go = (path: string, more: Partial<OutboundRequest> = {}) =>
    out.request({
      url: `http://127.0.0.1:${first.port}${path}`,
      partition: 'org',
      redirectsMax: 3,
      headers: { authorization: 'Bearer secret', cookie: 'a=b', 'x-api-key': 'secret', accept: 'audio/*' },
      ...more,
    })
  assert.equal(responded(await go('/ok', { redirectsMax: 0 })).status, 302)
  assert.equal(responded(await go('/ok', { method: 'POST', body: 'x' })).status, 302)
  assert.equal(seen.length, 0)
  assert.equal(responded(await go('/relative')).bodyExcerpt, 'there')
  const carried = seen[0] ?? {}
  assert.equal(carried.accept, 'audio/*')
  assert.ok(!('authorization' in carried) && !('cookie' in carried) && !('x-api-key' in carried))
  for (const path of ['/meta', '/file', '/name', '/other-port', '/user', '/junk', '/data', '/v6']) {
    failed(await go(path), 'refused_destination')
  }
  failed(await go('/loop'), 'protocol')
  assert.equal(canary.connections(), 0)
})

test('slow servers: each kind of slowness ends in time, and the connection is closed', async () => {
  const quiet = await raw(() => {})
  failed(await within(900, ask(quiet.port, { headTimeoutMs: 300 })), 'timeout')
  const drip = (start: string, piece: string) =>
    raw((socket) => {
      socket.write(start)
      const timer = setInterval(() => socket.write(piece), 20)
      socket.on('close', () => clearInterval(timer))
    })
  const head = await drip('HTTP/1.1 200 OK\r\n', 'x')
  failed(await within(900, ask(head.port, { headTimeoutMs: 300 })), 'timeout')
  const body = await drip('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', 'x')
  const cut = failed(await within(900, ask(body.port, { timeoutMs: 300 })), 'timeout')
  assert.equal(cut.status, 200)
  const extension = await drip('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'x')
  failed(await within(900, ask(extension.port, { timeoutMs: 300 })), 'timeout')
  const early = await drip('', 'HTTP/1.1 103 Early Hints\r\n\r\n')
  failed(await within(900, ask(early.port, { headTimeoutMs: 300 })), 'timeout')
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (const server of [quiet, head, body, extension, early]) assert.equal(server.sockets.size, 0)
})

test('endless and huge answers are cut: little is read, little is kept', async () => {
  let written = 0
  const endless = await http((_, response) => {
    const block = Buffer.alloc(64 * 1024, 'x')
    const write = () => {
      while (!response.destroyed && response.write(block)) written += block.length
    }
    response.on('drain', write).on('error', () => {})
    write()
  })
  const result = responded(await within(3000, ask(endless.port)))
  assert.equal(result.bodyExcerpt.length, 16 * 1024)
  assert.ok(result.isBodyCut)
  assert.ok(written < 16 * 1024 * 1024, `${written} bytes were taken off the server`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(endless.sockets.size, 0)

  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024))
  const gzip = await http((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  assert.ok(responded(await ask(gzip.port)).bodyExcerpt.length <= 16 * 1024, 'compressed stays compressed')
})

test('answers that are not proper HTTP are failures, not crashes', async () => {
  const many = Array.from({ length: 10_000 }, (_, n) => `x-${n}: ${n}\r\n`).join('')
  const junk: [string, string][] = [
    [`HTTP/1.1 200 OK\r\n${many}\r\n`, 'too_large'],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 'too_large'],
    ['SSH-2.0-OpenSSH_9\r\n', 'protocol'],
    ['HTTP/1.1 999999 What\r\n\r\n', 'protocol'],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n', 'connect'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n', 'protocol'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 'protocol'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'protocol'],
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'connect'],
    ['\u0000\u0001\u0002', 'protocol'],
    ['', 'connect'],
  ]
  for (const [text, reason] of junk) {
    const server = await raw((socket) => socket.end(text))
    const result = await within(2000, ask(server.port))
    assert.equal(result.outcome === 'failed' && result.reason, reason, text.slice(0, 60))
  }
  const short = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'))
  assert.equal(failed(await ask(short.port), 'connect').status, 200)
  const reset = await raw((socket) => socket.resetAndDestroy())
  failed(await ask(reset.port), 'connect')
})

test('nobody there, a name that is not there, given up by the caller', async () => {
  const gone = createTcpServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  assert.equal(failed(await ask(port), 'connect').detail, 'the server refused the connection')
  const nameless = client(port, () => Promise.reject(new Error('ENOTFOUND')))
  failed(await nameless.request({ url: 'http://nowhere.example/', partition: 'org' }), 'dns')
  const quiet = await raw(() => {})
  const control = new AbortController()
  setTimeout(() => control.abort(), 100)
  failed(await within(800, ask(quiet.port, { signal: control.signal })), 'aborted')
  failed(await within(500, ask(quiet.port, { signal: AbortSignal.abort() })), 'aborted')
})

test('a header that would break the request is not sent', async () => {
  const server = await http((_, response) => response.end('ok'))
  const result = await ask(server.port, { headers: { 'x-bad': 'a\r\nHost: evil' } })
  assert.equal(failed(result, 'protocol').detail, 'the request cannot be sent as it is')
  assert.equal(server.connections(), 0)
})

const folder = mkdtempSync(join(tmpdir(), 'indaba-tls-'))
const certificate = (() => {
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=receiver.example', '-addext', 'subjectAltName=DNS:receiver.example']
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true })
  }
})()

test('TLS: the name goes to the server, its certificate must be known and for that name', {
  skip: certificate ? false : 'openssl is absent',
}, async () => {
  const names: string[] = []
  const server = createTlsServer(
    {
      ...certificate,
      SNICallback: (name, answer) => {
        names.push(name)
        answer(null)
      },
    },
    (request, response) => response.end(request.headers.host),
  )
  server.on('tlsClientError', () => {})
  const { port } = await listen(server)
  const out = client(port, async () => ['127.0.0.1'])
  const go = (host: string) => out.request({ url: `https://${host}:${port}/`, partition: 'org' })
  assert.equal(failed(await go('receiver.example'), 'tls').detail, "the server's certificate is self-signed")
  setDefaultCACertificates([...getCACertificates(), String(certificate?.cert)])
  assert.equal(responded(await go('receiver.example')).bodyExcerpt, `receiver.example:${port}`)
  assert.deepEqual(names, ['receiver.example', 'receiver.example'])
  assert.equal(failed(await go('other.example'), 'tls').detail, "the server's certificate is for another name")
  failed(await go('127.0.0.1'), 'tls')
  assert.equal(names.length, 3, 'an address is not sent as a name')

  const plain = await http((_, response) => response.end())
  failed(await ask(plain.port, { url: `https://127.0.0.1:${plain.port}/` }), 'tls')
  const stalled = await listen(createTcpServer(() => {}))
  const stall = ask(stalled.port, { url: `https://127.0.0.1:${stalled.port}/`, connectTimeoutMs: 300 })
  failed(await within(1500, stall), 'timeout')
})

test('proxies of the environment are not used', async () => {
  const proxy = await http((_, response) => response.end('proxied'))
  const server = await http((_, response) => response.end('direct'))
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) process.env[name] = proxy.url
  try {
    assert.equal(responded(await ask(server.port)).bodyExcerpt, 'direct')
    assert.equal(proxy.connections(), 0)
  } finally {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) delete process.env[name]
  }
})
