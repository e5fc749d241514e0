// Reads stretches of a local file. Knows no format.

import type { FileHandle } from 'node:fs/promises'

const chunkBytes = 256 * 1024

/** The bytes from `start`, at most `length` of them; fewer where the file ends. */
export async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** The bytes from `start` to `end`, in chunks of whole `unitBytes` (the last one may be shorter). */
export async function* readChunks(file: FileHandle, start: number, end: number, unitBytes = 1): AsyncGenerator<Buffer> {
  const step = Math.max(1, Math.floor(chunkBytes / unitBytes)) * unitBytes
  for (let at = start; at < end; ) {
    const chunk = await readAt(file, at, Math.min(step, end - at))
    if (chunk.length === 0) return
    yield chunk
    at += chunk.length
  }
}
