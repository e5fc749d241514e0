// An archive in a file, read in large pieces.

import { createReadStream, statSync } from 'node:fs'
import type { RandomAccess } from '../../src/platform/zip/archive.ts'

export const onDisk = (path: string): RandomAccess => ({
  sizeBytes: statSync(path).size,
  async read(start, end, signal) {
    return createReadStream(path, { start, end, signal, highWaterMark: 256 * 1024 })
  },
})
