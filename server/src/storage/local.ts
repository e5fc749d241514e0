// Objects as files under one folder: written aside, flushed to the disk, then renamed into place.
// Knows nothing of what the bytes are, nor who may read them.

import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../platform/problem.ts'
import { checkKey, meter, noSuchObject, resolveRange, type Store, storageUnavailable, writeNewFile } from './store.ts'

/** `root` is created when absent. Unfinished writes live in `root/unfinished`, on the same file system. */
export function localStore({ root }: { root: string }): Store {
  const folder = resolve(root)
  const unfinished = join(folder, 'unfinished')
  const pathOf = (key: string) => join(folder, checkKey(key))

  const store: Store = {
    async put(key, body, { sizeBytesMax, signal }) {
      const path = pathOf(key)
      const written = join(unfinished, randomUUID())
      const measure = meter(sizeBytesMax)
      try {
        await makeFolder(unfinished)
        const file = await open(written, 'wx', 0o600)
        try {
          await pipeline(body, measure.through, (chunks) => writeAll(file, chunks), { signal })
          await file.sync()
        } finally {
          await file.close()
        }
        signal?.throwIfAborted()
        await place(written, path)
      } catch (error) {
        body.destroy()
        await unlink(written).catch(() => undefined)
        throw isAbsent(error) ? storageUnavailable(error) : asProblem(error)
      }
      return measure.result()
    },

    async open(key, range = {}) {
      // The handle is taken first, so that size and bytes are of one version even while the key is replaced.
      const file = await open(pathOf(key), 'r').catch(rethrow)
      try {
        const { size } = await file.stat()
        const part = resolveRange(range, size)
        const stream = createReadStream('', { fd: file, ...(part ?? {}), highWaterMark: 256 * 1024 })
        return { stream, sizeBytes: size }
      } catch (error) {
        await file.close()
        throw error
      }
    },

    async stat(key) {
      const found = await stat(pathOf(key)).catch((error) => (isAbsent(error) ? null : rethrow(error)))
      return found && { sizeBytes: found.size }
    },

    async delete(key) {
      await unlink(pathOf(key)).catch((error) => (isAbsent(error) ? undefined : rethrow(error)))
    },

    async toFile(key, path, signal) {
      const { stream } = await store.open(key)
      await writeNewFile(stream, path, signal).catch(rethrow)
    },

    async move(from, to) {
      const source = pathOf(from)
      await stat(source).catch(rethrow)
      if (from !== to) await place(source, pathOf(to)).catch(rethrow)
    },

    async sweep(olderThanMs) {
      const before = Date.now() - olderThanMs
      const names = await readdir(unfinished).catch((error) => (isAbsent(error) ? [] : rethrow(error)))
      let removed = 0
      for (const name of names) {
        const path = join(unfinished, name)
        // Another process may have finished or removed the file meanwhile.
        const found = await stat(path).catch(() => null)
        if (!found || found.mtimeMs > before) continue
        await unlink(path).catch((error) => (isAbsent(error) ? undefined : rethrow(error)))
        removed++
      }
      return removed
    },
  }
  return store
}

async function writeAll(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    let rest = chunk
    while (rest.length > 0) rest = rest.subarray((await file.write(rest)).bytesWritten)
  }
}

/** A rename is only safe against a power cut once the folder that holds the name is flushed as well. */
async function place(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to))
  await rename(from, to)
  const folder = await open(dirname(to), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function isAbsent(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

function rethrow(error: unknown): never {
  throw asProblem(error)
}

function asProblem(error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
      return noSuchObject(error)
    case 'ENOSPC':
    case 'EDQUOT':
      return new Problem('unavailable', 'storage_full', 'The server has no room left to store files.', { cause: error })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EIO':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOTDIR':
      return storageUnavailable(error)
    default:
      return error
  }
}
