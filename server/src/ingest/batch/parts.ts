// The bytes of a job's contents, read anywhere as if its parts in the store were one file. What is read piece by piece in
// order, such as the many small files of an archive, is fetched in larger blocks.

import { Readable } from 'node:stream'
import { Problem } from '../../platform/problem.ts'
import type { RandomAccess } from '../../platform/zip/archive.ts'
import type { Store } from '../../storage/index.ts'
import type { Part } from '../jobs/shapes.ts'

const blockBytes = 512 * 1024
/** What is at least so large is read straight from the store. */
const streamedBytesMin = 128 * 1024
const blocksKept = 4

/** A part that is gone is Problem('not_found') as the store has it; one that is cut short an error. */
export function openParts(store: Store, parts: readonly Part[]): RandomAccess {
  const placed: (Part & { start: number })[] = []
  let sizeBytes = 0
  for (const part of parts) {
    placed.push({ ...part, start: sizeBytes })
    sizeBytes += part.size_bytes
  }

  async function* stream(start: number, end: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    for (const part of placed) {
      const from = Math.max(start - part.start, 0)
      const to = Math.min(end - part.start, part.size_bytes - 1)
      if (from > to) continue
      signal.throwIfAborted()
      const { stream: bytes } = await store.open(part.store_key, { start: from, end: to })
      let left = to - from + 1
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        signal.throwIfAborted()
        left -= chunk.length
        yield chunk
      }
      if (left !== 0) throw new Problem('unavailable', 'storage_unavailable', 'A stored file is shorter than it was.')
    }
  }

  const blocks = new Map<number, Promise<Buffer>>()
  const readBlock = (index: number): Promise<Buffer> => {
    const known = blocks.get(index)
    if (known) return known
    const start = index * blockBytes
    const end = Math.min(start + blockBytes, sizeBytes) - 1
    // Of no one reader: others may wait for the same block.
    const block = Array.fromAsync(stream(start, end, new AbortController().signal)).then((chunks) =>
      Buffer.concat(chunks),
    )
    blocks.set(index, block)
    block.catch(() => blocks.delete(index))
    for (const oldest of blocks.keys()) {
      if (blocks.size <= blocksKept) break
      blocks.delete(oldest)
    }
    return block
  }

  return {
    sizeBytes,
    async read(startByte, endByte, signal) {
      signal.throwIfAborted()
      const end = Math.min(endByte, sizeBytes - 1)
      if (end - startByte + 1 >= streamedBytesMin)
        return Readable.from(stream(startByte, end, signal), { objectMode: false })
      const pieces: Buffer[] = []
      for (let at = startByte; at <= end; ) {
        const index = Math.floor(at / blockBytes)
        const block = await readBlock(index)
        const piece = block.subarray(at - index * blockBytes, end + 1 - index * blockBytes)
        pieces.push(piece)
        at += piece.length
        if (piece.length === 0)
          throw new Problem('unavailable', 'storage_unavailable', 'A stored file is shorter than it was.')
      }
      return Readable.from(pieces, { objectMode: false })
    },
  }
}
