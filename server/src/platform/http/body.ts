// Reads the text of a body safely, whatever its label: well-formed UTF-8, no NUL, JSON no deeper than anybody needs, forms
// of bounded size. What the fields mean is for others to say.
//
// Names that come twice: JSON keeps the last, as JSON.parse does (RFC 8259 §4 leaves it open); forms keep the last and
// say so, except for `tags` and names that end in `[]`, which are lists.

import { Problem } from '../problem.ts'
import type { Fields } from './route.ts'

export type BodyReading = { fields: Fields; warnings: string[] }

const depthMaxDefault = 64
const pairsMax = 1000
const nameCharsMax = 200
/** Forms come without a label, or as plain text, from clients that set none. */
const mayBeForm = /^\s*($|;|text\/plain\b|application\/x-www-form-urlencoded\b)/i

/** The body of a request that is not multipart. The content type only decides where the content itself does not. */
export function readBody(bytes: Uint8Array, contentType: string | undefined): BodyReading {
  const text = decodeUtf8(bytes)
  const start = text.trimStart()[0]
  if (start === undefined) return { fields: {}, warnings: [] }
  const isJson = start === '{' || start === '[' || start === '"' || /[/+]json\b/i.test(contentType ?? '')
  if (isJson) return { fields: objectOf(parseJsonText(text)), warnings: [] }
  if (text.includes('=') && mayBeForm.test(contentType ?? '')) return fromUrlencoded(text.trim())
  throw invalid(
    'unreadable_body',
    'The body is neither JSON nor a form. Send JSON with Content-Type: application/json.',
  )
}

/** Refuses what is not UTF-8, and NUL, which the database cannot hold. A byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw invalid('invalid_utf8', 'The text is not valid UTF-8. Send all text encoded as UTF-8.', cause)
  }
  return withoutNul(text)
}

/**
 * JSON that is safe to keep: limited in depth before it is parsed, no NUL, no `__proto__`. Half of a surrogate pair,
 * left by clients that cut text in the middle of an emoji, becomes U+FFFD.
 */
export function parseJsonText(text: string, { depthMax = depthMaxDefault, name = 'The body' } = {}): unknown {
  withoutNul(text)
  if (isDeeperThan(text, depthMax)) {
    throw invalid('too_deep', `${name} nests objects and lists more than ${depthMax} levels deep. Flatten it.`)
  }
  try {
    // Only an escape or the name itself can bring in what has to be looked for; the search costs several times the parse.
    const isSuspect = /\\u(?:0000|d[89a-f]|005f)|__proto__/i.test(text)
    return JSON.parse(text, isSuspect ? keepSafe : undefined)
  } catch (error) {
    if (error instanceof Problem) throw error
    const why = error instanceof Error ? error.message.toWellFormed().slice(0, 160) : ''
    throw invalid('invalid_json', `${name} is not valid JSON: ${why}`, error)
  }
}

/** `a=1&b=2`. Names are flat: `a[b]=1` stays one name, and a warning tells how to send an object. */
export function fromUrlencoded(text: string): BodyReading {
  const parts = text.split('&', pairsMax + 1)
  return fromFields(
    parts.filter(Boolean).map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [percentDecode(part), ''] : [percentDecode(part.slice(0, at)), percentDecode(part.slice(at + 1))]
    }),
  )
}

/** Text fields of a form, such as those of a multipart body. */
export function fromFields(pairs: Iterable<readonly [name: string, value: string]>): BodyReading {
  const values = new Map<string, unknown>()
  const warnings: string[] = []
  let count = 0
  for (const [written, value] of pairs) {
    if (++count > pairsMax) throw invalid('too_many_fields', `The form has more than ${pairsMax} fields.`)
    if (written.length > nameCharsMax) {
      throw invalid('name_too_long', `A field of the form has a name of more than ${nameCharsMax} characters.`)
    }
    refuseReserved(withoutNul(written))
    withoutNul(value)
    const name = written.replace(/\[\]$/, '')
    const earlier = values.get(name)
    if (name !== written || (name === 'tags' && earlier !== undefined)) {
      values.set(name, [...(Array.isArray(earlier) ? earlier : earlier === undefined ? [] : [earlier]), value])
      continue
    }
    if (earlier !== undefined && earlier !== value)
      warnings.push(`The field "${name}" came more than once; the last one was used.`)
    if (name.includes('[')) warnings.push(`The field "${name}" was kept under that name. Send objects as JSON text.`)
    values.set(name, value)
  }
  return { fields: Object.fromEntries(values), warnings: [...new Set(warnings)] }
}

/** JSON text of JSON text comes from clients that encode twice. */
function objectOf(value: unknown): Fields {
  const parsed = typeof value === 'string' ? parseJsonText(value) : value
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Fields
  throw invalid('not_an_object', 'The body must be a JSON object.')
}

/** Without recursion, so that the depth that is refused cannot do harm here. */
function isDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (isInString) {
      if (char === 0x5c) i++
      else if (char === 0x22) isInString = false
    } else if (char === 0x22) isInString = true
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > depthMax) return true
    } else if (char === 0x7d || char === 0x5d) depth--
  }
  return false
}

function keepSafe(name: string, value: unknown): unknown {
  refuseReserved(withoutNul(name))
  if (!name.isWellFormed()) throw invalid('invalid_name', 'A name in the JSON holds half of a surrogate pair.')
  return typeof value === 'string' ? withoutNul(value).toWellFormed() : value
}

function refuseReserved(name: string): void {
  if (name === '__proto__') throw invalid('reserved_name', 'The name "__proto__" cannot be used for a field.')
}

function withoutNul(text: string): string {
  if (text.includes('\0')) throw invalid('nul_character', 'The text holds a NUL character (U+0000). Remove it.')
  return text
}

/** A stray percent sign stands for itself, as in browsers; escapes that are no UTF-8 are refused. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ').replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch (cause) {
    throw invalid('invalid_utf8', 'A field of the form is not valid UTF-8. Send all text encoded as UTF-8.', cause)
  }
}

function invalid(code: string, detail: string, cause?: unknown): Problem {
  return new Problem('invalid', code, detail, { cause })
}
