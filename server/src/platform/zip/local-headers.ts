// Compares each entry's own header (APPNOTE 6.3.10 §4.3.7), and the descriptor behind its data where it has one (§4.3.9),
// with what the directory says of it.

import { type ExtraField, parseExtraFields } from 'yauzl'
import { type EntryRecord, extraBytesMax } from './directory.ts'
import { flag } from './entry-faults.ts'
import { decodeName, tidy } from './entry-name.ts'
import { localHeaderBytes, nextStart, overlap } from './ranges.ts'
import { type Range, type ReadAhead, readAhead } from './read-ahead.ts'
import type { RandomAccess } from './shapes.ts'

const headerSignature = 0x04034b50
const descriptorSignature = 0x08074b50
const descriptorBytesMax = 24
/** Bits 1 and 2 only tell how hard the packer tried; some write them in one place alone. */
const comparedFlags = 0xffff & ~0b110
const zip64Id = 0x0001
/** What programs add to a local header that the directory does not have: times and owners. */
const localExtraBytes = 64

/**
 * Notes where each entry's content begins, and a refusal where the header says something else. Throws when entries overlap.
 * @param sorted by their places, as `inPlace` answers them
 */
export async function checkLocalHeaders(
  bytes: RandomAccess,
  sorted: EntryRecord[],
  directoryStart: number,
  signal: AbortSignal,
): Promise<void> {
  const read = readAhead(bytes, wantedRanges(sorted, directoryStart), signal)
  for (const [place, record] of sorted.entries()) {
    const fault = await compare(record, nextStart(sorted, place, directoryStart), read)
    if (fault)
      record.entry.refusal ??= {
        code: 'zip_entry_mismatch',
        reason: `The archive says two different things of ${fault}. Make the archive anew.`,
      }
  }
}

/** The headers, and in front of each the place where the descriptor of the entry before it would be. */
function wantedRanges(sorted: EntryRecord[], directoryStart: number): Range[] {
  const ranges: Range[] = []
  for (const [place, { headerAt, nameRaw }] of sorted.entries()) {
    const before = sorted[place - 1]
    ranges.push({
      start: before && before.flags & flag.descriptor ? headerAt - descriptorBytesMax : headerAt,
      end: Math.min(directoryStart, headerAt + localHeaderBytes + nameRaw.length + localExtraBytes),
    })
  }
  const last = sorted.at(-1)
  if (last && last.flags & flag.descriptor)
    ranges.push({ start: directoryStart - descriptorBytesMax, end: directoryStart })
  return ranges
}

/** What header and directory disagree on. */
async function compare(record: EntryRecord, limit: number, read: ReadAhead): Promise<string | null> {
  const header = await read(record.headerAt, localHeaderBytes)
  if (header.readUInt32LE(0) !== headerSignature) return 'where it begins'
  const nameBytes = header.readUInt16LE(26)
  const extraBytes = header.readUInt16LE(28)
  const restAt = record.headerAt + localHeaderBytes
  record.dataAt = restAt + nameBytes + extraBytes
  const dataEnd = record.dataAt + record.entry.compressedBytes
  if (dataEnd > limit) throw overlap()
  if (extraBytes > extraBytesMax) return 'its attributes'
  const rest = await read(restAt, nameBytes + extraBytes)
  const fault = headerFault(header, rest.subarray(0, nameBytes), rest.subarray(nameBytes), record)
  if (fault || !(record.flags & flag.descriptor)) return fault
  const descriptor = await read(dataEnd, Math.min(descriptorBytesMax, limit - dataEnd))
  return isDescriptor(descriptor, record) ? null : 'its size or checksum'
}

function headerFault(header: Buffer, nameRaw: Buffer, extra: Buffer, record: EntryRecord): string | null {
  const { entry } = record
  const flags = header.readUInt16LE(6)
  const extraFields = extraFieldsOf(extra)
  if (!extraFields) return 'its attributes'
  const name = decodeName(nameRaw, flags, extraFields)
  const isSameName = nameRaw.equals(record.nameRaw) && (entry.refusal !== null || tidy(name.text) === entry.name)
  if (!isSameName || name.fault) return 'its name'
  if (header.readUInt16LE(8) !== record.method) return 'how it is compressed'
  if ((flags ^ record.flags) & comparedFlags) return 'its flags'
  // With a descriptor behind the data, the header was written before these were known.
  const agrees = (own: number, known: number) => own === known || (own === 0 && (flags & flag.descriptor) !== 0)
  const { sizeBytes, compressedBytes } = sizesOf(header, extraFields)
  if (!agrees(sizeBytes, entry.sizeBytes) || !agrees(compressedBytes, entry.compressedBytes)) return 'its size'
  return agrees(header.readUInt32LE(14), record.crc32) ? null : 'its checksum'
}

function extraFieldsOf(extra: Buffer): ExtraField[] | null {
  try {
    return parseExtraFields(extra)
  } catch {
    return null
  }
}

function sizesOf(header: Buffer, extraFields: ExtraField[]): { sizeBytes: number; compressedBytes: number } {
  const [compressedBytes, sizeBytes] = [header.readUInt32LE(18), header.readUInt32LE(22)]
  const field = extraFields.find(({ id }) => id === zip64Id)?.data
  // A local header that says one of them here has to say both, APPNOTE 6.3.10 §4.5.3.
  const isLarge = compressedBytes === 0xffffffff || sizeBytes === 0xffffffff
  if (!isLarge || !field || field.length < 16) return { sizeBytes, compressedBytes }
  return {
    sizeBytes: sizeBytes === 0xffffffff ? Number(field.readBigUInt64LE(0)) : sizeBytes,
    compressedBytes: compressedBytes === 0xffffffff ? Number(field.readBigUInt64LE(8)) : compressedBytes,
  }
}

/** With or without its signature, with sizes of 32 or 64 bits: all four are about. */
function isDescriptor(descriptor: Buffer, { crc32, entry: { compressedBytes, sizeBytes } }: EntryRecord): boolean {
  const isHere = (at: number): boolean => {
    if (at + 12 > descriptor.length || descriptor.readUInt32LE(at) !== crc32) return false
    if (descriptor.readUInt32LE(at + 4) === compressedBytes && descriptor.readUInt32LE(at + 8) === sizeBytes)
      return true
    return (
      at + 20 <= descriptor.length &&
      descriptor.readBigUInt64LE(at + 4) === BigInt(compressedBytes) &&
      descriptor.readBigUInt64LE(at + 12) === BigInt(sizeBytes)
    )
  }
  return (descriptor.length >= 16 && descriptor.readUInt32LE(0) === descriptorSignature && isHere(4)) || isHere(0)
}
