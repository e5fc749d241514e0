// Which encoding a text is in when nobody says: Unicode by its byte order mark or by its looks, else the one that
// spreadsheets and recorders of Western Europe and Southern Africa write without saying so.

import { isUtf8 } from 'node:buffer'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const lookBytes = 4096

/** Without its byte order mark, and without half surrogate pairs. Never fails: any bytes are some windows-1252 text. */
export function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } {
  const encoding = encodingOf(bytes)
  if (encoding === 'utf-8') {
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    const { buffer, byteOffset, length } = bytes
    return { text: Buffer.from(buffer, byteOffset + start, length - start).toString('utf8'), encoding }
  }
  return { text: new TextDecoder(encoding).decode(bytes).toWellFormed(), encoding }
}

function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return looksLikeUtf16(bytes) ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252')
}

/**
 * UTF-16 without a byte order mark: of the names of columns and of JSON, most characters are ASCII, so most of every
 * other byte is NUL, which no other text holds.
 */
export function looksLikeUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.floor(Math.min(bytes.length, lookBytes) / 2)
  if (pairs === 0) return null
  let even = 0
  let odd = 0
  for (let pair = 0; pair < pairs; pair++) {
    if (bytes[2 * pair] === 0) even++
    if (bytes[2 * pair + 1] === 0) odd++
  }
  if (odd > pairs * 0.6 && even < pairs * 0.1) return 'utf-16le'
  if (even > pairs * 0.6 && odd < pairs * 0.1) return 'utf-16be'
  return null
}
