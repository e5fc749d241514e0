// What a file of many conversations is, told by its first bytes and not by its name: a ZIP, or text that lists things.
// What is neither is named, and refused.

import { Problem } from '../../platform/problem.ts'
import { looksLikeUtf16 } from '../../platform/text-encoding.ts'

/** So many bytes of its beginning are enough. */
export const headBytes = 4096

const ascii = (text: string, at = 0) => ({ at, bytes: Buffer.from(text, 'latin1') })
const zip = [ascii('PK\x03\x04'), ascii('PK\x05\x06'), ascii('PK\x07\x08')]

/** Signatures from the formats' own specifications, and file(1). */
const archives = [
  { name: 'a RAR archive', marks: [ascii('Rar!\x1a\x07')] },
  { name: 'a 7z archive', marks: [ascii("7z\xbc\xaf'\x1c")] },
  { name: 'a gzip file', marks: [ascii('\x1f\x8b')] },
  { name: 'a bzip2 file', marks: [ascii('1AY&SY', 4)] },
  { name: 'an xz file', marks: [ascii('\xfd7zXZ\0')] },
  { name: 'a Zstandard file', marks: [ascii('\x28\xb5\x2f\xfd')] },
  { name: 'a tar archive', marks: [ascii('ustar', 257)] },
]

const recordings = [
  { name: 'a WAV recording', marks: [ascii('WAVE', 8)] },
  { name: 'an MP3 recording', marks: [ascii('ID3'), ascii('\xff\xfb'), ascii('\xff\xf3'), ascii('\xff\xf2')] },
  { name: 'a FLAC recording', marks: [ascii('fLaC')] },
  { name: 'an Ogg recording', marks: [ascii('OggS')] },
  { name: 'an MP4 or M4A recording', marks: [ascii('ftyp', 4)] },
  { name: 'an AMR recording', marks: [ascii('#!AMR')] },
  { name: 'an AIFF recording', marks: [ascii('AIFF', 8), ascii('AIFC', 8)] },
  { name: 'a Matroska or WebM recording', marks: [ascii('\x1a\x45\xdf\xa3')] },
  { name: 'an AAC recording', marks: [ascii('\xff\xf1'), ascii('\xff\xf9')] },
  { name: 'a Windows Media recording', marks: [ascii('\x30\x26\xb2\x75')] },
]

const others = [
  { name: 'a PDF', marks: [ascii('%PDF')] },
  { name: 'an old Excel or Word file', marks: [ascii('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')] },
  { name: 'an encrypted file', marks: [ascii('Salted__')] },
]

/**
 * @param head the first `headBytes` of the file, or all of it
 * @throws Problem('invalid', 'empty_file' | 'unsupported_archive' | 'single_recording' | 'unsupported_file')
 */
export function contentsKind(head: Uint8Array): 'zip' | 'list' {
  const has = ({ at, bytes }: { at: number; bytes: Buffer }) => bytes.equals(head.subarray(at, at + bytes.length))
  const nameIn = (kinds: typeof archives) => kinds.find(({ marks }) => marks.some(has))?.name
  if (head.length === 0) throw refusal('empty_file', 'The file is empty.')
  if (zip.some(has)) return 'zip'
  const archive = nameIn(archives)
  if (archive) throw refusal('unsupported_archive', `The file is ${archive}. Pack its contents as a ZIP and send that.`)
  const other = nameIn(others)
  if (other) throw unsupported(`The file is ${other}.`)
  // First: text may have any letters where a recording has its mark.
  if (isText(head) || looksLikeUtf16(head)) return 'list'
  const recording = nameIn(recordings)
  if (recording) {
    const detail = `The file is ${recording}. Send single recordings to /v1/calls/upload; send many as a ZIP.`
    throw refusal('single_recording', detail)
  }
  throw unsupported('The file is neither a ZIP nor text.')
}

/** Of any encoding: what is not UTF-8 may be Latin-1. Its reader will tell. */
function isText(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true
  if (['%PDF', 'Salted__'].some((mark) => Buffer.from(head.subarray(0, mark.length)).toString('latin1') === mark))
    return false
  // Tab, line feed, form feed and carriage return are what text has of control characters; 0x1a ends files of DOS.
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1a)
}

const unsupported = (is: string) =>
  refusal('unsupported_file', `${is} Send a ZIP, or a list as CSV, TSV, JSON or NDJSON.`)

const refusal = (code: string, detail: string) => new Problem('invalid', code, detail, { facts: { field: 'file' } })
