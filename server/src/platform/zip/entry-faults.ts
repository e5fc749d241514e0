// Why one entry is not taken, by what the directory says of it. What its own header and its bytes say comes later
// (local-headers.ts, content.ts).

import type { Entry } from 'yauzl'
import { type EntryName, nameFault } from './entry-name.ts'
import { isArchiveName } from './other-formats.ts'
import { shownBytes } from './refused.ts'
import type { ArchiveLimits, Refusal } from './shapes.ts'

/** Below this much unpacked, no ratio makes a bomb. */
export const ratioFreeBytes = 2 ** 20

/** Bits of the general purpose flag, APPNOTE 6.3.10 §4.4.4. */
export const flag = { encrypted: 1 << 0, descriptor: 1 << 3, patch: 1 << 5, strong: 1 << 6, masked: 1 << 13 }
const encryptedFlags = flag.encrypted | flag.strong | flag.masked

/** Extra fields: ZIP64, strong encryption, ASi Unix, Unicode Path, AES. Two of one kind could be read in two ways. */
const extra = { zip64: 0x0001, strong: 0x0017, asiUnix: 0x756e, unicodePath: 0x7075, aes: 0x9901 }
const once = Object.values(extra)

const methods: Record<number, string> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
}

/** null for an entry that can be tried. */
export function entryFault(entry: Entry, name: EntryName, limits: ArchiveLimits): Refusal | null {
  const { uncompressedSize: size, compressedSize: packed, compressionMethod: method } = entry
  const ids = entry.extraFields.map(({ id }) => id)
  const kind = fileKind(entry)
  const badName = name.fault ?? nameFault(name.text, limits)
  if (badName) return { code: 'zip_entry_name', reason: `Its name cannot be used: ${badName}. Rename the file.` }
  if (kind)
    return { code: 'zip_entry_type', reason: `It is ${kind}, and only files are taken. Put the file itself in.` }
  if (entry.generalPurposeBitFlag & encryptedFlags || ids.includes(extra.aes) || ids.includes(extra.strong))
    return { code: 'zip_entry_encrypted', reason: 'It is encrypted. Make the archive without a password.' }
  if (entry.generalPurposeBitFlag & flag.patch)
    return { code: 'zip_entry_method', reason: 'It is a patch of another file. Put the file itself in.' }
  if (method !== 0 && method !== 8)
    return {
      code: 'zip_entry_method',
      reason: `Unknown compression method: ${method}${methods[method] ? ` (${methods[method]})` : ''}. Use Deflate or Store.`,
    }
  if (once.some((id) => ids.indexOf(id) !== ids.lastIndexOf(id)))
    return { code: 'zip_entry_mismatch', reason: 'The archive says two things of it. Make the archive anew.' }
  if (isArchiveName(name.text))
    return { code: 'zip_entry_archive', reason: 'It is an archive in the archive. Unpack it and put its files in.' }
  if (size > limits.entryBytesMax)
    return {
      code: 'zip_entry_too_large',
      reason: `It has ${shownBytes(size)} unpacked; at most ${shownBytes(limits.entryBytesMax)} are taken.`,
    }
  if (size > ratioFreeBytes && size > packed * limits.entryRatioMax)
    return {
      code: 'zip_entry_ratio',
      reason: `It would unpack to more than ${limits.entryRatioMax} times its size, as no recording or chat does.`,
    }
  if (method === 0 && size !== packed)
    return { code: 'zip_entry_mismatch', reason: 'It is not compressed and yet has two sizes. Make the archive anew.' }
  return null
}

/** By the Unix mode, wherever the archive says to come from: `a link`. null for files and folders. */
function fileKind(entry: Entry): string | null {
  const asi = entry.extraFields.find(({ id }) => id === extra.asiUnix)?.data
  const modes = [entry.externalFileAttributes >>> 16, asi && asi.length >= 6 ? asi.readUInt16LE(4) : 0]
  for (const mode of modes) {
    const type = mode >>> 12
    if (type === 0xa) return 'a link'
    if (type === 2 || type === 6) return 'a device'
    if (type === 4 && entry.fileNameRaw.at(-1) !== 0x2f) return 'a folder with the name of a file'
    // What zip reads from its own input has the mode of a pipe, and contents.
    if (type === 1 && entry.uncompressedSize === 0) return 'a pipe'
    if (![0, 1, 4, 8].includes(type)) return 'no file'
  }
  // A folder's name ends with a slash; contents are for files.
  return entry.fileNameRaw.at(-1) === 0x2f && entry.uncompressedSize > 0 ? 'a folder with contents' : null
}
