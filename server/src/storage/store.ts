// What a place for bytes must be able to do, how its keys look, and the measuring of bytes on their way in.
// Where the bytes live is each implementation's business (local.ts, s3.ts); what they mean is the business of others.

import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../platform/problem.ts'

export type Stored = { sizeBytes: number; sha256Hex: string }
export type PutOptions = { sizeBytesMax: number; contentType?: string; signal?: AbortSignal }
/** Both ends count, as in an HTTP Range header; an end past the last byte means the last byte. */
export type ByteRange = { start?: number; end?: number }
/** `sizeBytes` is that of the whole object, whatever range was asked for. */
export type Opened = { stream: Readable; sizeBytes: number }

/**
 * Keys come from `storeKey`. An absent object is Problem not_found `no_such_object`; a place that cannot be reached
 * or is full is Problem unavailable. A stream that breaks while it is read ends with an error, never short.
 */
export type Store = {
  /**
   * Takes the whole body, in bounded memory. Nothing is visible under the key until all of it is safe; a second put
   * replaces the first. Above `sizeBytesMax`: Problem too_large `object_too_large`. A body that breaks or is aborted
   * rejects with its own error; either way nothing is left behind.
   */
  put(key: string, body: Readable, options: PutOptions): Promise<Stored>
  /** A range that starts past the end, or backwards: Problem invalid `range_not_satisfiable` with `sizeBytes`. */
  open(key: string, range?: ByteRange): Promise<Opened>
  /** null when there is no such object. */
  stat(key: string): Promise<{ sizeBytes: number } | null>
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>
  /** Writes a new file, 0600; fails if the path exists, and leaves no half file. */
  toFile(key: string, path: string, signal?: AbortSignal): Promise<void>
  /** Replaces what `to` held. Run again after a crash, it completes what the first run began. */
  move(from: string, to: string): Promise<void>
  /** Removes what puts that never ended (a killed process) left behind; answers how many. */
  sweep(olderThanMs: number): Promise<number>
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const keyShape = new RegExp(`^org/${uuid}/[a-z]{1,20}/${uuid}$`)

/** `org/<uuid>/rec/<uuid>`: made of ids alone, so that no name of a client's ever becomes a path. */
export function storeKey(orgId: string, kind: string, id: string): string {
  return checkKey(`org/${orgId}/${kind}/${id}`)
}

/** The key itself. A bad one is our own mistake, or a forged one that should not have come this far. */
export function checkKey(key: string): string {
  if (!keyShape.test(key)) throw new Problem('bug', 'bad_store_key', 'This object key was not made by this server.')
  return key
}

/** Passes chunks through while it counts and hashes them; stops the stream at the limit. */
export function meter(sizeBytesMax: number) {
  const hash = createHash('sha256')
  let sizeBytes = 0
  return {
    async *through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        sizeBytes += chunk.length
        if (sizeBytes > sizeBytesMax) throw tooLarge(sizeBytesMax)
        hash.update(chunk)
        yield chunk
      }
    },
    result: (): Stored => ({ sizeBytes, sha256Hex: hash.digest('hex') }),
  }
}

export function noSuchObject(cause?: unknown): Problem {
  return new Problem('not_found', 'no_such_object', 'There is no stored file under this key.', { cause })
}

export function storageUnavailable(cause: unknown): Problem {
  const detail = 'The server cannot reach its file storage just now.'
  return new Problem('unavailable', 'storage_unavailable', detail, { cause })
}

/** The range in absolute numbers, both ends included; null means all of it. */
export function resolveRange(range: ByteRange, sizeBytes: number): { start: number; end: number } | null {
  if (range.start === undefined && range.end === undefined) return null
  const start = range.start ?? 0
  const end = Math.min(range.end ?? sizeBytes - 1, sizeBytes - 1)
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end)) {
    throw rangeNotSatisfiable(sizeBytes)
  }
  return { start, end }
}

/** Streams into a new file; an unfinished one is removed. */
export async function writeNewFile(stream: Readable, path: string, signal?: AbortSignal): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  let isOurs = false
  file.once('open', () => {
    isOurs = true
  })
  try {
    await pipeline(stream, file, { signal })
  } catch (error) {
    if (isOurs) await unlink(path).catch(() => undefined)
    throw error
  }
}

function tooLarge(sizeBytesMax: number): Problem {
  return new Problem('too_large', 'object_too_large', `The file is larger than the ${sizeBytesMax} bytes allowed.`, {
    facts: { size_bytes_max: sizeBytesMax },
  })
}

function rangeNotSatisfiable(sizeBytes: number): Problem {
  return new Problem('invalid', 'range_not_satisfiable', `The range lies outside of the file's ${sizeBytes} bytes.`, {
    facts: { size_bytes: sizeBytes },
  })
}
