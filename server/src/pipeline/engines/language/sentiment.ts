// How a turn feels: a trained model or a list of words, whichever the turn's language has; else null, with the reason.
// Averages over turns and parties are metrics, and not made here.

import type { Sentiment, SentimentLabel } from '../../../conversations/shapes.ts'
import { languageOf } from '../../../platform/language-tags.ts'
import { judge, type Lexicon } from './lexicon.ts'
import { classify, type LinearModel } from './linear-model.ts'
import type { ReadTurn } from './words.ts'

export type SentimentModels = {
  /** Trained models by language; their classes are negative, neutral, positive in that order. */
  trained: Map<string, LinearModel>
  lexicons: Map<string, Lexicon>
  signs: Map<string, number>
}

type SentimentVerdict = { sentiment: Sentiment; reason: null } | { sentiment: null; reason: string }

/** Scores beyond this, either way, are not neutral (formula `sentiment_turn`). */
const neutralMax = 0.25
/** Only the English list is wide enough for its silence to mean something. */
const wideLexicons = new Set(['en'])
/** More words than these of one turn add cost but no news. */
const wordsReadMax = 1000

export function labelOf(score: number): SentimentLabel {
  return score < -neutralMax ? 'negative' : score > neutralMax ? 'positive' : 'neutral'
}

export function judgeSentiment(models: SentimentModels, turn: ReadTurn, tag: string | null): SentimentVerdict {
  const words = turn.words.slice(0, wordsReadMax)
  const signs = turn.signs.slice(0, wordsReadMax)
  const language = tag === null ? null : languageOf(tag)
  const trained = language === null ? undefined : models.trained.get(language)
  if (trained !== undefined && words.length + signs.length > 0) {
    return { sentiment: fromOdds(classify(trained, [...words, ...signs])), reason: null }
  }
  const lexicon = (language === null ? undefined : models.lexicons.get(language)) ?? null
  const { score, hits } = judge(words, signs, lexicon, models.signs)
  const silenceIsNeutral = language !== null && wideLexicons.has(language) && words.length > 0
  if (hits > 0 || silenceIsNeutral) {
    const confidence = hits === 0 ? 0.4 : 0.5 + 0.4 * Math.abs(score)
    return { sentiment: sentiment(score, confidence), reason: null }
  }
  return { sentiment: null, reason: silence(turn, tag, lexicon) }
}

function silence(turn: ReadTurn, tag: string | null, lexicon: Lexicon | null): string {
  if (turn.words.length === 0) return 'no words'
  if (tag === null) return 'language unknown'
  return lexicon === null ? `no sentiment model for ${tag}` : `no word known to the ${tag} sentiment list`
}

/**
 * A score that agrees with the likeliest class: neutral stays within the thresholds, and the others start beyond them,
 * growing with their lead over the next class.
 */
function fromOdds(odds: readonly number[]): Sentiment {
  const [negative = 0, neutral = 0, positive = 0] = odds
  const top = Math.max(negative, neutral, positive)
  if (top === neutral) return sentiment(neutralMax * (positive - negative), neutral)
  const lead = top - Math.max(neutral, Math.min(negative, positive))
  const score = neutralMax + (1 - neutralMax) * Math.max(lead, 0.01)
  return sentiment(top === positive ? score : -score, top)
}

function sentiment(score: number, confidence: number): Sentiment {
  const rounded = Math.round(score * 1000) / 1000 || 0
  return { label: labelOf(rounded), score: rounded, confidence: Math.round(confidence * 1000) / 1000 }
}
