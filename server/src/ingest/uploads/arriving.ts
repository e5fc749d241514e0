// The bytes of one request into parts of an upload. A part ends when it is long or old enough, when nothing has come for
// a while, and when the request ends or breaks off: what has arrived by then is safe, and a killed process loses at most
// the part that it was writing.

import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { type Store, storeKey } from '../../storage/index.ts'
import { joinSmallParts, wantsJoining } from './small-parts.ts'
import { addPart, type Lease, releaseLease, renewLease, takeLease, type Upload, type UploadPart } from './uploads.ts'

export type PartLimits = {
  sizeBytesMax: number
  ageMsMax: number
  /** How long a client may be silent before others may go on in its place. */
  silenceMsMax: number
}

export const partLimits: PartLimits = { sizeBytesMax: 64 * 2 ** 20, ageMsMax: 30_000, silenceMsMax: 4000 }
const renewMs = 2000

export const partKey = ({ org_id, purpose }: Pick<Upload, 'org_id' | 'purpose'>): string =>
  storeKey(org_id, purpose === 'batch' ? 'batch' : 'rec', newId())

/**
 * Answers with the offset after it. `bytes` that fail end the part that is being written, and it is kept.
 * @throws as takeLease, and as the store does
 */
export async function writeArriving(
  { db, store, limits = partLimits }: { db: Db; store: Store; limits?: PartLimits },
  upload: Upload,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  const source = arriving(bytes, limits)
  let offset = upload.offset_bytes
  while (await source.more()) {
    const key = partKey(upload)
    const { lease, upload: now } = await takeLease(db, upload, offset, key)
    const part = await whileHeld(db, lease, () => storePart(store, key, source.part(), upload.size_bytes - offset))
    const parts = [...now.parts, part]
    const joinedKey = wantsJoining(parts) ? partKey(upload) : null
    try {
      await addPart(db, lease, part, { offset, nextKey: joinedKey })
    } catch (err) {
      // Any other failure may have come after the commit: then it is a part.
      if (err instanceof Problem) await store.delete(key)
      throw err
    }
    offset += part.size_bytes
    if (joinedKey) await whileHeld(db, lease, () => joinSmallParts({ db, store }, lease, parts, joinedKey))
  }
  return offset
}

async function storePart(
  store: Store,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
  sizeBytesMax: number,
): Promise<UploadPart> {
  const { sizeBytes, sha256Hex } = await store.put(key, Readable.from(bytes, { objectMode: false }), { sizeBytesMax })
  return { store_key: key, size_bytes: sizeBytes, sha256: sha256Hex }
}

/** Keeps the lease while `work` runs; gives it back when it fails. */
export async function whileHeld<T>(db: Db, lease: Lease, work: () => Promise<T>): Promise<T> {
  // A renewal that fails is made up for by the next, or the lease is lost, which its holder finds out at the end.
  const timer = setInterval(() => renewLease(db, lease).catch(() => undefined), renewMs)
  try {
    return await work()
  } catch (err) {
    await releaseLease(db, lease).catch(() => undefined)
    throw err
  } finally {
    clearInterval(timer)
  }
}

/** Cuts what comes into parts. A failure of `bytes` is an end. */
function arriving(bytes: AsyncIterable<Uint8Array>, limits: PartLimits) {
  const chunks = bytes[Symbol.asyncIterator]()
  const read = () => chunks.next().catch(() => ({ done: true as const, value: undefined }))
  let coming = read()
  return {
    /** Waits for the next byte, or for the end. */
    more: async () => !(await coming).done,
    async *part(): AsyncGenerator<Uint8Array> {
      const endsAt = performance.now() + limits.ageMsMax
      let sizeBytes = 0
      while (sizeBytes < limits.sizeBytesMax && performance.now() < endsAt) {
        const silence = new AbortController()
        const silent = delay(limits.silenceMsMax, null, { signal: silence.signal })
        const next = await Promise.race([coming, silent]).finally(() => silence.abort())
        if (next === null || next.done) return
        coming = read()
        sizeBytes += next.value.length
        yield next.value
      }
    },
  }
}
