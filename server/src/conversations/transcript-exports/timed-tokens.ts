// The words of a turn as they are shown, each with a time.

import type { Turn } from '../shapes.ts'
import { oneLine } from './one-line.ts'

export type TimedToken = { text: string; startMs: number; endMs: number }

/** Reading speed of the Netflix and BBC subtitle guides is 15 to 20 characters a second. */
const readingMsPerCharacter = 60
const readingMinMs = 1_000
const readingMaxMs = 7_000

/** Start of a turn as a whole number of ms that is never negative. */
export const startOf = ({ start_ms }: Pick<Turn, 'start_ms'>): number =>
  Number.isFinite(start_ms) ? Math.max(0, Math.floor(start_ms)) : 0

/**
 * Tokens with times that never run backwards and lie inside the turn. Word times are taken where there is one word per
 * token of the text; else the turn's time is shared out by length. A turn without length (a chat message) lasts as long
 * as reading it takes.
 */
export function timedTokens(turn: Pick<Turn, 'text' | 'words' | 'start_ms' | 'end_ms'>): TimedToken[] {
  const tokens = oneLine(turn.text)
    .split(' ')
    .filter((token) => token !== '')
  const startMs = startOf(turn)
  const characters = tokens.reduce((sum, token) => sum + token.length, 0)
  const readingMs = Math.min(readingMaxMs, Math.max(readingMinMs, characters * readingMsPerCharacter))
  const endMs = turn.end_ms > startMs ? Math.floor(turn.end_ms) : startMs + readingMs
  const words = turn.words.filter(({ w }) => oneLine(w) !== '')
  if (words.length === tokens.length) {
    let cursorMs = startMs
    return tokens.map((text, i) => {
      const { s, e } = words[i] as { s: number; e: number }
      const from = Math.min(endMs, Math.max(cursorMs, Math.floor(s) || 0))
      cursorMs = from
      return { text, startMs: from, endMs: Math.min(endMs, Math.max(from, Math.floor(e) || 0)) }
    })
  }
  let before = 0
  return tokens.map((text) => {
    const at = (count: number): number => Math.floor(startMs + ((endMs - startMs) * count) / characters)
    const token = { text, startMs: at(before), endMs: at(before + text.length) }
    before += text.length
    return token
  })
}
