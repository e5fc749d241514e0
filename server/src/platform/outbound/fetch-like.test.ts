import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { Problem } from '../problem.ts'
import { outbound } from './request.ts'

test('fetchLike: trusted reaches any address, all limits hold', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/big') return void response.end(Buffer.alloc(3000))
    if (request.url === '/none') return void response.writeHead(204).end()
    if (request.url === '/slow') return
    if (request.url === '/away') return void response.writeHead(302, { location: '/' }).end()
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const out = outbound({ allow: [], userAgent: 'Indaba/test' })
  after(async () => {
    await out.close()
    server.closeAllConnections()
    server.close()
  })
  const trusted = out.fetchLike({ trusted: true, partition: 'operator', responseSizeBytesMax: 2000, timeoutMs: 400 })
  const form = new FormData()
  form.append('model', 'x')
  form.append('file', new Blob(['RIFF']), 'a.wav')
  const posted = await trusted(url, { method: 'POST', body: form, headers: { authorization: 'Bearer k' } })
  const seen = (await posted.json()) as { method: string; headers: Record<string, string>; body: string }
  assert.equal(posted.status, 200)
  assert.equal(seen.method, 'POST')
  assert.equal(seen.headers.authorization, 'Bearer k')
  assert.match(seen.headers['content-type'] ?? '', /^multipart\/form-data; boundary=/)
  assert.equal(Number(seen.headers['content-length']), seen.body.length)
  assert.match(seen.body, /filename="a\.wav"[\s\S]*RIFF/)
  assert.equal((await trusted(`http://localhost:${port}/none`)).status, 204)
  assert.equal((await trusted(`${url}away`)).status, 302)
  const reason = (expected: string) => (error: unknown) =>
    error instanceof Problem && error.code === 'no_answer' && error.facts.reason === expected
  await assert.rejects(trusted(`${url}big`), reason('too_large'))
  await assert.rejects(trusted(`${url}slow`), reason('timeout'))
  await assert.rejects(trusted(url, { signal: AbortSignal.abort() }), reason('aborted'))
  await assert.rejects(trusted('ftp://127.0.0.1/'), reason('protocol'))
  const guarded = out.fetchLike({ trusted: false, partition: 'org' })
  await assert.rejects(guarded(url), (error: Problem) => error.code === 'destination_not_allowed')
})
