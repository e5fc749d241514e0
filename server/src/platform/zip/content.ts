// One entry's content: unpacked as it comes, counted, and compared with what the archive promised of it. What is wrong
// with it is a Problem; what is wrong with the source of the bytes comes as it is.

import { pipeline, Readable, Transform } from 'node:stream'
import { crc32, createInflateRaw, type InflateRaw, inflateRawSync } from 'node:zlib'
import type { EntryRecord } from './directory.ts'
import { archiveKindOf, telltaleBytes } from './other-formats.ts'
import type { NearbyReads } from './read-nearby.ts'
import { refused } from './refused.ts'
import type { ArchiveEntry, RandomAccess } from './shapes.ts'

const chunkBytes = 256 * 1024
/** Up to here, unpacking at once takes less than a millisecond, and all the machinery of a stream takes longer. */
const smallBytes = 256 * 1024
const smallPackedBytes = 64 * 1024

const isSmall = ({ entry }: EntryRecord): boolean =>
  entry.sizeBytes <= smallBytes && entry.compressedBytes <= smallPackedBytes

/** @param sorted by their places, with local headers looked at */
export function noteSmallRuns(sorted: EntryRecord[]): void {
  let next: EntryRecord | undefined
  for (const record of sorted.toReversed()) {
    record.smallTo = next && isSmall(next) ? next.smallTo : record.dataAt + record.entry.compressedBytes
    next = record
  }
}

/** The record must not be a refused one. A small content is checked whole before this answers. */
export async function openContent(
  bytes: RandomAccess,
  nearby: NearbyReads,
  record: EntryRecord,
  signal: AbortSignal,
): Promise<Readable> {
  const content = await readSmall(nearby, record, signal)
  return content
    ? Readable.from(content.length > 0 ? [content] : [], { objectMode: false })
    : openLarge(bytes, record, signal)
}

/** The whole of a small content, checked; null for one that has to come as a stream. */
export async function readSmall(nearby: NearbyReads, record: EntryRecord, signal: AbortSignal): Promise<Buffer | null> {
  if (!isSmall(record)) return null
  const packed = await nearby(record.dataAt, record.entry.compressedBytes, record.smallTo, signal)
  const { content, usedBytes } =
    record.method === 8 ? inflateSmall(packed, record.entry) : { content: packed, usedBytes: packed.length }
  const check = contentCheck(record)
  check.begin(content)
  check.add(content)
  check.end(usedBytes)
  return content
}

function inflateSmall(packed: Buffer, { sizeBytes }: ArchiveEntry): { content: Buffer; usedBytes: number } {
  // Nothing, packed to nothing: some leave out even the two bytes that say so.
  if (packed.length === 0) return { content: packed, usedBytes: 0 }
  try {
    // With `info` both are there, whatever the types say; `chunkSize` is at least 64.
    const options = { maxOutputLength: sizeBytes + 1, chunkSize: sizeBytes + 64, info: true }
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as { buffer: Buffer; engine: InflateRaw }
    return { content: buffer, usedBytes: engine.bytesWritten }
  } catch (error) {
    throw damaged((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : unpackable, error)
  }
}

async function openLarge(bytes: RandomAccess, record: EntryRecord, signal: AbortSignal): Promise<Readable> {
  const { dataAt } = record
  const { compressedBytes } = record.entry
  if (compressedBytes === 0) throw damaged(tooSmall)
  const source = await bytes.read(dataAt, dataAt + compressedBytes - 1, signal)
  const inflate = record.method === 8 ? createInflateRaw({ chunkSize: chunkBytes }) : null
  const checked = checkedStream(record, () => inflate?.bytesWritten ?? compressedBytes)
  // Before pipeline hears of it: what zlib cannot read is the archive's fault; what the source cannot, is not.
  inflate?.on('error', (error) => checked.destroy(damaged(unpackable, error)))
  const done = () => {}
  return inflate ? pipeline(source, inflate, checked, done) : pipeline(source, checked, done)
}

const tooLarge = 'it is larger than the archive says'
const tooSmall = 'it is smaller than the archive says'
const unpackable = 'it cannot be unpacked'

const damaged = (what: string, cause?: unknown) =>
  refused(
    'zip_entry_damaged',
    `The file is damaged in the archive: ${what}. Make the archive anew, or send it again.`,
    cause,
  )

/** Each step throws when the promise is broken. The ratio was judged by the promised size, so nothing else can exceed it. */
function contentCheck(record: EntryRecord) {
  let crc = 0
  let sizeBytes = 0
  return {
    /** With the first `telltaleBytes`, or all where there are fewer. */
    begin(head: Buffer): void {
      const kind = archiveKindOf(head)
      if (kind)
        throw refused('zip_entry_archive', `It is a ${kind} archive in the archive. Unpack it and put its files in.`)
    },
    add(chunk: Buffer): void {
      sizeBytes += chunk.length
      if (sizeBytes > record.entry.sizeBytes) throw damaged(tooLarge)
      crc = crc32(chunk, crc)
    },
    end(packedBytesUsed: number): void {
      if (sizeBytes !== record.entry.sizeBytes) throw damaged(tooSmall)
      if (packedBytesUsed !== record.entry.compressedBytes) throw damaged('there is more behind its end')
      if (crc !== record.crc32) throw damaged('its checksum is wrong')
    },
  }
}

function checkedStream(record: EntryRecord, packedBytesUsed: () => number): Transform {
  const check = contentCheck(record)
  let head: Buffer | null = Buffer.alloc(0)

  return new Transform({
    highWaterMark: 2 * chunkBytes,
    transform(chunk: Buffer, _encoding, done) {
      try {
        check.add(chunk)
        if (head) {
          head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
          if (head.length < telltaleBytes) return void done()
          chunk = head
          head = null
          check.begin(chunk)
        }
        done(null, chunk)
      } catch (error) {
        done(error as Error)
      }
    },
    flush(done) {
      try {
        if (head) check.begin(head)
        check.end(packedBytesUsed())
        done(null, head)
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
