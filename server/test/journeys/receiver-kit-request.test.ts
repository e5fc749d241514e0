// The kit's calls to an API that is busy, away, slow or not what it should be.

import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { ApiError, fetchPatiently, indabaApi } from '../../../sdk/src/index.ts'

type Step = (response: ServerResponse) => unknown

const says =
  (status: number, headers: Record<string, string> = {}, body = '{}'): Step =>
  (response) =>
    response.writeHead(status, headers).end(body)
const breaks: Step = (response) => response.destroy()
const stalls: Step = () => {}

/** Answers by these steps, one for each request, and the last one again and again. */
async function api(t: TestContext, ...steps: Step[]) {
  const requests: { at: number; method: string; headers: Record<string, unknown> }[] = []
  const server = createServer((request, response) => {
    const { method = '', headers } = request
    requests.push({ at: performance.now(), method, headers })
    request.resume().on('end', () => steps[Math.min(requests.length, steps.length) - 1]?.(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('calls of the receiver kit', () => {
  it('come again after 429, 502, 503, 504 and a broken connection', async (t) => {
    const { url, requests } = await api(t, says(429), says(502), breaks, says(503), says(504), says(200))
    assert.equal((await fetchPatiently(url, {}, { waitMsMax: 5 })).status, 200)
    assert.equal(requests.length, 6)
  })

  it('wait as long as they are asked to, in seconds or until a date, and no longer than they want to', async (t) => {
    const date = new Date(Date.now() + 2500).toUTCString()
    const { url, requests } = await api(
      t,
      says(429, { 'retry-after': '1' }),
      says(503, { 'retry-after': date }),
      says(200),
    )
    await fetchPatiently(url)
    const [first, second, third] = requests.map(({ at }) => at) as [number, number, number]
    assert.ok(second - first >= 990, `${second - first} ms`)
    assert.ok(third - first >= 1400, `${third - first} ms`)
    const hasty = await api(t, says(429, { 'retry-after': '86400' }), says(200))
    assert.equal((await fetchPatiently(hasty.url, {}, { waitMsMax: 10 })).status, 200)
  })

  it('give the last answer back, or the last failure, after so many tries', async (t) => {
    const busy = await api(t, says(503))
    assert.equal((await fetchPatiently(busy.url, {}, { triesMax: 3, waitMsMax: 1 })).status, 503)
    assert.equal(busy.requests.length, 3)
    const slow = await api(t, stalls)
    await assert.rejects(fetchPatiently(slow.url, {}, { triesMax: 2, waitMsMax: 1, timeoutMs: 50 }), {
      name: 'TimeoutError',
    })
    assert.equal(slow.requests.length, 2)
  })

  it('do not come again when that could do a thing twice', async (t) => {
    const post = { method: 'POST', body: '{}' }
    const unsure = await api(t, says(503))
    assert.equal((await fetchPatiently(unsure.url, post, { waitMsMax: 1 })).status, 503)
    const broken = await api(t, breaks)
    await assert.rejects(fetchPatiently(broken.url, post, { waitMsMax: 1 }))
    assert.deepEqual([unsure.requests.length, broken.requests.length], [1, 1])
    const refused = await api(t, says(429), says(200))
    assert.equal((await fetchPatiently(refused.url, post, { waitMsMax: 1 })).status, 200)
    const keyed = await api(t, breaks, says(503), says(200))
    const headers = { 'Idempotency-Key': 'once' }
    assert.equal((await fetchPatiently(keyed.url, { ...post, headers }, { waitMsMax: 1 })).status, 200)
    assert.deepEqual(
      keyed.requests.map(({ headers }) => headers['idempotency-key']),
      ['once', 'once', 'once'],
    )
  })

  it('do not follow redirects, nor take the key to another server', async (t) => {
    const other = await api(t, says(200))
    const { url } = await api(t, says(302, { location: other.url }))
    const indaba = indabaApi({ url, key: 'key' }, { triesMax: 1 })
    await assert.rejects(indaba.get('/v1/calls'))
    for (const link of [other.url, `//${new URL(other.url).host}/v1/calls`, 'file:///etc/passwd']) {
      await assert.rejects(indaba.get(link), /leads away/)
    }
    assert.equal(other.requests.length, 0)
  })

  it('say what was refused, and take 404 for nothing', async (t) => {
    const { url, requests } = await api(t, says(404), says(403, {}, 'no right'), says(200, {}, '{"id":1}'))
    const indaba = indabaApi({ url, key: 'key' })
    assert.equal(await indaba.get('/v1/calls/x'), null)
    await assert.rejects(indaba.get('/v1/calls'), (error) => error instanceof ApiError && error.status === 403)
    assert.deepEqual(await indaba.post('/v1/calls/upload', { a: 1 }, 'key-of-it'), { id: 1 })
    assert.equal(requests.at(-1)?.headers.authorization, 'Bearer key')
    assert.equal(requests.at(-1)?.headers['idempotency-key'], 'key-of-it')
  })
})
