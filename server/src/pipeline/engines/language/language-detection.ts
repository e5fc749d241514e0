// Which language each turn is in: a character model of the turn itself, weighed by the company it keeps.
// Reading tags that clients sent is platform/language-tags.ts; training is scripts/train-language-models.ts.

import { homeTag, isHomeLanguage, languageOf } from '../../../platform/language-tags.ts'
import type { TurnFindings } from './engine.ts'
import { classify, type LinearModel } from './linear-model.ts'
import type { Pace } from './pace.ts'
import type { ReadTurn } from './words.ts'

type Detected = TurnFindings['language']

/** Less likely right than wrong: the turn's language stays open. On held-out lines 54 % are right at 0.5 to 0.6. */
const confidenceMin = 0.5
/** A tag given for the whole conversation speaks as loudly as this many words, so that only clear turns depart from it. */
const conversationTagWords = 200
/** No turn counts for more than this in the company of the others. */
const turnWordsMax = 20
/** Weight, in words, of what is likely before anything was read. */
const habitWords = 2
/** How likely a language of far away is, beside a home language, before anything was read. */
const farLanguage = 0.2
/** The first words tell the language; more of them only cost time. */
const wordsReadMax = 300

/**
 * The language of each turn, in order. A tag given for a turn is taken as it is, with confidence 1; one given for the
 * conversation is a strong expectation, from which only clear turns depart. Null where there is no word in Latin
 * script, or no language is likely enough.
 */
export async function detectLanguages(
  model: LinearModel,
  turns: readonly ReadTurn[],
  conversationTag: string | null,
  pace: Pace,
): Promise<Detected[]> {
  if (conversationTag !== null && !model.classes.includes(languageOf(conversationTag))) {
    // A language that the model never met would be taken for its nearest relation: the client knows better.
    return turns.map((turn) => {
      const tag = turn.given ?? (turn.words.length > 0 ? conversationTag : null)
      return tag === null ? null : { tag, confidence: 1 }
    })
  }
  const habit = model.classes.map((language) => (isHomeLanguage(language) ? 1 : farLanguage))
  const habitTotal = habit.reduce((sum, value) => sum + value, 0)
  const company = habit.map((value) => (habitWords * value) / habitTotal)
  const regions = new Map<string, string>()
  const add = (odds: readonly number[], words: number) => {
    for (const [k, chance] of odds.entries()) company[k] = (company[k] ?? 0) + chance * words
  }
  const only = (tag: string) => model.classes.map((language) => (language === languageOf(tag) ? 1 : 0))

  if (conversationTag !== null) {
    add(only(conversationTag), conversationTagWords)
    regions.set(languageOf(conversationTag), conversationTag)
  }
  const readings: { odds: number[]; words: number }[] = []
  for (const turn of turns) {
    const words = Math.min(turnWordsMax, turn.words.length)
    const odds = turn.given !== null ? only(turn.given) : classify(model, turn.words.slice(0, wordsReadMax))
    if (turn.given !== null && !regions.has(languageOf(turn.given))) regions.set(languageOf(turn.given), turn.given)
    const counted = turn.given !== null || isReadable(turn) ? words : 0
    readings.push({ odds, words: counted })
    add(odds, counted)
    await pace()
  }

  return turns.map((turn, index) => {
    if (turn.given !== null) return { tag: turn.given, confidence: 1 }
    const reading = readings[index]
    if (reading === undefined || reading.words === 0) return null
    // What the turn itself added to the company is taken out again, lest it vouch for itself.
    const joint = reading.odds.map((chance, k) => chance * Math.max(1e-6, (company[k] ?? 0) - chance * reading.words))
    const total = joint.reduce((sum, value) => sum + value, 0)
    const best = joint.indexOf(Math.max(...joint))
    const confidence = (joint[best] ?? 0) / total
    const language = model.classes[best]
    if (language === undefined || !(confidence >= confidenceMin)) return null
    return { tag: regions.get(language) ?? homeTag(language), confidence: Math.round(confidence * 1000) / 1000 }
  })
}

/** The model knows Latin script alone; most letters of the turn must be of it. */
function isReadable(turn: ReadTurn): boolean {
  const sample = turn.words.slice(0, turnWordsMax).join('')
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0
  return latin > 0 && latin >= [...sample].length / 2
}
