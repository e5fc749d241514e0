import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { newId } from '../../platform/ids.ts'
import { openStore, type Store, storeKey } from '../../storage/index.ts'
import type { Part } from '../jobs/shapes.ts'
import { openParts } from './parts.ts'

const { signal } = new AbortController()
let root: string
let store: Store
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'indaba-parts-'))
  store = openStore({ kind: 'local', root })
})
after(() => rm(root, { recursive: true, force: true }))

const put = async (bytes: Buffer): Promise<Part> => {
  const store_key = storeKey(newId(), 'batch', newId())
  await store.put(store_key, Readable.from([bytes]), { sizeBytesMax: 2 ** 30 })
  return { store_key, size_bytes: bytes.length }
}

test('any range over any parts is what it would be of one file', async () => {
  const all = randomBytes(1_500_000)
  const cuts = [0, 1, 524_287, 524_288, 900_000, 1_500_000]
  const parts = await Promise.all(cuts.slice(1).map((end, index) => put(all.subarray(cuts[index], end))))
  const bytes = openParts(store, parts)
  assert.equal(bytes.sizeBytes, all.length)
  const at = fc.integer({ min: 0, max: all.length - 1 })
  await fc.assert(
    fc.asyncProperty(at, fc.oneof(fc.integer({ min: 0, max: 1000 }), at), async (start, length) => {
      const stream = await bytes.read(start, start + length, signal)
      assert.ok(Buffer.concat(await stream.toArray()).equals(all.subarray(start, start + length + 1)))
    }),
    { numRuns: 60 },
  )
})

test('a part that is shorter than it was, or gone, is an error and never a short answer', async () => {
  const part = await put(randomBytes(300_000))
  for (const [parts, code] of [
    [[{ ...part, size_bytes: 400_000 }], 'storage_unavailable'],
    [[part, { store_key: storeKey(newId(), 'batch', newId()), size_bytes: 10 }], 'no_such_object'],
  ] as const) {
    const bytes = openParts(store, parts)
    for (const start of [bytes.sizeBytes - 5, 0]) {
      const read = async () => (await bytes.read(start, bytes.sizeBytes - 1, signal)).toArray()
      await assert.rejects(read, { code })
    }
  }
})
