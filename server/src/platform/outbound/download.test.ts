import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { Problem } from '../problem.ts'
import { parseOutboundAllow } from './allow-list.ts'
import type { Downloaded, DownloadInput } from './download.ts'
import { outbound } from './request.ts'

const servers: ReturnType<typeof createServer>[] = []
const out = outbound({
  allow: parseOutboundAllow('127.0.0.1'),
  userAgent: 'Indaba/test',
  lookup: async () => ['127.0.0.3'],
})
after(async () => {
  await out.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
}

type Got = Downloaded & { bytes: Buffer }

async function get(url: string, more: Partial<DownloadInput> = {}): Promise<Got> {
  const chunks: Buffer[] = []
  const sink = (chunk: Buffer) => void chunks.push(Buffer.from(chunk))
  const result = await out.download({ url, partition: 'org', sink, resumeDelayMs: 10, ...more })
  return { ...result, bytes: Buffer.concat(chunks) }
}

const fails = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === code && words.test(error.detail) ? true : assert.fail(String(error))

const file = randomBytes(900_000)
const sha256 = createHash('sha256').update(file).digest('hex')
const etag = '"v1"'

/** Serves `file` with ranges, and cuts the connection after `partBytes` of each answer, so often. */
function faulty(partBytes: number, cuts: number, headers: Record<string, string> = { etag }) {
  const seen: (string | undefined)[] = []
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    seen.push(request.headers.range)
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const isRange =
      request.headers.range !== undefined && request.headers['if-range'] === (headers.etag ?? headers['last-modified'])
    const rest = file.subarray(isRange ? from : 0)
    const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }
    response.writeHead(isRange ? 206 : 200, { 'content-length': rest.length, ...headers, ...(isRange && range) })
    if (seen.length > cuts) return void response.end(rest)
    response.write(rest.subarray(0, partBytes), () => setTimeout(() => request.socket.resetAndDestroy(), 20))
  }
  return { listener, seen }
}

test('a file arrives whole, with its hash and what the server said of it', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/file') response.writeHead(302, { location: '/there?x=1' }).end()
    else response.writeHead(200, { 'content-type': 'audio/wav' }).end(file)
  })
  const got = await get(url)
  assert.ok(got.bytes.equals(file))
  assert.deepEqual(
    [got.sizeBytes, got.sha256, got.contentType, got.finalUrl, got.resumes],
    [file.length, sha256, 'audio/wav', url.replace('/file', '/there?x=1'), 0],
  )
})

test('a dropped connection is taken up where it broke, as often as allowed', async () => {
  const { listener, seen } = faulty(150_000, 5)
  const got = await get(await serve(listener))
  assert.equal(got.sha256, sha256)
  assert.ok(got.bytes.equals(file))
  assert.equal(got.resumes, 5)
  assert.deepEqual(seen.slice(0, 3), [undefined, 'bytes=150000-', 'bytes=300000-'])
  const tooOften = faulty(100_000, 6)
  await assert.rejects(get(await serve(tooOften.listener)), fails('download_failed', /broke off after 600000 bytes/))
})

test('Last-Modified serves too, where it counts as strong', async () => {
  const lastModified = new Date(Date.now() - 3_600_000).toUTCString()
  const got = await get(await serve(faulty(300_000, 1, { 'last-modified': lastModified }).listener))
  assert.equal(got.sha256, sha256)
})

test('nothing is continued that may have become another file', async () => {
  const weak = await serve(faulty(150_000, 1, { etag: 'W/"v1"' }).listener)
  await assert.rejects(get(weak), fails('download_failed', /broke off after 150000/))
  const none = await serve(faulty(150_000, 1, {}).listener)
  await assert.rejects(get(none), fails('download_failed', /broke off/))
  const fresh = await serve(faulty(150_000, 1, { 'last-modified': new Date(Date.now() + 5000).toUTCString() }).listener)
  await assert.rejects(get(fresh), fails('download_failed', /broke off/))

  const second = (head: (response: ServerResponse) => void) => {
    let requests = 0
    return serve((request, response) => {
      requests += 1
      if (requests > 1) return head(response)
      response.writeHead(200, { etag, 'content-length': 1000 })
      response.write('x'.repeat(400), () => setTimeout(() => request.socket.destroy(), 20))
    })
  }
  const ignoresRange = await second((response) => response.writeHead(200, { etag }).end('y'.repeat(1000)))
  await assert.rejects(get(ignoresRange), fails('download_failed', /could not go on from there/))
  const elsewhere = { etag, 'content-range': 'bytes 300-999/1000', 'content-length': 700 }
  await assert.rejects(
    get(await second((response) => response.writeHead(206, elsewhere).end('y'.repeat(700)))),
    fails('download_failed', /has changed/),
  )
  const grown = { etag: '"v2"', 'content-range': 'bytes 400-1999/2000', 'content-length': 1600 }
  await assert.rejects(
    get(await second((response) => response.writeHead(206, grown).end('y'.repeat(1600)))),
    fails('download_failed', /has changed/),
  )
  const gone = await second((response) => response.writeHead(416).end())
  await assert.rejects(get(gone), fails('download_failed', /answered 416/))
})

test('a server that is busy for a moment during a resume is asked again', async () => {
  const { listener } = faulty(150_000, 1)
  let requests = 0
  const url = await serve((request, response) => {
    requests += 1
    if (requests === 2) response.writeHead(503).end()
    else listener(request, response)
  })
  const got = await get(url)
  assert.equal(got.sha256, sha256)
  assert.equal(got.resumes, 2)
})

test('the size is limited by what is said and by what comes', async () => {
  let sent = 0
  const said = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 10_000_000 })
    response.end(Buffer.alloc(10_000_000), () => (sent += 1))
  })
  const sink = () => assert.fail('no byte is handed on')
  await assert.rejects(get(said, { sizeBytesMax: 9_999_999, sink }), fails('file_too_large', /9999999/))
  const endless = await serve((_, response) => {
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536
    }
    response.on('drain', write).on('error', () => {})
    write()
  })
  let taken = 0
  const count = (chunk: Buffer) => {
    taken += chunk.length
  }
  await assert.rejects(get(endless, { sizeBytesMax: 1_000_000, sink: count }), fails('file_too_large', /1000000/))
  assert.ok(taken <= 1_000_000)
  assert.ok(sent < 20_000_000)
})

test('the speed is limited from below, but our own slowness does not count', async () => {
  const drip = await serve((_, response) => {
    response.writeHead(200, { etag })
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const startedAt = performance.now()
  await assert.rejects(get(drip, { rateWindowMs: 300 }), fails('download_failed', /less than 16384 bytes per second/))
  assert.ok(performance.now() - startedAt < 1500)
  await assert.rejects(get(drip, { timeoutMs: 300 }), fails('download_failed', /no whole answer within/))

  let isSilent = true
  const silent = await serve((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (from > 0) {
      isSilent = false
      const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }
      return void response.writeHead(206, { etag, ...range }).end(file.subarray(from))
    }
    response.writeHead(200, { etag, 'content-length': file.length })
    response.write(file.subarray(0, 100_000))
  })
  const got = await get(silent, { rateWindowMs: 300 })
  assert.ok(!isSilent && got.sha256 === sha256, 'silence is a lost connection')

  const slowSink = async () => new Promise<void>((resolve) => setTimeout(resolve, 200))
  const part = file.subarray(0, 200_000)
  const fine = await serve((_, response) => response.end(part))
  assert.equal(
    (await get(fine, { rateWindowMs: 100, rateBytesPerSMin: 5_000_000, sink: slowSink })).sizeBytes,
    part.length,
  )
})

test('refused destinations and answers', async () => {
  const to = (location: string) => serve((_, response) => response.writeHead(302, { location }).end())
  const hidden = fails('destination_not_allowed', /not allowed as a destination/)
  await assert.rejects(get('http://169.254.169.254/latest/meta-data/'), hidden)
  await assert.rejects(get('file:///etc/passwd'), hidden)
  await assert.rejects(get(await to('http://169.254.169.254/')), hidden)
  await assert.rejects(get(await to('file:///etc/passwd')), hidden)
  await assert.rejects(get(await to('http://localhost:9/')), hidden)
  await assert.rejects(get(await to('/file')), fails('download_failed', /more than 3 times/))
  for (const status of [404, 403, 204, 500]) {
    const url = await serve((_, response) => response.writeHead(status).end())
    await assert.rejects(get(url), (error: Problem) => {
      assert.equal(error.detail, `The file could not be fetched: the server answered ${status}.`)
      return error.kind === 'upstream' && error.facts.status === status && error.facts.isPermanent === status < 500
    })
  }
  const gzip = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'))
  await assert.rejects(get(gzip), fails('download_failed', /compressed/))
})

test('a Content-Length that promises more than there is', async () => {
  const short = await serve((request, response) => {
    if (request.headers.range) return void response.writeHead(416).end()
    response.writeHead(200, { etag, 'content-length': 2000 })
    response.write('x'.repeat(1000), () => setTimeout(() => request.socket.end(), 20))
  })
  await assert.rejects(get(short), fails('download_failed', /answered 416/))
})

test('what the receiver throws ends the download, unchanged', async () => {
  const url = await serve((_, response) => response.end(file))
  const full = new Error('disk full')
  const sink = () => Promise.reject(full)
  await assert.rejects(get(url, { sink }), (error) => error === full)
  const signal = AbortSignal.timeout(200)
  const quiet = await serve((_, response) => void response.writeHead(200, { etag }).write('x'))
  await assert.rejects(get(quiet, { signal }), fails('download_failed', /given up/))
})
