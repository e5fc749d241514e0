// What a ZIP archive looks like to whoever reads one, and how much of it is taken. Types and figures alone.

import type { Readable } from 'node:stream'

/** Bytes that can be read anywhere, such as an object in a store. Both ends as in an HTTP Range header. */
export type RandomAccess = {
  sizeBytes: number
  read(startByte: number, endByte: number, signal: AbortSignal): Promise<Readable>
}

export type ArchiveLimits = {
  /** Of the archive itself. */
  archiveBytesMax: number
  /** Files and directories. */
  entriesMax: number
  /** Of one entry, unpacked. */
  entryBytesMax: number
  /** Of all entries, unpacked. */
  totalBytesMax: number
  /** Unpacked to packed, of an entry that is above 1 MiB unpacked. */
  entryRatioMax: number
  /** Unpacked to the size of the archive, of an archive that is above 1 MiB unpacked. */
  totalRatioMax: number
  /** Of the list of entries at the archive's end. */
  directoryBytesMax: number
  /** Of an entry's name with its folders. */
  nameBytesMax: number
  /** Folders around a file. */
  depthMax: number
}

const MiB = 2 ** 20
const GiB = 2 ** 30

export const defaultArchiveLimits: ArchiveLimits = {
  archiveBytesMax: 3 * GiB,
  entriesMax: 25_000,
  entryBytesMax: 2 * GiB,
  totalBytesMax: 12 * GiB,
  entryRatioMax: 200,
  totalRatioMax: 20,
  directoryBytesMax: 32 * MiB,
  nameBytesMax: 255,
  depthMax: 8,
}

/** Why something is not taken: `code` for programs, `reason` for people. */
export type Refusal = { code: RefusalCode; reason: string }

export type RefusalCode =
  // The whole archive.
  | 'not_a_zip'
  | 'zip_truncated'
  | 'zip_bytes_before'
  | 'zip_bytes_behind'
  | 'zip_two_ends'
  | 'zip_multi_disk'
  | 'zip_directory'
  | 'zip_overlap'
  | 'zip_too_large'
  | 'zip_too_many_entries'
  | 'zip_directory_too_large'
  | 'zip_contents_too_large'
  | 'zip_ratio'
  | 'zip_encrypted'
  // One entry.
  | 'zip_entry_name'
  | 'zip_entry_duplicate'
  | 'zip_entry_encrypted'
  | 'zip_entry_method'
  | 'zip_entry_type'
  | 'zip_entry_archive'
  | 'zip_entry_mismatch'
  | 'zip_entry_too_large'
  | 'zip_entry_ratio'
  | 'zip_entry_damaged'

export type ArchiveEntry = {
  /** Its place in the archive's own list, directories counted: the same each time the archive is opened. */
  index: number
  /**
   * With `/` between folders and file, in Unicode's composed form (NFC), without `.` and empty folders. Of a refused
   * entry: fit to be shown, no more.
   */
  name: string
  /** Unpacked. */
  sizeBytes: number
  compressedBytes: number
  /** Where the archive has no time with a zone, the time it has is read as UTC. */
  modifiedAt: Date | null
  refusal: Refusal | null
}

export type Archive = {
  /** Without the directories. Refused ones are listed too. */
  entries: ArchiveEntry[]
  /**
   * The unpacked content. A refused entry is a Problem of kind `invalid` with its code; so is what turns out on the way
   * (other bytes than the archive promised, an archive inside the archive), here or as the stream's error: content counts
   * only once the stream has ended. Failures of the RandomAccess come as they are.
   */
  open(entry: ArchiveEntry, signal: AbortSignal): Promise<Readable>
  /** The whole of a small content, without the cost of a stream; null for a large one. Problems as of `open`. */
  readSmall(entry: ArchiveEntry, signal: AbortSignal): Promise<Buffer | null>
  /** Ends the streams that are still open. */
  close(): void
}
