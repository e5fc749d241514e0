// Names of entries: which characters the bytes stand for, and what is wrong with the name. Names are compared and shown;
// nothing ever makes a path of one.

import { crc32 } from 'node:zlib'
import { type ExtraField, getFileNameLowLevel } from 'yauzl'

const utf8Flag = 1 << 11
/** Info-ZIP's Unicode Path field, APPNOTE 6.3.10 §4.6.9. */
const unicodePathId = 0x7075

export type EntryName = { text: string; fault: string | null }

/**
 * By the UTF-8 flag, else by a Unicode Path field, else as UTF-8 when the bytes are that (the Finder of macOS sets no
 * flag), else as code page 437.
 */
export function decodeName(raw: Buffer, flags: number, extraFields: ExtraField[]): EntryName {
  const field = extraFields.find(({ id }) => id === unicodePathId)?.data
  const plain = strictUtf8(raw)
  if (flags & utf8Flag && plain === null) return { text: raw.toString('utf8'), fault: 'it is not in UTF-8, as it says' }
  const own = plain ?? getFileNameLowLevel(0, raw, [], true)
  if (!field) return { text: own, fault: null }
  const path =
    field.length > 5 && field[0] === 1 && field.readUInt32LE(1) === crc32(raw) ? strictUtf8(field.subarray(5)) : null
  // The field is there to say what the plain name cannot: other letters than ASCII's.
  const isTrue = path !== null && (path === plain || (!(flags & utf8Flag) && /[^\x00-\x7f]/.test(path)))
  return isTrue ? { text: path, fault: null } : { text: own, fault: 'it is given twice, and differently' }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function strictUtf8(raw: Buffer): string | null {
  try {
    return decoder.decode(raw)
  } catch {
    return null
  }
}

/** Control characters, line separators, the byte order mark, and marks that change the direction of writing. */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u

/** What is wrong with the name of a file (`it is empty`); null when it is good. */
export function nameFault(text: string, limits: { nameBytesMax: number; depthMax: number }): string | null {
  const parts = text.split('/')
  if (unseen.test(text)) return 'it has characters that cannot be seen'
  if (text.includes('\\')) return 'it has a backslash'
  if (text.startsWith('/') || /^[a-z]:/i.test(text)) return 'it begins at the root of a disk'
  if (parts.includes('..')) return 'it leads out of its folder'
  if (tidy(text) === '') return 'it is empty'
  if (Buffer.byteLength(text) > limits.nameBytesMax) return `it is longer than ${limits.nameBytesMax} bytes`
  if (tidy(text).split('/').length - 1 > limits.depthMax) return `it is more than ${limits.depthMax} folders deep`
  return null
}

/** `./a//b.wav` is `a/b.wav`; letters in composed form, so that names from macOS match names from elsewhere. */
export const tidy = (text: string): string =>
  text
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
    .normalize('NFC')

/** Of a name that is refused: what can be shown. */
export const shownName = (text: string): string => {
  const seen = text.slice(0, 255).toWellFormed().replace(new RegExp(unseen, 'gu'), '\ufffd')
  return seen === '' ? '(no name)' : seen
}

/** The same for names that some systems take for one: `CALL.wav` and `call.wav`. */
export const foldedName = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
