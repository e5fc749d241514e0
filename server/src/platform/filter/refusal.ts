// How a filter is refused: with the place, what is wrong there, and what may stand instead.

import { Problem } from '../problem.ts'

const shownCharsMax = 40

/** `facts.position` counts UTF-16 units from 0, as JSON.parse does; it lies inside of the text or at its end. */
export const refusal = (position: number, what: string): Problem =>
  new Problem('invalid', 'invalid_filter', `Filter, at position ${position}: ${what}`, { facts: { position } })

/** A piece of the user's text inside of a message; what cannot be seen is named by its code point. */
export function shown(text: string): string {
  const chars = [...text]
  const short = chars.length > shownCharsMax ? [...chars.slice(0, shownCharsMax), '…'] : chars
  return `"${short.map((char) => (/[\p{C}\p{Zl}\p{Zp}]/u.test(char) ? codePoint(char) : char)).join('')}"`
}

const codePoint = (char: string) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
