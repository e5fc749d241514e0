import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type FakeS3, startFakeS3 } from '../../../test/fakes/s3-server.ts'
import { createOrg } from '../../access/index.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { openStore, type Store } from '../../storage/index.ts'
import { writeArriving } from './arriving.ts'
import { endUpload, removeUnused, tidyUploads, uploadKeysOf } from './unused.ts'
import { addPart, createUpload, getUpload, takeLease, type Upload } from './uploads.ts'

const mib = 2 ** 20
const limits = { sizeBytesMax: 2 * mib, ageMsMax: 10_000, silenceMsMax: 150 }

async function* chunks(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function* broken(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
  throw new Error('the client is gone')
}

for (const kind of ['folder', 's3'] as const) {
  describe(`what arrives of an upload, in a ${kind} store`, () => {
    let database: Awaited<ReturnType<typeof freshDatabase>>
    let db: Db
    let store: Store & { close(): void }
    let bucket: FakeS3 | undefined
    let dir: string
    let orgId: string
    before(async () => {
      database = await freshDatabase()
      db = openDb({ url: database.url, connectionsMax: 8, as: 'owner' })
      dir = await mkdtemp(join(tmpdir(), 'indaba-arriving-'))
      bucket = kind === 's3' ? await startFakeS3() : undefined
      store = openStore(
        bucket ? { kind: 's3', ...bucket, forcePathStyle: true } : { kind: 'local', root: join(dir, 'store') },
      )
      orgId = (await createOrg(db, { name: 'Test' })).id
    })
    after(async () => {
      store?.close()
      await bucket?.close()
      await db?.destroy()
      await database?.drop()
      await rm(dir, { recursive: true, force: true })
    })

    const begin = (size_bytes: number): Promise<Upload> =>
      db.transaction().execute((tx) =>
        createUpload(tx, {
          org_id: orgId,
          id: randomUUID(),
          purpose: 'batch',
          size_bytes,
          metadata: {},
          job_id: null,
          item_position: null,
          created_by: 'key:test',
        }),
      )
    const now = async (upload: Upload) => (await getUpload(db, upload)) as Upload
    const write = async (upload: Upload, bytes: AsyncIterable<Uint8Array>) =>
      writeArriving({ db, store, limits }, await now(upload), bytes)
    const read = async (upload: Upload) => {
      const parts = await Promise.all(
        (await now(upload)).parts.map(async ({ store_key }) => buffer((await store.open(store_key)).stream)),
      )
      return Buffer.concat(parts)
    }
    const inStore = async (keys: string[]) => {
      const found = await Promise.all(keys.map(async (key) => ((await store.stat(key)) ? key : null)))
      return found.filter((key) => key !== null)
    }

    test('a long request becomes parts, each safe as soon as it is whole; a broken one keeps what came', async () => {
      const bytes = randomBytes(5 * mib + 3)
      const upload = await begin(bytes.length)
      assert.equal(await write(upload, broken(bytes.subarray(0, 100))), 100)
      assert.equal(await write(upload, chunks(bytes.subarray(100))), bytes.length)
      const { parts, offset_bytes, unused_keys } = await now(upload)
      assert.deepEqual(
        parts.map(({ size_bytes }) => size_bytes),
        [100, 2 * mib, 2 * mib, mib + 3 - 100],
      )
      assert.equal(offset_bytes, bytes.length)
      assert.deepEqual(unused_keys, [])
      assert.ok((await read(upload)).equals(bytes))
    })

    test('hundreds of tiny requests become few parts, in order, and leave nothing else', async () => {
      const bytes = randomBytes(100)
      const upload = await begin(bytes.length)
      for (const byte of bytes) await write(upload, chunks(Buffer.from([byte])))
      const { parts, unused_keys } = await now(upload)
      assert.ok(parts.length < 40, `${parts.length} parts`)
      assert.deepEqual(unused_keys, [])
      assert.ok((await read(upload)).equals(bytes))
      assert.equal((await uploadKeysOf(db, orgId)).length, (await inStore(await uploadKeysOf(db, orgId))).length)
    })

    test('two at once: the second is refused while bytes flow, and goes on once the first is silent', async () => {
      const upload = await begin(30)
      const more = Promise.withResolvers<void>()
      async function* slow() {
        yield Buffer.from('0123456789')
        await delay(50)
        yield Buffer.from('abcdefghij')
        await more.promise
        yield Buffer.from('too late')
      }
      const first = write(upload, slow())
      await delay(20)
      await assert.rejects(write(upload, chunks(Buffer.from('x'))), { code: 'upload_locked' })
      while ((await now(upload)).offset_bytes < 20) await delay(10)
      assert.equal(await write(upload, chunks(Buffer.from('ABCDEFGHIJ'))), 30)
      more.resolve()
      await assert.rejects(first, { code: 'offset_conflict' })
      assert.equal((await read(upload)).toString(), '0123456789abcdefghijABCDEFGHIJ')
    })

    test('a writer that lost its lease adds nothing, and what it stored is gone', async () => {
      const upload = await begin(10)
      const go = Promise.withResolvers<void>()
      async function* late() {
        yield Buffer.from('01')
        await go.promise
      }
      const patient = { ...limits, silenceMsMax: 20_000 }
      const first = writeArriving({ db, store, limits: patient }, upload, late())
      while ((await now(upload)).unused_keys.length === 0) await delay(5)
      // As if its process had stood still for long.
      await sql`update uploads set lease_until = now() - interval '1 second' where id = ${upload.id}`.execute(db)
      assert.equal(await write(upload, chunks(Buffer.from('abc'))), 3)
      go.resolve()
      await assert.rejects(first, { code: 'upload_locked' })
      assert.equal((await read(upload)).toString(), 'abc')
      const { unused_keys } = await now(upload)
      assert.deepEqual(await inStore(unused_keys), [])
      await removeUnused({ db, store }, upload, unused_keys)
      assert.deepEqual((await now(upload)).unused_keys, [])
    })

    test('a killed writer leaves what housekeeping finds', async () => {
      const upload = await begin(10)
      const key = `org/${orgId}/batch/${randomUUID()}`
      const { lease } = await takeLease(db, upload, 0, key)
      await store.put(key, Readable.from([Buffer.from('01')]), { sizeBytesMax: 10 })
      await assert.rejects(takeLease(db, upload, 0, null), { code: 'upload_locked' })
      const long = sql`now() - interval '2 hours'`
      await sql`update uploads set lease_until = ${long} where id = ${upload.id}`.execute(db)
      await tidyUploads({ db, store })
      assert.equal(await store.stat(key), null)
      assert.deepEqual((await now(upload)).unused_keys, [])
      const part = { store_key: key, size_bytes: 2, sha256: '' }
      await takeLease(db, upload, 0, null)
      await assert.rejects(addPart(db, lease, part, { offset: 0, nextKey: null }), { code: 'upload_locked' })
    })

    test('one that rests for a day is ended; it is told of for a week', async () => {
      const upload = await begin(10)
      await write(upload, chunks(Buffer.from('abc')))
      const [part] = (await now(upload)).parts
      const rest = (hours: number) =>
        sql`update uploads set expires_at = now() - make_interval(hours => ${hours}) where id = ${upload.id}`.execute(
          db,
        )
      await tidyUploads({ db, store })
      assert.equal((await now(upload)).parts.length, 1, 'not yet')
      await rest(1)
      await assert.rejects(write(upload, chunks(Buffer.from('def'))), { code: 'upload_expired' })
      await tidyUploads({ db, store })
      assert.equal(await store.stat(part?.store_key ?? ''), null)
      assert.equal((await now(upload)).failure?.code, 'upload_expired')
      await rest(8 * 24)
      await tidyUploads({ db, store })
      assert.equal(await getUpload(db, upload), null)
      await endUpload({ db, store }, upload, { code: 'x', reason: 'x' })
    })
  })
}
