// An archive in memory, given out in pieces of any size, as a store would.

import { Readable } from 'node:stream'
import type { RandomAccess } from '../../src/platform/zip/archive.ts'

export type CountedAccess = RandomAccess & { reads: number; readBytes: number }

export function inMemory(content: Buffer, pieceBytes = 64 * 1024): CountedAccess {
  const access: CountedAccess = {
    sizeBytes: content.length,
    reads: 0,
    readBytes: 0,
    async read(startByte, endByte, signal) {
      signal.throwIfAborted()
      if (startByte < 0 || endByte < startByte || endByte >= content.length)
        throw new Error(`There are no bytes ${startByte} to ${endByte} in ${content.length}`)
      access.reads++
      access.readBytes += endByte + 1 - startByte
      return Readable.from(pieces(content.subarray(startByte, endByte + 1), pieceBytes), { objectMode: false })
    },
  }
  return access
}

function* pieces(content: Buffer, pieceBytes: number): Generator<Buffer> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes)
}
