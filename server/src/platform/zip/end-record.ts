// Finds the end record of an archive (APPNOTE 6.3.10 §4.3.14 to §4.3.16) and through it the directory. Stricter than ZIP
// readers are: what two readers could understand in two ways is refused.

import { archiveKindOf, telltaleBytes } from './other-formats.ts'
import { readRange } from './read-range.ts'
import { refused, shownBytes } from './refused.ts'
import type { RandomAccess } from './shapes.ts'

const endSignature = Buffer.from('PK\x05\x06', 'latin1')
const endBytes = 22
const locatorSignature = Buffer.from('PK\x06\x07', 'latin1')
const locatorBytes = 20
const end64Signature = Buffer.from('PK\x06\x06', 'latin1')
const end64Bytes = 56
/** Room for the ZIP64 records in front of the longest comment. */
const tailBytes = 0xffff + endBytes + locatorBytes + 4096

/** Where the directory is, and the end of the file from `tailStart` on. */
export type ArchiveEnd = {
  directoryStart: number
  directoryBytes: number
  entryCount: number
  tailStart: number
  tail: Buffer
}

/** Reads at most 70 KiB. A Problem says what is wrong with the archive as a whole. */
export async function findEnd(bytes: RandomAccess, signal: AbortSignal): Promise<ArchiveEnd> {
  const first = await readRange(bytes, 0, Math.min(telltaleBytes, bytes.sizeBytes), signal)
  const kind = archiveKindOf(first)
  if (kind && kind !== 'ZIP')
    throw refused('not_a_zip', `Bad archive: this is a ${kind} file, whatever its name says. Make a ZIP archive of it.`)
  const tailStart = Math.max(0, bytes.sizeBytes - tailBytes)
  const tail = await readRange(bytes, tailStart, bytes.sizeBytes - tailStart, signal)
  const at = endAt(tail, kind === 'ZIP')
  const plain = plainEnd(tail, at)
  const locatorAt = at - locatorBytes
  const is64 = locatorAt >= 0 && isAt(tail, locatorAt, locatorSignature)
  const { record, recordAt } = is64 ? end64(tail, tailStart, locatorAt, plain) : { record: plain, recordAt: at }
  if (record.disks.some((disk) => disk !== 0) || record.entriesHere !== record.entryCount)
    throw refused('zip_multi_disk', 'The archive is one part of several. Make one archive, not split into parts.')
  mustReach(tailStart + recordAt, record, is64)
  const { directoryStart, directoryBytes, entryCount } = record
  return { directoryStart, directoryBytes, entryCount, tailStart, tail }
}

const isAt = (buffer: Buffer, at: number, signature: Buffer): boolean =>
  buffer.subarray(at, at + signature.length).equals(signature)

/** Where in the tail the end record is. There must be one that ends where the file ends, and no other behind it. */
function endAt(tail: Buffer, beginsAsZip: boolean): number {
  const found: number[] = []
  for (let at = tail.indexOf(endSignature); at >= 0; at = tail.indexOf(endSignature, at + 1)) found.push(at)
  const endOf = (at: number) => (at + endBytes > tail.length ? Infinity : at + endBytes + tail.readUInt16LE(at + 20))
  const [fitting, another] = found.filter((at) => endOf(at) === tail.length)
  const last = found.at(-1)
  if (last === undefined)
    throw beginsAsZip
      ? refused('zip_truncated', 'The end of the archive is missing: sending it broke off. Send it again.')
      : refused('not_a_zip', 'Bad archive: this is no ZIP file. Make a ZIP archive of the files and send that.')
  if (fitting !== undefined && (another !== undefined || fitting !== last))
    throw refused(
      'zip_two_ends',
      'The archive has two ends, so that programs could find different files in it. Make it anew.',
    )
  if (fitting !== undefined) return fitting
  if (endOf(last) > tail.length)
    throw refused('zip_truncated', 'The last bytes of the archive are missing: sending it broke off. Send it again.')
  const behind = shownBytes(tail.length - endOf(last))
  throw refused(
    'zip_bytes_behind',
    `Behind the end of the archive there are ${behind} that do not belong to it. Make it anew.`,
  )
}

type Numbers = {
  disks: number[]
  entriesHere: number
  entryCount: number
  directoryBytes: number
  directoryStart: number
}

const plainEnd = (tail: Buffer, at: number): Numbers => ({
  disks: [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)],
  entriesHere: tail.readUInt16LE(at + 8),
  entryCount: tail.readUInt16LE(at + 10),
  directoryBytes: tail.readUInt32LE(at + 12),
  directoryStart: tail.readUInt32LE(at + 16),
})

const broken64 = (what: string) =>
  refused('zip_directory', `The archive's ZIP64 records contradict themselves: ${what}. Make it anew.`)

/** The ZIP64 record, which must lie between the directory and its locator, and agree with the plain one. */
function end64(tail: Buffer, tailStart: number, locatorAt: number, plain: Numbers) {
  const recordAt = uint64(tail, locatorAt + 8) - tailStart
  if (!(recordAt >= 0 && recordAt + end64Bytes <= locatorAt && isAt(tail, recordAt, end64Signature)))
    throw broken64('the one is not where the other says')
  if (recordAt + 12 + uint64(tail, recordAt + 4) !== locatorAt) throw broken64('the size of the one is wrong')
  const disksTotal = tail.readUInt32LE(locatorAt + 16)
  const record: Numbers = {
    disks: [
      tail.readUInt32LE(recordAt + 16),
      tail.readUInt32LE(recordAt + 20),
      tail.readUInt32LE(locatorAt + 4),
      // Some write 0 for the one disk that there is.
      Math.max(0, disksTotal - 1),
    ],
    entriesHere: uint64(tail, recordAt + 24),
    entryCount: uint64(tail, recordAt + 32),
    directoryBytes: uint64(tail, recordAt + 40),
    directoryStart: uint64(tail, recordAt + 48),
  }
  const agrees = (small: number, most: number, large: number) => small === most || small === large
  const allAgree =
    plain.disks.every((disk) => agrees(disk, 0xffff, 0)) &&
    agrees(plain.entriesHere, 0xffff, record.entriesHere) &&
    agrees(plain.entryCount, 0xffff, record.entryCount) &&
    agrees(plain.directoryBytes, 0xffffffff, record.directoryBytes) &&
    agrees(plain.directoryStart, 0xffffffff, record.directoryStart)
  if (!allAgree) throw broken64('they give different numbers')
  return { record, recordAt }
}

/** The directory must lie within the file and end where the end record begins. */
function mustReach(endStart: number, { directoryStart, directoryBytes }: Numbers, is64: boolean): void {
  const missing = endStart - directoryStart - directoryBytes
  if (missing === 0) return
  if (missing > 0 && missing % 2 ** 32 === 0)
    throw refused(
      'zip_directory',
      'The archive is above 4 GiB, but was made without ZIP64, as the Finder of macOS does. Make it with another program.',
    )
  if (!is64 && (directoryStart === 0xffffffff || directoryBytes === 0xffffffff)) throw broken64('the one is missing')
  throw missing > 0
    ? refused(
        'zip_bytes_before',
        `The archive has ${shownBytes(missing)} in front of it or in it that do not belong to it. ` +
          'If it unpacks itself as a program, make a plain ZIP archive.',
      )
    : refused('zip_directory', 'The list of files in the archive is not where its end says. Make the archive anew.')
}

/** A lie above 2^53 loses its last bits; it stays far beyond any file. */
const uint64 = (buffer: Buffer, at: number): number => Number(buffer.readBigUInt64LE(at))
