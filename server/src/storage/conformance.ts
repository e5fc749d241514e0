// What every Store must do, as tests that each implementation's test file runs on its own kind of store.
// Faults that only one kind can have (a full disk, a service that is down) are tested beside that implementation.

import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { Problem } from '../platform/problem.ts'
import { type Store, storeKey } from './store.ts'

export type StoreUnderTest = {
  store: Store
  /** How many unfinished or foreign things lie in the place besides the objects themselves. */
  leftovers(): Promise<number>
  close(): Promise<void>
}

const mebibyte = 1024 * 1024
const newKey = () => storeKey(randomUUID(), 'rec', randomUUID())

export function testStore(name: string, start: () => Promise<StoreUnderTest>): void {
  let place: StoreUnderTest
  let store: Store
  before(async () => {
    place = await start()
    store = place.store
  })
  after(() => place.close())

  const put = (key: string, bytes: Uint8Array) =>
    store.put(key, Readable.from([bytes], { objectMode: false }), { sizeBytesMax: 64 * mebibyte })
  const read = async (key: string) => buffer((await store.open(key)).stream)

  for (const sizeBytes of [0, 1, 200_000, 8 * mebibyte, 20 * mebibyte + 7]) {
    test(`${name}: ${sizeBytes} bytes come back as they went in, with their hash`, async () => {
      const key = newKey()
      const bytes = randomBytes(sizeBytes)
      const stored = await put(key, bytes)
      assert.deepEqual(stored, { sizeBytes, sha256Hex: createHash('sha256').update(bytes).digest('hex') })
      assert.deepEqual(await store.stat(key), { sizeBytes })
      const opened = await store.open(key)
      assert.equal(opened.sizeBytes, sizeBytes)
      assert.ok((await buffer(opened.stream)).equals(bytes))
      assert.equal(await place.leftovers(), 0)
    })
  }

  test(`${name}: ranges count both ends, and clip at the end`, async () => {
    const key = newKey()
    const bytes = randomBytes(1000)
    await put(key, bytes)
    const cases = [
      [{ start: 0, end: 0 }, bytes.subarray(0, 1)],
      [{ start: 10, end: 19 }, bytes.subarray(10, 20)],
      [{ start: 990 }, bytes.subarray(990)],
      [{ start: 990, end: 5000 }, bytes.subarray(990)],
      [{ end: 9 }, bytes.subarray(0, 10)],
      [{ start: 999, end: 999 }, bytes.subarray(999)],
    ] as const
    for (const [range, expected] of cases) {
      const opened = await store.open(key, range)
      assert.equal(opened.sizeBytes, 1000)
      assert.ok((await buffer(opened.stream)).equals(expected), JSON.stringify(range))
    }
    for (const range of [{ start: 1000 }, { start: 5, end: 4 }, { start: -1 }, { start: 0.5 }, { start: Number.NaN }]) {
      await assert.rejects(store.open(key, range), (error: Problem) => {
        assert.equal(error.code, 'range_not_satisfiable')
        assert.equal(error.facts.size_bytes, 1000)
        return true
      })
    }
  })

  test(`${name}: an empty object satisfies no range`, async () => {
    const key = newKey()
    await put(key, Buffer.alloc(0))
    await assert.rejects(store.open(key, { start: 0 }), { code: 'range_not_satisfiable' })
  })

  test(`${name}: a missing object is not_found to read, null to stat, nothing to delete`, async () => {
    const key = newKey()
    await assert.rejects(store.open(key), { kind: 'not_found', code: 'no_such_object' })
    await assert.rejects(store.open(key, { start: 1 }), { kind: 'not_found' })
    await assert.rejects(store.move(key, newKey()), { kind: 'not_found' })
    await assert.rejects(store.move(key, key), { kind: 'not_found' })
    await assert.rejects(store.toFile(key, join(tmpdir(), randomUUID())), { kind: 'not_found' })
    assert.equal(await store.stat(key), null)
    await store.delete(key)
  })

  test(`${name}: a body over the limit is refused and leaves nothing, also beyond the first part`, async () => {
    for (const sizeBytesMax of [0, 999, 20 * mebibyte]) {
      const key = newKey()
      const body = Readable.from(chunksOf(sizeBytesMax + 1), { objectMode: false })
      await assert.rejects(store.put(key, body, { sizeBytesMax }), { kind: 'too_large', code: 'object_too_large' })
      assert.equal(await store.stat(key), null)
      assert.ok(body.destroyed)
    }
    assert.equal(await place.leftovers(), 0)
  })

  test(`${name}: a body at the limit is taken`, async () => {
    const key = newKey()
    const body = Readable.from(chunksOf(5000), { objectMode: false })
    assert.equal((await store.put(key, body, { sizeBytesMax: 5000 })).sizeBytes, 5000)
  })

  test(`${name}: a body that breaks rejects with its own error, leaves nothing, and spares what was there`, async () => {
    for (const afterBytes of [10, 20 * mebibyte]) {
      const key = newKey()
      const kept = Buffer.from('kept')
      await put(key, kept)
      const body = Readable.from(breaking(afterBytes), { objectMode: false })
      await assert.rejects(store.put(key, body, { sizeBytesMax: 64 * mebibyte }), /client went away/)
      assert.ok((await read(key)).equals(kept))
    }
    assert.equal(await place.leftovers(), 0)
  })

  test(`${name}: nothing shows under the key before the body has ended; an abort leaves nothing`, async () => {
    const key = newKey()
    const aborter = new AbortController()
    const body = new Readable({ read() {} })
    const putting = store.put(key, body, { sizeBytesMax: 64 * mebibyte, signal: aborter.signal })
    const refused = assert.rejects(putting, { name: 'AbortError' })
    body.push(randomBytes(9 * mebibyte))
    await new Promise((done) => setTimeout(done, 100))
    assert.equal(await store.stat(key), null)
    aborter.abort()
    await refused
    assert.equal(await store.stat(key), null)
    assert.ok(body.destroyed)
    assert.equal(await place.leftovers(), 0)
  })

  test(`${name}: a signal that is already aborted stores nothing`, async () => {
    const key = newKey()
    const body = Readable.from([Buffer.from('x')], { objectMode: false })
    await assert.rejects(store.put(key, body, { sizeBytesMax: 10, signal: AbortSignal.abort() }), {
      name: 'AbortError',
    })
    assert.equal(await store.stat(key), null)
    assert.equal(await place.leftovers(), 0)
  })

  test(`${name}: two puts at once leave one of them whole`, async () => {
    const key = newKey()
    const bodies = [randomBytes(9 * mebibyte), randomBytes(9 * mebibyte)]
    await Promise.all(bodies.map((bytes) => put(key, bytes)))
    const got = await read(key)
    assert.ok(bodies.some((bytes) => bytes.equals(got)))
  })

  test(`${name}: move replaces the target, removes the source, and onto itself changes nothing`, async () => {
    const [from, to] = [newKey(), newKey()]
    await put(from, Buffer.from('new'))
    await put(to, Buffer.from('old'))
    await store.move(from, to)
    assert.equal((await read(to)).toString(), 'new')
    assert.equal(await store.stat(from), null)
    await store.move(to, to)
    assert.equal((await read(to)).toString(), 'new')
    await store.delete(to)
    assert.equal(await store.stat(to), null)
  })

  test(`${name}: toFile writes a private file, never over another one`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'store-'))
    try {
      const key = newKey()
      const bytes = randomBytes(300_000)
      await put(key, bytes)
      const path = join(folder, 'recording')
      await store.toFile(key, path)
      assert.ok((await readFile(path)).equals(bytes))
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      await writeFile(path, 'precious')
      await assert.rejects(store.toFile(key, path))
      assert.equal(await readFile(path, 'utf8'), 'precious')
      await assert.rejects(store.toFile(key, join(folder, 'aborted'), AbortSignal.abort()))
      assert.deepEqual(await readdir(folder), ['recording'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test(`${name}: keys that we did not make are refused at every door`, async () => {
    const id = randomUUID()
    const bad = [
      '',
      'x',
      '../../etc/passwd',
      `org/${id}/rec/../../x`,
      `org/${id}/rec/${id}/`,
      `/org/${id}/rec/${id}`,
      `org/${id}/rec/${id}\n`,
      `org/${id}/rec/${id}\0`,
      `org/${id.toUpperCase()}/rec/${id}`,
      `org/${id}//${id}`,
    ]
    for (const key of bad) {
      await assert.rejects(put(key, Buffer.from('x')), { code: 'bad_store_key' }, JSON.stringify(key))
      await assert.rejects(async () => store.open(key), { code: 'bad_store_key' })
      await assert.rejects(async () => store.stat(key), { code: 'bad_store_key' })
      await assert.rejects(async () => store.delete(key), { code: 'bad_store_key' })
      await assert.rejects(async () => store.move(key, newKey()), { code: 'bad_store_key' })
    }
    assert.throws(() => storeKey('../..', 'rec', id), { code: 'bad_store_key' })
  })
}

function* chunksOf(sizeBytes: number): Generator<Buffer> {
  for (let left = sizeBytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), left % 251)
}

function* breaking(afterBytes: number): Generator<Buffer> {
  yield* chunksOf(afterBytes)
  throw new Error('the client went away')
}
