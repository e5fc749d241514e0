// Archives, by every way in which one comes here: resumable, by form as to S3, in the body of the request.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ReadableStream } from 'node:stream/web'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import yazl from 'yazl'
import { tidyUploads } from '../../src/ingest/index.ts'
import { openStore } from '../../src/storage/index.ts'
import { type Customer, type Harness, type Json, secretKey, startHarness } from '../harness.ts'
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts'
import { startServer } from './program-process.ts'
import { ask, begin, patch, sendByTus } from './tus-client.ts'
import { chosen, postParts } from './upload-ticket.ts'

const mib = 2 ** 20

/** Two chats, and a file of noise that makes it as large as is wanted. */
async function archive(noiseBytes = 0): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const name of ['one', 'two']) {
    const messages = [{ sender: 'customer', message: `Hello from ${name} ${randomBytes(4).toString('hex')}` }]
    zip.addBuffer(Buffer.from(JSON.stringify([{ metadata: { interaction_id: name }, messages }])), `${name}.json`)
  }
  if (noiseBytes > 0) zip.addBuffer(randomBytes(noiseBytes), 'noise.bin', { compress: false })
  zip.end()
  return buffer(zip.outputStream)
}

describe('archives', () => {
  let harness: Harness
  let own: Customer
  before(async () => {
    harness = await startHarness({ env: { INDABA_BATCH_BYTES_MAX: String(64 * mib) } })
    own = await harness.customer()
  })
  after(() => harness?.stop())

  const job = (id: string): Promise<Json> => harness.json(`/v1/ingest-jobs/${id}`, { headers: own.headers })
  async function ended(id: string): Promise<Json> {
    for (;;) {
      const found = await job(id)
      if (found.ended_at) return found
      await delay(50)
    }
  }
  const make = (body: object): Promise<Json> =>
    harness.json('/v1/ingest-jobs', {
      method: 'POST',
      headers: { ...own.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const stored = async (kind: string) => {
    const names = await readdir(join(harness.dataDir, 'store', 'org', own.orgId, kind)).catch(() => [])
    return names.length
  }

  test('by tus: announced at once, taken in when the last byte is here, its parts as they came', async () => {
    const zip = await archive(3 * mib)
    const said = { filename: 'March.ZIP', metadata: JSON.stringify({ name: 'March', unknown_people: 'leave' }) }
    const { status, url, headers } = await begin(harness.url, own, zip.length, said)
    assert.equal(status, 201, JSON.stringify(headers))
    const { rows } = await harness.app.db
      .selectFrom('ingest_jobs')
      .select(['id', 'state', 'name'])
      .where('org_id', '=', own.orgId)
      .execute()
      .then((rows) => ({ rows }))
    assert.deepEqual(
      rows.map(({ state, name }) => [state, name]),
      [['uploading', 'March']],
    )
    assert.equal((await patch(url, own, 0, zip.subarray(0, mib))).status, 204)
    const last = await patch(url, own, mib, zip.subarray(mib))
    assert.equal(last.status, 204)
    assert.equal(last.headers.get('x-ingest-job-id'), rows[0]?.id)
    const done = await ended(rows[0]?.id ?? '')
    assert.equal(done.state, 'done', JSON.stringify(done))
    assert.equal(done.counts.ok, 2)
    assert.equal((await ask('HEAD', url, own)).headers.get('x-ingest-job-id'), done.job_id)
    assert.equal((await ask('DELETE', url, own)).status, 409)
  })

  test('by tus, for a job that was made before; a second file for it is refused', async () => {
    const { job_id, upload } = await make({ upload: { file_name: 'a.zip' } })
    const metadata = { filename: 'a.zip', ingest_job_id: job_id }
    const sent = await sendByTus(new URL(upload.tus_url).origin, own, await archive(), { metadata })
    assert.equal(sent.headers['X-Ingest-Job-Id'], job_id)
    assert.equal((await ended(job_id)).counts.ok, 2)
    assert.equal((await begin(harness.url, own, 10, metadata)).status, 409)
    const unknown = { ...metadata, ingest_job_id: crypto.randomUUID() }
    assert.equal((await begin(harness.url, own, 10, unknown)).status, 404)
    assert.equal((await begin(harness.url, own, 10, { ...metadata, ingest_job_id: 'none' })).status, 404)
  })

  test('given up: its own job fails with it, one that was made before waits on, and not for ever', async () => {
    const { job_id } = await make({ upload: {} })
    const named = await begin(harness.url, own, 10, { filename: 'a.zip', ingest_job_id: job_id })
    const { url } = await begin(harness.url, own, 10, { filename: 'a.zip' })
    const id = (await ask('HEAD', url, own)).headers.get('x-ingest-job-id') ?? ''
    for (const one of [url, named.url]) assert.equal((await ask('DELETE', one, own)).status, 204)
    const failed = await job(id)
    assert.equal(failed.state, 'failed')
    assert.equal(failed.failure.code, 'upload_given_up')
    assert.equal((await job(job_id)).state, 'uploading')
    const store = openStore({ kind: 'local', root: join(harness.dataDir, 'store') })
    await tidyUploads({ db: harness.app.db, store })
    assert.equal((await job(job_id)).state, 'uploading')
    const old = sql`update ingest_jobs set created_at = now() - interval '49 hours' where id = ${job_id}`
    await old.execute(harness.app.db)
    await tidyUploads({ db: harness.app.db, store })
    assert.equal((await job(job_id)).failure.code, 'never_sent')
  })

  test('what is no archive fails its job, and both say why', async () => {
    const said = { filename: 'a.zip' }
    const { url, headers } = await begin(harness.url, own, 20, said)
    assert.ok(headers.get('upload-expires'))
    const refused = await patch(url, own, 0, Buffer.from('Rar!\x1a\x07 and some more'.slice(0, 20), 'latin1'))
    assert.equal(refused.status, 400)
    assert.match(refused.text, /RAR archive/)
    const shown = await ask('GET', url, own)
    assert.equal(shown.status, 400, 'a lost answer is no success')
    const { id } = await harness.app.db
      .selectFrom('uploads')
      .select('job_id as id')
      .where('id', '=', url.split('/').at(-1) ?? '')
      .executeTakeFirstOrThrow()
    const failed = await job(id ?? '')
    assert.equal(failed.state, 'failed')
    assert.equal(failed.failure.code, 'unsupported_archive')
  })

  test('by form as to S3: once, within its limits, with its fields as they were given', async () => {
    const made = await make({ upload: { file_name: 'calls.zip' } })
    const ticket = { ...made.upload, call_id: '' }
    assert.equal(made.state, 'uploading')
    const names = Object.keys(ticket.fields)
    const file = async (bytes: Buffer) => ['file', { fileName: 'calls.zip', bytes }] as const
    const zip = await archive(2 * mib)
    const changed = { ...ticket, fields: { ...ticket.fields, signature: 'AAAA' } }
    assert.equal((await postParts(ticket.url, [...chosen(changed, names), await file(zip)])).status, 403)
    const large = await postParts(ticket.url, [...chosen(ticket, names), await file(Buffer.alloc(64 * mib + 1))])
    assert.match(large.text, /EntityTooLarge/)
    assert.equal((await job(made.job_id)).state, 'uploading')
    const kept = await stored('batch')
    assert.equal((await postParts(ticket.url, [...chosen(ticket, names), await file(zip)])).status, 204)
    assert.equal((await ended(made.job_id)).counts.ok, 2)
    assert.equal((await postParts(ticket.url, [...chosen(ticket, names), await file(zip)])).status, 204)
    assert.equal(await stored('batch'), kept + 1, 'one archive, whatever came twice')
    const list = await make({ upload: {} })
    // The file before its fields: clients that S3 would refuse.
    const csv = Buffer.from('chat,sender,message\n1,customer,Hello\n')
    const listFields = chosen({ ...list.upload, call_id: '' }, names)
    assert.equal((await postParts(list.upload.url, [await file(csv), ...listFields])).status, 204)
    assert.notEqual((await ended(list.job_id)).state, 'uploading')
  })

  test('in the body: options before and after the file; nothing is left of one that is cut off or too large', async () => {
    const form = new FormData()
    form.set('name', 'By form')
    form.set('file', new Blob([new Uint8Array(await archive(mib))]), 'a.zip')
    form.set('unknown_people', 'leave')
    const made: Json = await harness.json('/v1/ingest-jobs', { method: 'POST', headers: own.headers, body: form })
    assert.equal((await ended(made.job_id)).counts.ok, 2)
    const kept = await stored('batch')
    form.set('file', new Blob(['PK\x03\x04', new Uint8Array(64 * mib)]), 'a.zip')
    const large = await fetch(`${harness.url}/v1/ingest-jobs`, { method: 'POST', headers: own.headers, body: form })
    assert.equal(large.status, 413)
    const stop = new AbortController()
    async function* half() {
      yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK\x03\x04')
      yield Buffer.alloc(mib)
      await delay(100)
      stop.abort()
      await delay(1000)
    }
    const cut = fetch(`${harness.url}/v1/ingest-jobs`, {
      method: 'POST',
      headers: { ...own.headers, 'content-type': 'multipart/form-data; boundary=b' },
      body: ReadableStream.from(half()),
      duplex: 'half',
      signal: stop.signal,
    } as object)
    await assert.rejects(cut)
    await delay(300)
    assert.equal(await stored('batch'), kept)
    assert.deepEqual(await readdir(join(harness.dataDir, 'store', 'unfinished')), [])
  })

  test('the server is killed in the midst of it: another process goes on from what is safe', async (t) => {
    const at = {
      databaseUrl: harness.databaseUrl,
      dataDir: harness.dataDir,
      env: { INDABA_SECRET_KEY: secretKey.toString('base64') },
    }
    const first = await startServer(at)
    const proxy: CuttingProxy = await startCuttingProxy(first.url)
    const earlier = await stored('batch')
    try {
      const zip = await archive(24 * mib)
      const sending = sendByTus(proxy.url, own, zip, {
        metadata: { filename: 'killed.zip' },
        chunkSize: mib,
        retryDelays: [0, 500, 1000, 2000, 4000, 8000, 8000],
      })
      const offset = async () => {
        const row = await harness.app.db
          .selectFrom('uploads')
          .select('offset_bytes')
          .where('metadata', '@>', JSON.stringify({ filename: 'killed.zip' }))
          .executeTakeFirst()
        return row?.offset_bytes ?? 0
      }
      while ((await offset()) < 4 * mib) await delay(5)
      await first.kill()
      const safe = await offset()
      assert.ok(safe < zip.length)
      const second = await startServer(at)
      proxy.leadTo(second.url)
      const sent = await sending
      t.diagnostic(`killed after ${safe / mib} of 24 MiB, sent in ${sent.tries} PATCHes`)
      assert.ok(sent.tries >= 25)
      const done = await ended(sent.headers['X-Ingest-Job-Id'] ?? '')
      assert.equal(done.counts.ok + done.counts.duplicate, 2, JSON.stringify(done))
      const { parts } = await harness.app.db
        .selectFrom('ingest_jobs')
        .select('parts')
        .where('id', '=', done.job_id)
        .executeTakeFirstOrThrow()
      assert.equal(await stored('batch'), earlier + (parts as object[]).length, 'no part is left of the killed process')
      await second.stop()
    } finally {
      await proxy.close()
      await first.kill()
    }
  })
})
