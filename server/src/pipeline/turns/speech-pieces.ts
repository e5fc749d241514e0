// From what an engine returned for one channel to its smallest timed pieces: words, or whole segments without words.
// Times are put right here, so that nothing behind has to doubt them; cutting into turns is elsewhere.

import type { Word } from '../../conversations/shapes.ts'
import type { SpeechResult, SpeechSegment } from '../engines/speech/engine.ts'

export type Piece = {
  startMs: number
  endMs: number
  /** As shown to people: with the punctuation of the segment's text where that has one token per word. */
  text: string
  /** Empty for a segment that came without words. */
  words: Word[]
  confidence: number | null
  language: string | null
  speaker: string | null
}

/**
 * Pieces in order of time; none starts before the one before it, none ends before it starts, none lies outside the
 * recording. The order of words inside a segment is the engine's and is never changed, whatever their times say.
 */
export function piecesOf(result: SpeechResult, durationMs: number): Piece[] {
  let cursorMs = 0
  const within = (ms: number, minMs: number): number =>
    Math.min(durationMs, Math.max(minMs, Number.isFinite(ms) ? Math.round(ms) : minMs))
  return result.segments
    .toSorted((a, b) => (a.startMs || 0) - (b.startMs || 0))
    .flatMap((segment) => split(segment, result.language))
    .map((piece) => {
      const startMs = within(piece.startMs, cursorMs)
      const endMs = within(piece.endMs, startMs)
      cursorMs = startMs
      return { ...piece, startMs, endMs, words: piece.words.map((word) => ({ ...word, s: startMs, e: endMs })) }
    })
}

function split(segment: SpeechSegment, language: string | null): Piece[] {
  const origin = { language: segment.language ?? language, speaker: segment.speaker }
  const tokens = segment.text.split(/\s+/u).filter((token) => token !== '')
  const words = segment.words.filter(({ w }) => w.trim() !== '')
  if (words.length === 0) {
    if (tokens.length === 0) return []
    const { startMs, endMs, confidence } = segment
    return [{ ...origin, startMs, endMs, text: tokens.join(' '), words: [], confidence }]
  }
  return words.map((word, i) => ({
    ...origin,
    startMs: word.s,
    endMs: word.e,
    text: (tokens.length === words.length ? tokens[i] : word.w.trim()) as string,
    words: [word],
    confidence: word.c ?? segment.confidence,
  }))
}
