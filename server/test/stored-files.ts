// What clients have sent and is kept: recordings and archives, whole or in parts. What the pipeline makes beside them, copies
// for listening and its own work, comes and goes at times of its own, and does not count.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

export async function storedFiles(dataDir: string): Promise<number> {
  const root = join(dataDir, 'store')
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return found.filter((one) => one.isFile() && !/[/\\](playback|workleft|workright)$/.test(one.parentPath)).length
}
