// A turn's text cut into the pieces that are shown differently: what was searched for, what the recogniser was unsure of,
// what is being said. Offsets are UTF-16 units, as the API's.

import type { Turn } from './queries.ts'

export type Mark = 'hit' | 'current' | 'unsure' | 'now'
export type Range = { start: number; end: number; mark: Mark }
export type Piece = { start: number; text: string; marks: readonly Mark[] }
export type PlacedWord = { start: number; end: number; startMs: number; endMs: number; confidence: number | null }

/** Below it a word is worth a second look. */
const unsureBelow = 0.5

export function pieces(text: string, ranges: readonly Range[]): Piece[] {
  const cuts = new Set([0, text.length])
  for (const { start, end } of ranges) {
    cuts.add(Math.min(Math.max(0, start), text.length))
    cuts.add(Math.min(Math.max(0, end), text.length))
  }
  const ends = [...cuts].sort((a, b) => a - b)
  return ends.slice(0, -1).map((start, index) => {
    const end = ends[index + 1] ?? text.length
    const marks = ranges.filter((one) => one.start < end && one.end > start).map(({ mark }) => mark)
    return { start, text: text.slice(start, end), marks }
  })
}

/** Where the timed words stand in the text; those that are not in it, in order, are left out. */
export function placeWords({ text, words }: Pick<Turn, 'text' | 'words'>): PlacedWord[] {
  let from = 0
  return words.flatMap(({ w, s, e, c }) => {
    const start = w === '' ? -1 : text.indexOf(w, from)
    if (start < 0) return []
    from = start + w.length
    return [{ start, end: from, startMs: s, endMs: e, confidence: c }]
  })
}

export const unsureRanges = (words: readonly PlacedWord[]): Range[] =>
  words.flatMap(({ start, end, confidence }) =>
    confidence !== null && confidence < unsureBelow ? [{ start, end, mark: 'unsure' as const }] : [],
  )

/** The last turn that has begun; -1 before the first. `turns` are in order of time. */
export function turnAt(turns: readonly Pick<Turn, 'start_ms'>[], ms: number): number {
  let [low, high] = [0, turns.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((turns[middle]?.start_ms ?? 0) <= ms) low = middle + 1
    else high = middle
  }
  return low - 1
}
