// Reads the directory of an archive, its list of entries (APPNOTE 6.3.10 §4.3.12), with yauzl. What is wrong with one
// entry by this list alone is noted there (entry-faults.ts); here is what makes the list itself unreadable.

import { setImmediate } from 'node:timers/promises'
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl'
import type { ArchiveEnd } from './end-record.ts'
import { entryFault } from './entry-faults.ts'
import { decodeName, shownName, tidy } from './entry-name.ts'
import { readRange } from './read-range.ts'
import { refused, shownBytes } from './refused.ts'
import type { ArchiveEntry, ArchiveLimits, RandomAccess } from './shapes.ts'

const recordBytes = 46
/** The fields of an entry beside the fixed ones: times, owners, rights. Four bytes can make a field, and a field an object. */
export const extraBytesMax = 4096

/** What the archive says of an entry. */
export type EntryRecord = {
  entry: ArchiveEntry
  isDirectory: boolean
  nameRaw: Buffer
  flags: number
  method: number
  crc32: number
  /** Where its local header is. */
  headerAt: number
  /** Where its content begins: known once the local header is (local-headers.ts). */
  dataAt: number
  /** Up to where there are but small contents from here on: reading one, the others may as well be read (content.ts). */
  smallTo: number
}

/** In the order of the directory. At most `directoryBytesMax` are read, and held no longer than this takes. */
export async function readDirectory(
  bytes: RandomAccess,
  end: ArchiveEnd,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<EntryRecord[]> {
  if (end.entryCount > limits.entriesMax)
    throw refused(
      'zip_too_many_entries',
      `The archive has ${end.entryCount} files and folders; at most ${limits.entriesMax} are taken. Make several of it.`,
    )
  if (end.directoryBytes > limits.directoryBytesMax)
    throw refused(
      'zip_directory_too_large',
      `The archive's list of files takes ${shownBytes(end.directoryBytes)}; at most ` +
        `${shownBytes(limits.directoryBytesMax)} are taken. Make several archives of it.`,
    )
  const directory = await readRange(bytes, end.directoryStart, end.directoryBytes, signal)
  walk(directory, end.entryCount)
  const reader = new LoadedBytes([
    { start: end.directoryStart, content: directory },
    { start: end.tailStart, content: end.tail },
  ])
  const records: EntryRecord[] = []
  for await (const entry of listed(reader, bytes.sizeBytes)) {
    records.push(recordOf(entry, records.length, limits))
    // All of it is in memory: without this, nothing else would run until the last entry.
    if (records.length % 1000 === 0) await setImmediate(undefined, { signal })
  }
  return records
}

async function* listed(reader: LoadedBytes, sizeBytes: number): AsyncGenerator<Entry> {
  try {
    // Names and sizes are judged one by one; yauzl would give up on the whole.
    const options = { autoClose: false, decodeStrings: false, validateEntrySizes: false }
    const zip = await fromRandomAccessReaderPromise(reader, sizeBytes, options)
    for await (const entry of zip.eachEntry()) yield entry
  } catch (error) {
    throw asRefusal(error)
  }
}

/** What yauzl does not ask: whether the list is exactly as long as its entries, and each of them of a sane size. */
function walk(directory: Buffer, entryCount: number): void {
  let at = 0
  for (let entry = 0; entry < entryCount; entry++) {
    if (at + recordBytes > directory.length) throw unreadable('it is shorter than it says')
    const extraBytes = directory.readUInt16LE(at + 30)
    if (extraBytes > extraBytesMax) throw unreadable('it has more attributes than files have')
    if (![0, 0xffff].includes(directory.readUInt16LE(at + 34)))
      throw refused('zip_multi_disk', 'The archive is one part of several. Make one archive, not split into parts.')
    at += recordBytes + directory.readUInt16LE(at + 28) + extraBytes + directory.readUInt16LE(at + 32)
  }
  if (at !== directory.length) throw unreadable('it is not as long as it says')
}

const unreadable = (why: string, cause?: unknown) =>
  refused('zip_directory', `The archive's list of files is damaged: ${why}. Make the archive anew.`, cause)

function asRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return /strong encryption/.test(error.message)
    ? refused('zip_encrypted', 'The archive is encrypted. Make one without a password.', error)
    : unreadable(error.message, error)
}

function recordOf(entry: Entry, index: number, limits: ArchiveLimits): EntryRecord {
  // A copy: yauzl's is a part of the whole record, which would be kept with it.
  const nameRaw = Buffer.from(entry.fileNameRaw)
  const name = decodeName(nameRaw, entry.generalPurposeBitFlag, entry.extraFields)
  const refusal = entryFault(entry, name, limits)
  return {
    entry: {
      index,
      name: refusal ? shownName(name.text) : tidy(name.text),
      sizeBytes: entry.uncompressedSize,
      compressedBytes: entry.compressedSize,
      modifiedAt: modifiedAt(entry),
      refusal,
    },
    isDirectory: nameRaw.at(-1) === 0x2f && entry.uncompressedSize === 0,
    nameRaw,
    flags: entry.generalPurposeBitFlag,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    headerAt: entry.relativeOffsetOfLocalHeader,
    dataAt: entry.relativeOffsetOfLocalHeader,
    smallTo: 0,
  }
}

/** Lies of the clock end as null: month 0, a year before DOS. */
function modifiedAt(entry: Entry): Date | null {
  const date = entry.getLastModDate({ timezone: 'UTC' })
  const year = date.getUTCFullYear()
  return year >= 1980 && year < 2108 ? date : null
}

/** Lets yauzl read what is in memory, and nothing else. */
class LoadedBytes extends RandomAccessReader {
  readonly #parts: { start: number; content: Buffer }[]

  constructor(parts: { start: number; content: Buffer }[]) {
    super()
    this.#parts = parts
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const part = this.#parts.find(
      ({ start, content }) => start <= position && position + length <= start + content.length,
    )
    part?.content.copy(buffer, offset, position - part.start, position - part.start + length)
    callback(part ? null : new Error('it lies outside the archive'))
  }
}
