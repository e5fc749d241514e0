// Sentiment by lists of words: what each word weighs, what turns or strengthens it. For languages that have a list
// (`data/lexicon-*.json`), and for emoji and emoticons, which need no language.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type LexiconFile = {
  language: string
  /** Weight (-3 .. 3) to words, and 'phrases in quotes'. */
  weights: Record<string, string>
  /** For languages that build long words: pieces that carry the meaning wherever they stand in a word. */
  stems?: Record<string, string>
  negations: string
  /** Afrikaans says `werk nie`: the negation may also come after. */
  negationFollows: boolean
  stronger: string
  weaker: string
  contrast: string
}

export type Lexicon = {
  weights: Map<string, number>
  stems: Map<string, number>
  negations: Set<string>
  negationFollows: boolean
  stronger: Set<string>
  weaker: Set<string>
  contrast: Set<string>
}

/** `score` in [-1, 1]; `hits` is how many words or signs spoke. */
type Opinion = { score: number; hits: number }

const phraseWordsMax = 3
const stemLengths = { min: 4, max: 9 }
/** A negation reaches this many words; it turns a word round and takes off some of its force. */
const reachWords = 3
const turned = -0.6
/** Half-way point: a sum of this size scores 0.58 (Hutto & Gilbert 2014 squash the sum in the same way). */
const softness = 6

export function readLexicon(folder: string, language: string): Lexicon {
  const file = JSON.parse(readFileSync(join(folder, `lexicon-${language}.json`), 'utf8')) as LexiconFile
  return {
    weights: weightsOf(file.weights),
    stems: weightsOf(file.stems ?? {}),
    negations: wordSet(file.negations),
    negationFollows: file.negationFollows,
    stronger: wordSet(file.stronger),
    weaker: wordSet(file.weaker),
    contrast: wordSet(file.contrast),
  }
}

/** Weights of emoji and emoticons. */
export function readSigns(folder: string): Map<string, number> {
  return weightsOf((JSON.parse(readFileSync(join(folder, 'lexicon-signs.json'), 'utf8')) as LexiconFile).weights)
}

/** What words and signs say together. What follows `but` weighs more than what came before it. */
export function judge(
  words: readonly string[],
  signs: readonly string[],
  lexicon: Lexicon | null,
  signWeights: Map<string, number>,
): Opinion {
  const found = lexicon === null ? [] : weigh(words, lexicon)
  const lastContrast = lexicon === null ? -1 : words.findLastIndex((word) => lexicon.contrast.has(word))
  const splits = found.some(({ at }) => at < lastContrast) && found.some(({ at }) => at > lastContrast)
  let sum = 0
  let hits = found.length
  for (const { at, weight } of found) sum += weight * (splits ? (at < lastContrast ? 0.6 : 1.3) : 1)
  for (const sign of signs) {
    const weight = signWeights.get(sign)
    if (weight === undefined) continue
    sum += weight
    hits++
  }
  return { score: sum / Math.sqrt(sum * sum + softness), hits }
}

function weigh(words: readonly string[], lexicon: Lexicon): { at: number; weight: number }[] {
  const found: { at: number; weight: number }[] = []
  for (let at = 0; at < words.length; at++) {
    const phrase = longestPhrase(words, at, lexicon)
    if (phrase !== null) {
      found.push({ at, weight: phrase.weight })
      at += phrase.length - 1
      continue
    }
    const word = words[at] ?? ''
    const weight = lexicon.weights.get(word) ?? stemWeight(word, lexicon)
    if (weight !== undefined) found.push({ at, weight: weight * bend(words, at, lexicon) })
  }
  return found
}

function longestPhrase(
  words: readonly string[],
  at: number,
  lexicon: Lexicon,
): { length: number; weight: number } | null {
  for (let length = Math.min(phraseWordsMax, words.length - at); length > 1; length--) {
    const weight = lexicon.weights.get(words.slice(at, at + length).join(' '))
    if (weight !== undefined) return { length, weight }
  }
  return null
}

/** The longest stem that stands first in the word. */
function stemWeight(word: string, lexicon: Lexicon): number | undefined {
  if (lexicon.stems.size === 0) return undefined
  for (let start = 0; start + stemLengths.min <= word.length; start++) {
    for (let length = stemLengths.max; length >= stemLengths.min; length--) {
      const weight = lexicon.stems.get(word.slice(start, start + length))
      if (weight !== undefined) return weight
    }
  }
  return undefined
}

/** How the neighbours change a word: negation turns it, `very` and `slightly` stretch it. */
function bend(words: readonly string[], at: number, lexicon: Lexicon): number {
  const before = words.slice(Math.max(0, at - reachWords), at)
  const near = before.slice(-2)
  let factor = before.some((word) => lexicon.negations.has(word)) ? turned : 1
  if (lexicon.negationFollows && words.slice(at + 1, at + 1 + reachWords).some((word) => lexicon.negations.has(word))) {
    factor = turned
  }
  if (near.some((word) => lexicon.stronger.has(word))) factor *= 1.3
  if (near.some((word) => lexicon.weaker.has(word))) factor *= 0.7
  return factor
}

function weightsOf(groups: Record<string, string>): Map<string, number> {
  const weights = new Map<string, number>()
  for (const [weight, words] of Object.entries(groups)) {
    for (const [, phrase, word] of words.matchAll(/'([^']+ [^']+)'|(\S+)/g))
      weights.set(phrase ?? word ?? '', Number(weight))
  }
  return weights
}

function wordSet(words: string): Set<string> {
  return new Set(words.split(' ').filter((word) => word !== ''))
}
