// The times of words after a person corrected what was said: words that stay keep theirs, and what was written anew shares
// the time of what it took the place of. Without confidence, as nobody recognised it.

import type { Word } from '../shapes.ts'

/** Beyond so many pairs to compare, what lies between the first and the last change counts as changed. */
const pairsMax = 1_000_000

const plain = (word: string) =>
  word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '') || word

/**
 * @param words of the turn as it was; without any there are no times to give
 * @param endMs of the turn, for what is added behind its last word
 */
export function realign(words: Word[], text: string, endMs: number): Word[] {
  if (words.length === 0) return []
  const tokens = text.split(/\s+/).filter((token) => token !== '')
  const [old, now] = [words.map(({ w }) => plain(w)), tokens.map(plain)]
  const kept = [...commonOf(old, now), { from: old.length, to: now.length }]
  const aligned: Word[] = []
  let [from, to] = [0, 0]
  for (const next of kept) {
    const before = aligned.at(-1)?.e ?? (words[0] as Word).s
    const gone = words.slice(from, next.from)
    const untilMs = Math.max(before, gone.at(-1)?.e ?? words[next.from]?.s ?? endMs)
    aligned.push(...shareOut(tokens.slice(to, next.to), Math.max(before, gone[0]?.s ?? before), untilMs))
    const word = words[next.from]
    if (word && next.to < tokens.length) aligned.push({ ...word, w: tokens[next.to] as string })
    from = next.from + 1
    to = next.to + 1
  }
  return aligned
}

/** By their length. */
function shareOut(tokens: string[], startMs: number, endMs: number): Word[] {
  const characters = tokens.reduce((sum, { length }) => sum + length, 0)
  let before = 0
  return tokens.map((w) => {
    const at = (count: number) => Math.round(startMs + ((endMs - startMs) * count) / characters)
    const word = { w, s: at(before), e: at(before + w.length), c: null }
    before += w.length
    return word
  })
}

type Pair = { from: number; to: number }

/** The longest list of words that both have in the same order. */
function commonOf(old: string[], now: string[]): Pair[] {
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const middle = longestCommon(old.slice(head, old.length - tail), now.slice(head, now.length - tail))
  return [
    ...Array.from({ length: head }, (_, i) => ({ from: i, to: i })),
    ...middle.map(({ from, to }) => ({ from: from + head, to: to + head })),
    ...Array.from({ length: tail }, (_, i) => ({ from: old.length - tail + i, to: now.length - tail + i })),
  ]
}

function longestCommon(old: string[], now: string[]): Pair[] {
  if (old.length * now.length > pairsMax) return []
  const width = now.length + 1
  // lengths[i * width + j]: of what old from i and now from j have in common.
  const lengths = new Uint16Array((old.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] as number
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: Pair[] = []
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (old[i] === now[j]) pairs.push({ from: i++, to: j++ })
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}
