// Parts of a recording, byte by byte: RFC 9110 §14 for one range.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { arrive } from '../../test/arrivals.ts'
import { type Customer, type Harness, startHarness } from '../../test/harness.ts'
import { newId } from '../platform/ids.ts'

const size = 700_001
const bytes = randomBytes(size)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const etag = `"${sha256.slice(0, 32)}"`

describe('a recording', () => {
  let indaba: Harness
  let customer: Customer
  let url: string

  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    customer = await indaba.customer()
    const form = new FormData()
    form.append('file', new Blob([bytes]), '../../etc/passwd')
    const { call_id } = await indaba.json('/api/process-call', {
      method: 'POST',
      headers: customer.headers,
      body: form,
    })
    await sql`update recordings set container = 'wav' where conversation_id = ${call_id}`.execute(indaba.app.db)
    url = `${indaba.url}/v1/calls/${call_id}/recording`
  })
  after(() => indaba.stop())

  const ask = async (headers: Record<string, string> = {}, method = 'GET') => {
    const answer = await fetch(url, { method, headers: { ...customer.headers, ...headers } })
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) }
  }

  const whole = async (headers: Record<string, string>, why: string) => {
    const { status, body, headers: given } = await ask(headers)
    assert.equal(status, 200, why)
    assert.equal(given.get('content-length'), String(size), why)
    assert.equal(given.get('content-range'), null, why)
    assert.ok(body.equals(bytes), why)
  }

  test('comes whole, under the type that was found in it and no name of the client', async () => {
    await whole({}, 'no range')
    const { headers } = await ask()
    assert.equal(headers.get('content-type'), 'audio/wav')
    assert.equal(headers.get('accept-ranges'), 'bytes')
    assert.equal(headers.get('etag'), etag)
    assert.match(headers.get('content-disposition') ?? '', /^inline; filename="[0-9a-f-]{36}\.wav"$/)
  })

  const parts: [range: string, start: number, end: number][] = [
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['BYTES=0-99', 0, 99],
    [`bytes=${size - 1}-`, size - 1, size - 1],
    ['bytes=-1', size - 1, size - 1],
    ['bytes=-500', size - 500, size - 1],
    [`bytes=-${size + 1000}`, 0, size - 1],
    ['bytes=0-', 0, size - 1],
    ['bytes=300000-', 300_000, size - 1],
    ['bytes=262143-262145', 262_143, 262_145],
    [`bytes=700000-${'9'.repeat(400)}`, 700_000, size - 1],
  ]
  for (const [range, start, end] of parts) {
    test(`${range.slice(0, 30)} is answered with exactly these bytes`, async () => {
      const { status, headers, body } = await ask({ range })
      assert.equal(status, 206)
      assert.equal(headers.get('content-range'), `bytes ${start}-${end}/${size}`)
      assert.equal(headers.get('content-length'), String(end - start + 1))
      assert.ok(body.equals(bytes.subarray(start, end + 1)))
    })
  }

  test('what lies beyond the end is refused with the length', async () => {
    for (const range of [`bytes=${size}-`, `bytes=${size}-${size + 5}`, 'bytes=-0', `bytes=${'9'.repeat(400)}-`]) {
      const { status, headers, body } = await ask({ range })
      assert.equal(status, 416, range)
      assert.equal(headers.get('content-range'), `bytes */${size}`)
      assert.equal(body.length, 0)
    }
  })

  test('a range that is none, or several, is passed over', async () => {
    for (const range of [
      'bytes=',
      'bytes=-',
      'bytes=5-2',
      'bytes=a-b',
      'items=0-1',
      'bytes=0-1,5-6',
      'bytes=1.5-3',
      '0-1',
    ]) {
      await whole({ range }, range)
    }
  })

  test('If-Range: a part of the same recording, else the whole', async () => {
    assert.equal((await ask({ range: 'bytes=0-9', 'if-range': etag })).status, 206)
    for (const other of ['"another"', `W/${etag}`, 'Wed, 21 Oct 2015 07:28:00 GMT']) {
      await whole({ range: 'bytes=0-9', 'if-range': other }, other)
    }
  })

  test('If-None-Match: not sent again', async () => {
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const { status, body } = await ask({ 'if-none-match': known, range: 'bytes=0-9' })
      assert.equal(status, 304, known)
      assert.equal(body.length, 0)
    }
    await whole({ 'if-none-match': '"another"' }, 'another')
  })

  test('HEAD tells the length of the whole, whatever the range', async () => {
    for (const headers of [{}, { range: 'bytes=0-9' }] as Record<string, string>[]) {
      const { status, headers: given, body } = await ask(headers, 'HEAD')
      assert.equal(status, 200)
      assert.equal(given.get('content-length'), String(size))
      assert.equal(given.get('etag'), etag)
      assert.equal(body.length, 0)
    }
  })

  test('a call without one says so, and a chat has none', async () => {
    const made = await arrive(indaba.app.db, customer.orgId, [
      { status: 'awaiting_upload' },
      { channel: 'chat', id: newId() },
    ])
    const codes = []
    for (const { id } of made) {
      const answer = await fetch(`${indaba.url}/v1/conversations/${id}/recording`, { headers: customer.headers })
      assert.equal(answer.status, 404)
      codes.push(((await answer.json()) as { error: { code: string } }).error.code)
    }
    assert.deepEqual(codes, ['NO_RECORDING', 'NOT_FOUND'])
  })
})
