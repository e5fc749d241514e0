// Tells from a file's first bytes what it is, never from its name or label.
// Leaves to the sources whether the rest of the file keeps what the beginning promises.

import { findFrameRun, readAdtsFrame, readMpegFrame } from './mpeg-frame.ts'

export type Sniffed =
  | { kind: 'wav' | 'ogg' | 'mp4' | 'matroska' }
  | { kind: 'mpeg' | 'adts' | 'flac'; startByte: number }
  | { kind: 'empty' }
  /** A sound format without a decoder here. */
  | { kind: 'unsupported'; what: string }
  | { kind: 'not_audio'; what: string }

const headBytes = 64 * 1024

// Offset, magic, what it is. Longer and rarer signatures stand before shorter ones.
const unsupportedSounds: [number, string, string][] = [
  [0, '#!AMR', 'AMR'],
  [0, '.snd', 'Sun/NeXT AU'],
  [8, 'AIFF', 'AIFF'],
  [8, 'AIFC', 'AIFF-C'],
  [0, 'caff', 'Core Audio Format'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'Windows Media (ASF)'],
  [0, 'RIFX', 'big-endian WAV (RIFX)'],
  [0, 'MThd', 'MIDI'],
  [0, 'wvpk', 'WavPack'],
  [0, 'MAC ', "Monkey's Audio"],
  [0, 'FLV\x01', 'Flash Video'],
  [8, 'AVI ', 'AVI video'],
  [0, '#!SILK', 'SILK'],
]
const otherThings: [number, string, string][] = [
  [0, '\x89PNG', 'a PNG image'],
  [0, '\xff\xd8\xff', 'a JPEG image'],
  [0, 'GIF8', 'a GIF image'],
  [8, 'WEBP', 'a WebP image'],
  [0, 'BM', 'a BMP image'],
  [0, 'II*\0', 'a TIFF image'],
  [0, 'MM\0*', 'a TIFF image'],
  [0, '%PDF', 'a PDF document'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, '7z\xbc\xaf', 'a 7-Zip archive'],
  [0, 'Rar!', 'a RAR archive'],
  [0, '\x7fELF', 'a program'],
  [0, 'MZ', 'a program'],
]

/** Up to `bytes` of a file from `atByte` on; fewer where it ends. */
export type ReadBytes = (atByte: number, bytes: number) => Promise<Buffer>

export async function sniff(read: ReadBytes): Promise<Sniffed> {
  const head = await read(0, headBytes)
  if (head.length === 0) return { kind: 'empty' }
  const starts = (at: number, magic: string) => head.toString('latin1', at, at + magic.length) === magic

  if ((starts(0, 'RIFF') || starts(0, 'RF64') || starts(0, 'BW64')) && starts(8, 'WAVE')) return { kind: 'wav' }
  if (starts(0, 'fLaC')) return { kind: 'flac', startByte: 0 }
  if (starts(0, 'OggS')) return { kind: 'ogg' }
  if (starts(0, '\x1a\x45\xdf\xa3')) return { kind: 'matroska' }
  if (['ftyp', 'moov', 'mdat', 'wide'].some((box) => starts(4, box))) return { kind: 'mp4' }
  for (const [at, magic, what] of unsupportedSounds) if (starts(at, magic)) return { kind: 'unsupported', what }

  const tagBytes = id3Bytes(head)
  const start = tagBytes === 0 ? head : await read(tagBytes, headBytes)
  if (start.toString('latin1', 0, 4) === 'fLaC') return { kind: 'flac', startByte: tagBytes }
  const adts = findFrameRun(start, readAdtsFrame)
  const mpeg = findFrameRun(start, readMpegFrame)
  if (mpeg === 0 || (mpeg > 0 && (adts < 0 || mpeg < adts))) return { kind: 'mpeg', startByte: tagBytes + mpeg }
  if (adts >= 0) return { kind: 'adts', startByte: tagBytes + adts }

  for (const [at, magic, what] of otherThings) if (starts(at, magic)) return { kind: 'not_audio', what }
  return { kind: 'not_audio', what: isText(head) ? textKind(head) : 'of no known audio format' }
}

/** Length of an ID3v2 tag at the start, 0 without one. https://id3.org/id3v2.4.0-structure §3.1 */
function id3Bytes(head: Buffer): number {
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0
  const [a = 0, b = 0, c = 0, d = 0] = head.subarray(6, 10)
  const hasFooter = ((head[5] ?? 0) & 0x10) !== 0
  return 10 + ((a << 21) | (b << 14) | (c << 7) | d) + (hasFooter ? 10 : 0)
}

function isText(head: Buffer): boolean {
  const sample = head.subarray(0, 4096)
  return sample.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13) || byte === 0x1b)
}

function textKind(head: Buffer): string {
  const text = head.toString('latin1', 0, 1024).trimStart().toLowerCase()
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'a web page'
  if (text.startsWith('<?xml') || text.startsWith('<')) return 'an XML text'
  return text.startsWith('{') || text.startsWith('[') ? 'a JSON text' : 'a text'
}
