// Word times: keeps them in order and inside their segment, and spreads words evenly where an engine gives no times.

import type { Word } from '../../../conversations/shapes.ts'
import type { Stretch } from './channel-audio.ts'
import type { SpeechSegment } from './engine.ts'

/** Times in proportion to the letters of each word, over the speech in `stretches`; confidence null: nobody measured. */
export function spreadWords(text: string, stretches: Stretch[]): Word[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const letters = words.reduce((sum, word) => sum + word.length + 1, 0)
  const speechMs = stretches.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  let before = 0
  return words.map((w) => {
    const s = timeAt(stretches, (before / letters) * speechMs)
    before += w.length + 1
    return { w, s, e: Math.max(s, timeAt(stretches, (before / letters) * speechMs)), c: null }
  })
}

/** The moment after so much speech. */
function timeAt(stretches: Stretch[], afterMs: number): number {
  let left = afterMs
  for (const { startMs, endMs } of stretches) {
    if (left <= endMs - startMs) return startMs + left
    left -= endMs - startMs
  }
  return stretches.at(-1)?.endMs ?? 0
}

/** Whole milliseconds, in order, inside `bounds`, words inside their segment; segments without text are left out. */
export function tidySegments(segments: SpeechSegment[], bounds: Stretch): SpeechSegment[] {
  const tidy = segments
    .filter(({ text }) => text.trim() !== '')
    .map((segment) => {
      const { startMs, endMs } = inside(segment, bounds)
      const words = segment.words
        .map((word) => {
          const { startMs: s, endMs: e } = inside({ startMs: word.s, endMs: word.e }, { startMs, endMs })
          return { ...word, s, e, c: asConfidence(word.c) }
        })
        .sort((a, b) => a.s - b.s)
      return {
        ...segment,
        startMs,
        endMs,
        text: segment.text.trim(),
        words,
        confidence: asConfidence(segment.confidence),
      }
    })
  return tidy.sort((a, b) => a.startMs - b.startMs)
}

function inside({ startMs, endMs }: Stretch, bounds: Stretch): Stretch {
  const clamp = (ms: number) => Math.round(Math.min(bounds.endMs, Math.max(bounds.startMs, ms)))
  return { startMs: clamp(startMs), endMs: clamp(Math.max(startMs, endMs)) }
}

function asConfidence(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000
}

/** Mean of the words' confidences; null where none has one. */
export function meanConfidence(words: Word[]): number | null {
  const known = words.map(({ c }) => c).filter((c) => c !== null)
  return known.length === 0 ? null : known.reduce((sum, c) => sum + c, 0) / known.length
}
