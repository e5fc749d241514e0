// One spelling for each e-mail address, and none that only looks like another one.

import { domainToASCII, domainToUnicode } from 'node:url'
import { Problem } from '../../platform/problem.ts'

const charsMax = 254
const localCharsMax = 64

/** Scripts that are written together (UTS 39 §5.1, highly restrictive); Latin joins none of them here. */
const writtenTogether = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Bopomofo'],
  ['Han', 'Hangul'],
]
const scripts = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Ethiopic',
  'Georgian',
  'Hangul',
  'Han',
  'Hiragana',
  'Katakana',
  'Bopomofo',
  'Tifinagh',
  'Nko',
  'Vai',
].map((name) => ({ name, pattern: new RegExp(`\\p{Script=${name}}`, 'u') }))

/** Cyrillic and Greek letters that are drawn as Latin ones: a label of these alone is a Latin word in disguise. */
const drawnAsLatin = /^[\p{Nd}_-]*[асеіјорѕхуһԁԛԝӏґѵгокνορυχικ][асеіјорѕхуһԁԛԝӏґѵгокνορυχικ\p{Nd}_-]*$/u

/**
 * The spelling under which an address is stored and looked up: folded case, composed characters, an ASCII domain.
 * @returns null for what is no address, or mixes scripts within a part so that it could pass for another one
 */
export function normaliseEmail(given: string): string | null {
  if (given.length > charsMax || !given.isWellFormed()) return null
  const text = given.trim().normalize('NFKC').toLowerCase().normalize('NFKC')
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const domain = domainToASCII(text.slice(at + 1))
  if (at < 1 || local.length > localCharsMax || !domain || domain.length > charsMax) return null
  if (!/^[\p{L}\p{M}\p{Nd}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{Nd}!#$%&'*+/=?^_`{|}~-]+)*$/u.test(local)) return null
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$/.test(domain)) return null
  const parts = [...local.split('.'), ...domainToUnicode(domain).split('.')]
  return parts.every(isPlain) ? `${local}@${domain}` : null
}

/** @throws Problem('invalid', 'invalid_email') */
export function requireEmail(given: string): string {
  const email = normaliseEmail(given)
  if (email) return email
  const detail =
    'email: must be an address such as name@example.org, with the letters of one script in each of its parts.'
  throw new Problem('invalid', 'invalid_email', detail, { facts: { field: 'email' } })
}

function isPlain(part: string): boolean {
  const letters = [...part].filter((char) => /(?!\p{Script=Common})\p{L}/u.test(char))
  const found = new Set(letters.map((char) => scripts.find(({ pattern }) => pattern.test(char))?.name ?? 'unknown'))
  if (found.has('unknown') || drawnAsLatin.test(part)) return false
  return found.size <= 1 || writtenTogether.some((set) => [...found].every((name) => set.includes(name)))
}
