// Runs against test/fakes/s3-server.ts, a contract fake: it speaks the published S3 REST contract and verifies SigV4,
// but it is no S3 service.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import { type FakeS3, startFakeS3 } from '../../test/fakes/s3-server.ts'
import { testStore } from './conformance.ts'
import { s3Store } from './s3.ts'
import { storeKey } from './store.ts'

testStore('S3 (contract fake)', async () => {
  const fake = await startFakeS3()
  const store = s3Store({ ...fake, forcePathStyle: true })
  return {
    store,
    leftovers: async () => fake.uploads.size,
    close: async () => {
      store.close()
      await fake.close()
    },
  }
})

let fake: FakeS3
let store: ReturnType<typeof s3Store>
before(async () => {
  fake = await startFakeS3()
  store = s3Store({ ...fake, forcePathStyle: true })
})
beforeEach(() => {
  fake.faults.length = 0
  fake.uploads.clear()
})
after(async () => {
  store.close()
  await fake.close()
})

const newKey = () => storeKey(randomUUID(), 'rec', randomUUID())
const bodyOf = (bytes: Uint8Array) => Readable.from([bytes], { objectMode: false })
const sizeBytesMax = 2 ** 30

test('S3: a slow-down answer is tried again', async () => {
  const key = newKey()
  const bytes = randomBytes(9 * 2 ** 20)
  fake.faults.push({ status: 503, code: 'SlowDown', times: 2, matches: (method) => method === 'PUT' })
  await store.put(key, bodyOf(bytes), { sizeBytesMax, contentType: 'audio/wav' })
  assert.ok((await buffer((await store.open(key)).stream)).equals(bytes))
  assert.equal(fake.objects.get(key)?.contentType, 'audio/wav')
})

test('S3: a part that keeps failing ends as an outage, and the upload is taken back', async () => {
  const key = newKey()
  fake.faults.push({
    status: 500,
    code: 'InternalError',
    times: 99,
    matches: (_, path) => path.includes('partNumber=2'),
  })
  await assert.rejects(store.put(key, bodyOf(randomBytes(20 * 2 ** 20)), { sizeBytesMax }), {
    kind: 'unavailable',
    code: 'storage_unavailable',
  })
  assert.equal(await store.stat(key), null)
  assert.equal(fake.uploads.size, 0)
})

test('S3: wrong credentials, an unknown bucket and a dead service are outages that tell no secrets', async () => {
  const wrong = [
    { ...fake, secretAccessKey: 'wrong' },
    { ...fake, accessKeyId: 'AKIDOTHER' },
    { ...fake, bucket: 'no-such-bucket' },
    { ...fake, endpoint: 'http://127.0.0.1:1' },
  ]
  for (const settings of wrong) {
    const other = s3Store({ ...settings, forcePathStyle: true })
    const refused = (error: Error) => {
      assert.equal('kind' in error && error.kind, 'unavailable', String(error))
      assert.ok(!error.message.includes(settings.secretAccessKey) && !error.message.includes('127.0.0.1'))
      return true
    }
    await assert.rejects(other.put(newKey(), bodyOf(Buffer.from('x')), { sizeBytesMax }), refused)
    await assert.rejects(other.open(newKey()), refused)
    other.close()
  }
})

test('S3: a recording that breaks off while it is read ends with an error, not as a short file', async () => {
  const key = newKey()
  await store.put(key, bodyOf(randomBytes(4 * 2 ** 20)), { sizeBytesMax })
  const entry = fake.objects.get(key)
  assert.ok(entry)
  entry.sizeBytes += 1000
  const { stream } = await store.open(key)
  await new Promise((done) => setTimeout(done, 20))
  const reading = buffer(stream)
  setTimeout(() => fake.dropConnections(), 200)
  await assert.rejects(reading)
})

test('S3: sweep aborts old multipart uploads and spares young ones', async () => {
  const upload = { key: newKey(), contentType: '', parts: new Map() }
  fake.uploads.set('old', { ...upload, initiatedAt: new Date(Date.now() - 7_200_000) })
  fake.uploads.set('young', { ...upload, initiatedAt: new Date() })
  assert.equal(await store.sweep(3_600_000), 1)
  assert.deepEqual([...fake.uploads.keys()], ['young'])
})

test('S3: 256 MiB go through in bounded memory, the fake included', async () => {
  const chunk = Buffer.alloc(65_536)
  const body = Readable.from(
    (function* () {
      for (let i = 0; i < 4096; i++) yield chunk
    })(),
    { objectMode: false },
  )
  const before = process.memoryUsage.rss()
  let highest = before
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 10)
  const stored = await store.put(newKey(), body, { sizeBytesMax })
  clearInterval(timer)
  assert.equal(stored.sizeBytes, 4096 * 65_536)
  assert.ok(highest - before < 128 * 2 ** 20, `${(highest - before) >> 20} MiB`)
})
