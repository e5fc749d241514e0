// A recording while it is sent: opened so that what is sent is what was hashed, or nothing. A file that changes meanwhile
// is noticed, and starts to settle again.

import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { type Found, isSame, lookAt } from './folder.ts'
import { Trouble, troubleWithFile } from './trouble.ts'

/** Of the whole file, in bounded memory. @throws Trouble('changed' | 'gone' | 'stumble') */
export async function hashOf(root: string, found: Found, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of createReadStream(join(root, found.path), { highWaterMark: 256 * 1024, signal })) {
      hash.update(chunk)
      sizeBytes += chunk.length
    }
  } catch (err) {
    throw troubleWithFile(err, found.path)
  }
  if (sizeBytes !== found.sizeBytes) throw changed(found.path)
  await requireSame(root, found)
  return hash.digest('hex')
}

/** Read from the disk as it is sent; reading fails once the file has another size or time. */
export async function blobOf(root: string, found: Found): Promise<Blob> {
  try {
    const blob = await openAsBlob(join(root, found.path), { type: 'application/octet-stream' })
    await requireSame(root, found)
    return blob
  } catch (err) {
    throw troubleWithFile(err, found.path)
  }
}

/** @throws Trouble('changed' | 'gone') */
export async function requireSame(root: string, found: Found): Promise<void> {
  const now = await lookAt(root, found.path)
  if (!now) throw new Trouble('gone', 'gone', `${found.path} is no longer there.`)
  if (!isSame(now, found)) throw changed(found.path)
}

const changed = (path: string) => new Trouble('changed', 'changed', `${path} is still being written.`)
