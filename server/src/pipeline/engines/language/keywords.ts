// Keywords of a conversation, in any language, from the conversation alone: runs of words between stop words and
// punctuation, weighed by how often, in how many turns and how early they come.

import type { Keyword } from '../../../conversations/shapes.ts'
import type { Pace } from './pace.ts'
import { type ReadTurn, wordsOf } from './words.ts'

export const keywordsMax = 10
const phraseWordsMax = 3
const wordLengthMin = 3
/** Conversations beyond this many different phrases keep the ones met first; memory stays bounded. */
const phrasesMax = 200_000
/** Enough that ten are left when overlapping ones are dropped. */
const candidatesMax = 200

type Phrase = { words: string[]; count: number; turns: number; lastTurn: number; first: number }
type Candidate = { text: string; phrase: Phrase; score: number }
export type IsStopWord = (word: string) => boolean

/**
 * At most ten, best first; `score` in (0, 1] relative to the best; `count` is how often the phrase is said. Text is
 * lower-case. Numbers are never part of one.
 */
export async function findKeywords(
  turns: readonly ReadTurn[],
  stopWordsFor: (index: number) => IsStopWord,
  pace: Pace,
): Promise<Keyword[]> {
  const phrases = new Map<string, Phrase>()
  let position = 0
  for (const [index, turn] of turns.entries()) {
    for (const run of runsOf(turn, stopWordsFor(index))) {
      position += run.length
      for (let start = 0; start < run.length; start++) {
        for (let length = 1; length <= Math.min(phraseWordsMax, run.length - start); length++) {
          count(phrases, run.slice(start, start + length), index, position)
        }
      }
    }
    await pace()
  }
  return choose(phrases, position, pace)
}

/** Runs of words that may be (part of) a key phrase; stop words, digits and punctuation part them. */
function runsOf(turn: ReadTurn, isStopWord: IsStopWord): string[][] {
  const runs: string[][] = []
  for (const piece of turn.clean.split(/[^\p{L}\p{M}'’\s-]+/u)) {
    let run: string[] = []
    for (const word of wordsOf(piece)) {
      if (word.length >= wordLengthMin && !isStopWord(word)) {
        run.push(word)
        continue
      }
      if (run.length > 0) runs.push(run)
      run = []
    }
    if (run.length > 0) runs.push(run)
  }
  return runs
}

function count(phrases: Map<string, Phrase>, words: string[], turn: number, position: number): void {
  const text = words.join(' ')
  const known = phrases.get(text)
  if (known === undefined) {
    if (phrases.size < phrasesMax) phrases.set(text, { words, count: 1, turns: 1, lastTurn: turn, first: position })
    return
  }
  known.count++
  if (known.lastTurn !== turn) known.turns++
  known.lastTurn = turn
}

/** The best that do not say each other again. Most of a long conversation's phrases are dropped on the way. */
async function choose(phrases: Map<string, Phrase>, positions: number, pace: Pace): Promise<Keyword[]> {
  let best: Candidate[] = []
  for (const [text, phrase] of phrases) {
    best.push({ text, phrase, score: scoreOf(phrase, phrases, positions) })
    if (best.length < 2 * candidatesMax) continue
    best = best.sort(byScore).slice(0, candidatesMax)
    await pace()
  }
  const chosen: Candidate[] = []
  for (const candidate of best.sort(byScore)) {
    if (chosen.length === keywordsMax) break
    if (!chosen.some((other) => overlaps(candidate.phrase, other.phrase))) chosen.push(candidate)
  }
  const top = chosen[0]?.score ?? 1
  return chosen.map(({ text, phrase, score }) => ({
    text,
    score: Math.max(0.001, Math.round((score / top) * 1000) / 1000),
    count: phrase.count,
  }))
}

function byScore(a: Candidate, b: Candidate): number {
  return b.score - a.score || (a.text < b.text ? -1 : 1)
}

/** Mean weight of its words, lifted for longer phrases, the more so where the phrase itself comes back. */
function scoreOf(phrase: Phrase, phrases: Map<string, Phrase>, positions: number): number {
  let sum = 0
  for (const word of phrase.words) {
    const single = phrases.get(word) ?? phrase
    sum += (1 + Math.log(single.count)) * (1 + Math.log(single.turns)) * Math.min(1, word.length / 6)
  }
  const length = phrase.words.length
  const cohesion = length === 1 ? 1 : phrase.count > 1 ? 2 : 1.4
  const early = 1 + 0.5 * (1 - phrase.first / Math.max(1, positions))
  return (sum / length) * cohesion * early * (1 + 0.3 * Math.log(phrase.count))
}

/** A phrase inside another one, or the other way round, says nothing new, unless it is said twice as often. */
function overlaps(candidate: Phrase, chosen: Phrase): boolean {
  if (candidate.count >= 2 * chosen.count) return false
  const [short, long] = candidate.words.length <= chosen.words.length ? [candidate, chosen] : [chosen, candidate]
  return short.words.every((word) => long.words.includes(word))
}
