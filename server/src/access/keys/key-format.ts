// How an API key looks: `ind_<live|test>_<12 id><32 secret><6 checksum>`, as published in docs/api-keys.md. The checksum
// lets a mistyped key be refused before any look-up, and lets secret scanners be sure of what they have found.

import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const idChars = 12
const secretChars = 32
const checksumChars = 6
/** Where the id stands in a key. */
export const idStart = 'ind_live_'.length
export const idEnd = idStart + idChars
const keyPattern = /^ind_(live|test)_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/

export const environments = ['live', 'test'] as const
export type Environment = (typeof environments)[number]

/** A new key, or a new secret for the key `id`. 62^32 secrets are 190 bits. */
export function makeKey(environment: Environment, id = randomText(idChars)): { id: string; key: string } {
  const body = `ind_${environment}_${id}_${randomText(secretChars)}`
  return { id, key: body + checksum(body) }
}

/** The id in a key whose form and checksum are right; null for any other text. */
export function idInKey(text: string): string | null {
  const found = keyPattern.exec(text)
  return found && checksum(text.slice(0, -checksumChars)) === found[4] ? (found[2] as string) : null
}

/** As lists show it: the first and the last four characters. */
export const maskKey = (key: string): string => `${key.slice(0, 4)}…${key.slice(-4)}`

export const randomText = (length: number) => Array.from({ length }, () => digits[randomInt(digits.length)]).join('')

/** CRC-32 of what stands before it, in base 62. */
export function checksum(text: string): string {
  let rest = crc32(text)
  let out = ''
  for (let i = 0; i < checksumChars; i++) {
    out = digits[rest % digits.length] + out
    rest = Math.floor(rest / digits.length)
  }
  return out
}
