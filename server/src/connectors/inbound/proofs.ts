// What the schemes share: signatures compared in constant time, headers, times, and ids that can be kept.

import { createHash, createHmac, randomBytes } from 'node:crypto'
import { equalSecret } from '../../platform/secrets.ts'
import type { InboundRequest } from './shapes.ts'

const idCharsMax = 200
const kindCharsMax = 100
const secretBytes = 32

/** '' for one that is missing. One that came several times is one text with commas, which no signature is. */
export function header({ headers }: Pick<InboundRequest, 'headers'>, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : (value?.join(', ') ?? '')
}

/**
 * Whether `given` is the HMAC-SHA256 (RFC 2104) of the parts. Texts are compared, not what they stand for: decoders let
 * too much pass.
 */
export function isMac(
  key: string | Uint8Array,
  parts: readonly (string | Uint8Array)[],
  { given, encoding }: { given: string; encoding: 'hex' | 'base64' },
): boolean {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return equalSecret(mac.digest(encoding), encoding === 'hex' ? given.toLowerCase() : given)
}

export const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const newTextSecret = (): string => randomBytes(secretBytes).toString('base64url')

/** Some systems write whole numbers with a decimal point. NaN for what is no time. */
export const timeOf = (text: string, unitMs: 1 | 1000): number =>
  /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) * unitMs : Number.NaN

/** RFC 3339 with a zone. NaN for anything else. */
export const isoTimeOf = (text: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN

/** As it is where it is short and plain, else a hash of it. Null for none. */
export function idOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text === '') return null
  return text.length <= idCharsMax && /^[\x21-\x7e]+$/.test(text) ? text : `sha256:${sha256(text).toString('hex')}`
}

/** What a message is about, for lists: short and without control characters. */
export function kindOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const plain = value
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .toWellFormed()
    .slice(0, kindCharsMax)
    .toWellFormed()
  return plain === '' ? null : plain
}

export type Fields = Record<string, unknown>

/** {} for what is no object. */
export const objectOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** An answer that only repeats what was asked. No page, whatever stands in it. */
export const echo = (text: string) => ({
  status: 200,
  body: text,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
})
export const echoCharsMax = 4096
