// Many small parts become one: a client may send a few bytes at a time, and its upload still has a bounded number of
// parts.

import { Readable } from 'node:stream'
import type { Db } from '../../platform/db/db.ts'
import type { Store } from '../../storage/index.ts'
import type { Part } from '../jobs/shapes.ts'
import { removeUnused } from './unused.ts'
import { type Lease, replaceParts, type UploadPart } from './uploads.ts'

const smallBytes = 8 * 2 ** 20
const smallMax = 32

const smallAtEnd = (parts: UploadPart[]) =>
  parts.slice(parts.findLastIndex(({ size_bytes }) => size_bytes >= smallBytes) + 1)

export const wantsJoining = (parts: UploadPart[]): boolean => smallAtEnd(parts).length >= smallMax

/** The last ones become one under `key`, which is promised already. The lease ends here. */
export async function joinSmallParts(
  { db, store }: { db: Db; store: Store },
  lease: Lease,
  parts: UploadPart[],
  key: string,
): Promise<void> {
  const small = smallAtEnd(parts)
  const joined = await joinParts(store, small, key)
  await replaceParts(db, lease, parts, [...parts.slice(0, parts.length - small.length), joined])
  const unused = small.map(({ store_key }) => store_key)
  // Or by housekeeping.
  await removeUnused({ db, store }, lease, unused).catch(() => undefined)
}

/** All of them as one object, through bounded memory. */
export async function joinParts(store: Store, parts: readonly Part[], key: string): Promise<UploadPart> {
  const sizeBytesMax = parts.reduce((sum, { size_bytes }) => sum + size_bytes, 0)
  const body = Readable.from(bytesOf(store, parts), { objectMode: false })
  const { sizeBytes, sha256Hex } = await store.put(key, body, { sizeBytesMax })
  return { store_key: key, size_bytes: sizeBytes, sha256: sha256Hex }
}

async function* bytesOf(store: Store, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { store_key } of parts) yield* (await store.open(store_key)).stream
}
