// A summary made of the conversation's own sentences, so in its own language: what the customer came for, what the
// agent answered, and what else was said most. Nothing is worded anew, so nothing is made up.

import type { Role, Summary } from '../../../conversations/shapes.ts'
import type { IsStopWord } from './keywords.ts'
import type { Pace } from './pace.ts'
import { type ReadTurn, sentencesOf, wordsOf } from './words.ts'

/** Sentences shorter than this, in content words, are greetings and the like. */
const contentWordsMin = 3
/** A longer stretch without punctuation (speech) is cut here. */
const sentenceWordsMax = 40
const sentenceCharsMax = 600
const summaryWordsMax = 60
const sentencesMax = 3

type Sentence = { index: number; turn: number; id: string; role: Role; text: string; words: number; content: string[] }

/** Null where there is no sentence to choose. `evidence` holds the ids of the turns quoted, in order. */
export async function summarise(
  turns: readonly ReadTurn[],
  stopWordsFor: (index: number) => IsStopWord,
  pace: Pace,
): Promise<Summary | null> {
  const sentences: Sentence[] = []
  for (const [index, turn] of turns.entries()) {
    addSentences(sentences, turn, index, stopWordsFor(index))
    await pace()
  }
  if (sentences.length === 0) return null
  const chosen = await choose(sentences, turns.length, pace)
  return {
    short: chosen.map(({ text }) => text).join(' '),
    evidence: [...new Set(chosen.map(({ id }) => id))],
  }
}

function addSentences(sentences: Sentence[], turn: ReadTurn, turnIndex: number, isStopWord: IsStopWord): void {
  for (const whole of sentencesOf(turn.clean)) {
    const pieces = whole.split(/\s+/)
    for (let at = 0; at < pieces.length; at += sentenceWordsMax) {
      const text = pieces
        .slice(at, at + sentenceWordsMax)
        .join(' ')
        .slice(0, sentenceCharsMax)
        .toWellFormed()
      const words = wordsOf(text)
      if (words.length === 0) continue
      const content = [...new Set(words.filter((word) => !isStopWord(word)))]
      const index = sentences.length
      sentences.push({ index, turn: turnIndex, id: turn.id, role: turn.role, text, words: words.length, content })
    }
  }
}

/** A word weighs more the more sentences it is in, with little left to gain after the first few. */
function wordWeights(sentences: readonly Sentence[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { content } of sentences) for (const word of content) counts.set(word, (counts.get(word) ?? 0) + 1)
  return new Map([...counts].map(([word, count]) => [word, 1 + Math.log(count)]))
}

type Wish = { of: (sentence: Sentence) => boolean; early: boolean }

/** What a summary wants, first things first: the customer's matter, the agent's answer, then the gist. */
const wishes: Wish[] = [
  { of: (sentence) => isTelling(sentence) && sentence.role === 'customer', early: true },
  { of: (sentence) => isTelling(sentence) && (sentence.role === 'agent' || sentence.role === 'bot'), early: false },
  { of: isTelling, early: true },
  { of: isTelling, early: false },
  { of: () => true, early: true },
]

async function choose(sentences: readonly Sentence[], turnCount: number, pace: Pace): Promise<Sentence[]> {
  const weights = wordWeights(sentences)
  const chosen: Sentence[] = []
  const said = new Set<string>()
  let words = 0
  for (const wish of wishes) {
    if (chosen.length === sentencesMax) break
    let best: Sentence | null = null
    let bestWorth = -1
    for (const [index, sentence] of sentences.entries()) {
      if (index % 200 === 0) await pace()
      if (chosen.includes(sentence) || !wish.of(sentence)) continue
      if (chosen.length > 0 && (words + sentence.words > summaryWordsMax || !isTelling(sentence))) continue
      const place = sentence.turn / Math.max(1, turnCount - 1)
      const worth = worthOf(sentence, weights, said) / (wish.early ? 1 + 6 * place : 1)
      if (worth > bestWorth) [best, bestWorth] = [sentence, worth]
    }
    if (best === null) continue
    chosen.push(best)
    words += best.words
    for (const word of best.content) said.add(word)
  }
  return chosen.sort((a, b) => a.index - b.index)
}

function isTelling(sentence: Sentence): boolean {
  return sentence.content.length >= contentWordsMin
}

/** New content words of a sentence, by weight; half of the length is forgiven. */
function worthOf(sentence: Sentence, weights: Map<string, number>, said: ReadonlySet<string>): number {
  let sum = 0
  for (const word of sentence.content) sum += (weights.get(word) ?? 0) * (said.has(word) ? 0.2 : 1)
  return sum / Math.sqrt(sentence.words + 4)
}
