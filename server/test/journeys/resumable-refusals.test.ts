// Resumable uploads that are wrong, hostile, or not the sender's own: each refused with a reason, and nothing kept of it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { openSideDoor, person, type SideDoor } from '../side-door.ts'
import { ask, begin, metadataOf, patch } from './tus-client.ts'

const kib = 1024

describe('resumable uploads that are refused', () => {
  let harness: Harness
  let own: Customer
  let other: Customer
  let reader: Customer
  let door: SideDoor & { close(): Promise<void> }
  before(async () => {
    const env = { INDABA_BATCH_BYTES_MAX: String(200 * kib), INDABA_UPLOAD_BYTES_MAX: String(100 * kib) }
    harness = await startHarness({ env, roles: { serve: true, work: false } })
    own = await harness.customer()
    other = await harness.customer()
    reader = await harness.customer({}, ['calls:read'])
    door = await openSideDoor(harness)
  })
  after(async () => {
    await door?.close()
    await harness?.stop()
  })

  const uploads = async () =>
    (await sql`select id from uploads where org_id = ${own.orgId}`.execute(harness.app.db)).rows
  const ways = ['GET', 'HEAD', 'PATCH', 'DELETE']
  const headersOf = (method: string, offset = 0): Record<string, string> =>
    method === 'PATCH' ? { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' } : {}

  test('without a credential 401, without the scope 403, of another organisation 404', async () => {
    const { url } = await begin(harness.url, own, 10, { filename: 'a.wav' })
    const earlier = (await uploads()).length
    const collection = `${harness.url}/v1/uploads`
    const length = { 'upload-length': '10' }
    assert.equal((await ask('POST', collection, null, length)).status, 401)
    assert.equal((await ask('POST', collection, reader, length)).status, 403)
    for (const method of ways) {
      const headers = headersOf(method)
      assert.equal((await ask(method, url, null, headers)).status, 401, method)
      assert.equal((await ask(method, url, reader, headers)).status, 403, method)
      for (const [by, at] of [
        [other, url],
        [own, `${collection}/${randomUUID()}`],
        [own, `${collection}/no-id`],
      ] as const) {
        const answer = await ask(method, at, by, headers)
        assert.equal(answer.status, 404, method)
        if (method !== 'HEAD') assert.equal(JSON.parse(answer.text).error.code, 'NOT_FOUND')
      }
    }
    assert.equal((await uploads()).length, earlier)
    const { rows } = await sql<{ actor: string; result: string }>`
      select actor, result from audit_events where org_id = ${reader.orgId} and action = 'calls.write'`.execute(
      harness.app.db,
    )
    assert.ok(rows.every(({ result }) => result === 'denied'))
  })

  test('whoever has access to a part of the organisation has access to the uploads that they began', async () => {
    const reach = { column: 'team', values: ['Sales'] } as const
    const [one, two] = [person(own.orgId, 'supervisor', reach), person(own.orgId, 'supervisor', reach)]
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-length': '10',
      'upload-metadata': metadataOf({ filename: 'a.wav', team: 'Sales' }),
    }
    const made = await door.ask(one, 'POST', '/v1/uploads', undefined, headers)
    assert.equal(made.status, 201)
    const path = made.headers.get('location') ?? ''
    assert.equal((await door.ask(one, 'GET', path)).status, 200)
    assert.equal((await door.ask(two, 'GET', path)).status, 404)
    assert.equal((await door.ask(two, 'DELETE', path)).status, 404)
    assert.equal((await door.ask(person(own.orgId, 'admin'), 'GET', path)).status, 200)
  })

  test('heads that say nothing sensible', async () => {
    const earlier = (await uploads()).length
    const good = { 'upload-length': '10' }
    const cases: [headers: Record<string, string>, status: number, code: string][] = [
      [{ ...good, 'tus-resumable': '0.2.2' }, 412, 'TUS_VERSION'],
      [{}, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ 'upload-length': '-1' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ 'upload-length': '1e3' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ 'upload-length': '99999999999999999999' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ 'upload-defer-length': '1' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ 'upload-length': '0' }, 400, 'EMPTY_FILE'],
      [{ 'upload-length': String(201 * kib) }, 413, 'UPLOAD_TOO_LARGE'],
      [{ ...good, 'upload-concat': 'partial' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ ...good, 'upload-metadata': 'filename ***' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ ...good, 'upload-metadata': 'filename YQ==,filename Yg==' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ ...good, 'upload-metadata': '__proto__ YQ==' }, 400, 'INVALID_UPLOAD_REQUEST'],
      [{ ...good, 'upload-metadata': metadataOf({ filename: 'a\0b' }) }, 400, 'NUL_CHARACTER'],
      [{ ...good, 'upload-metadata': metadataOf({ metadata: '{"agent":' }) }, 400, 'INVALID_JSON'],
      [{ ...good, 'upload-metadata': metadataOf({ purpose: 'harm' }) }, 400, 'UNKNOWN_PURPOSE'],
      [{ ...good, 'upload-metadata': metadataOf({ note: 'x'.repeat(45_000) }) }, 201, ''],
      [{ ...good, 'upload-metadata': metadataOf({ note: 'x'.repeat(60_000) }) }, 431, 'HEADERS_TOO_LARGE'],
      [{ ...good, 'upload-metadata': metadataOf({ validate_metadata: '1', team: 'None' }) }, 400, 'INVALID_METADATA'],
      [{ ...good, 'upload-metadata': metadataOf({ org_id: randomUUID() }) }, 404, 'ORGANISATION_NOT_FOUND'],
      [{ ...good, 'upload-metadata': metadataOf({ filename: 'a.zip', metadata: '{"no":1}' }) }, 400, 'INVALID_REQUEST'],
    ]
    for (const [headers, status, code] of cases) {
      const answer = await ask('POST', `${harness.url}/v1/uploads`, own, headers)
      const about = `${JSON.stringify(headers).slice(0, 120)}: ${answer.text}`
      assert.equal(answer.status, status, about)
      if (status === 201) continue
      const body = JSON.parse(answer.text)
      assert.equal(body.error.code, code, about)
      assert.ok(body.message.length > 10 && body.request_id === answer.headers.get('x-request-id'), about)
      if (status !== 431) assert.equal(answer.headers.get('tus-resumable'), '1.0.0')
    }
    assert.equal((await uploads()).length, earlier + 1)
    const { url } = await begin(harness.url, own, 10, { filename: 'a.wav' })
    const none = await fetch(url, { method: 'PATCH', headers: { ...own.headers, 'upload-offset': '0' } })
    assert.equal(none.status, 412)
    assert.equal(none.headers.get('tus-version'), '1.0.0')
    const large = { filename: 'a.wav' }
    assert.equal((await begin(harness.url, own, 101 * kib, large)).status, 413)
    assert.equal((await begin(harness.url, own, 101 * kib, { ...large, purpose: 'batch' })).status, 201)
  })

  test('what may be done is told without a credential, also to pages of other origins', async () => {
    const answer = await fetch(`${harness.url}/v1/uploads`, { method: 'OPTIONS' })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers.get('tus-version'), '1.0.0')
    assert.equal(answer.headers.get('tus-max-size'), String(200 * kib))
    assert.match(answer.headers.get('tus-extension') ?? '', /creation-with-upload/)
    const { url, headers } = await begin(harness.url, own, 10, { filename: 'a.wav' })
    assert.match(headers.get('access-control-expose-headers') ?? '', /Location.*Upload-Offset/)
    assert.equal((await fetch(url, { method: 'OPTIONS' })).headers.get('tus-version'), '1.0.0')
    assert.equal((await fetch(url, { method: 'PUT', headers: own.headers })).status, 405)
  })

  test('more bytes than were announced, without a length of their own', async () => {
    const { url } = await begin(harness.url, own, 70 * kib, { filename: 'a.wav' })
    const { hostname, port, pathname: path } = new URL(url)
    const headers = {
      ...own.headers,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    }
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const out = request({ hostname, port, path, method: 'PATCH', headers }, (response) =>
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject),
      )
      out.on('error', reject)
      for (let sent = 0; sent < 2000; sent += 10) out.write(Buffer.alloc(10 * kib))
      out.end()
    })
    assert.equal(answer.status, 413, answer.body)
    const offset = Number((await ask('HEAD', url, own)).headers.get('upload-offset'))
    assert.ok(offset <= 70 * kib, String(offset))
  })

  test('one that expired is gone, and its item and its job say so', async () => {
    const job: Json = await harness.json('/v1/ingest-jobs', {
      method: 'POST',
      headers: { ...own.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ open: true }),
    })
    const { url } = await begin(harness.url, own, 10, { filename: 'a.wav', ingest_job_id: job.job_id })
    await patch(url, own, 0, Buffer.from('abc'))
    await sql`update uploads set expires_at = now() where org_id = ${own.orgId}`.execute(harness.app.db)
    for (const method of ['HEAD', 'PATCH']) {
      const headers = headersOf(method, 3)
      assert.equal((await ask(method, url, own, headers)).status, 410, method)
    }
  })
})
