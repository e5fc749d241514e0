// Reads one result of sherpa-onnx: text, tokens with times where the model gives them, language.

import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Word } from '../../../conversations/shapes.ts'
import type { Stretch } from './channel-audio.ts'
import type { SpeechSegment } from './engine.ts'
import { meanConfidence, spreadWords } from './word-timing.ts'

const Result = Type.Object({
  text: Type.String(),
  tokens: Type.Optional(Type.Array(Type.String())),
  /** Seconds from the start of the stretch, one for each token. */
  timestamps: Type.Optional(Type.Array(Type.Number())),
  /** Natural logarithms, one for each token. */
  ys_log_probs: Type.Optional(Type.Array(Type.Number())),
  lang: Type.Optional(Type.String()),
})

// The last token of a model that gives starts alone.
const tokenLastsMsMax = 400

/** Null for a value that is no result. `<|en|>` is how sense-voice writes a language. */
export function readResult(value: unknown, stretch: Stretch, expectedLanguage: string | null): SpeechSegment[] | null {
  if (!Check(Result, value)) return null
  const text = value.text.trim()
  if (text === '') return []
  const { tokens = [], timestamps = [], ys_log_probs: logProbs = [], lang = '' } = value
  const isTimed = tokens.length > 0 && timestamps.length === tokens.length
  const timed = isTimed ? joinTokens(tokens, timestamps, logProbs, stretch) : []
  const words = timed.length > 0 ? timed : spreadWords(text, [stretch])
  const language = lang.replace(/[<|>]/g, '') || expectedLanguage
  const startMs = words[0]?.s ?? stretch.startMs
  const endMs = words.at(-1)?.e ?? stretch.endMs
  return [{ startMs, endMs, text, words, confidence: meanConfidence(words), language, speaker: null }]
}

/** A word begins at a token that begins with a space or `▁`; without such marks each token is a word. */
function joinTokens(tokens: string[], timestamps: number[], logProbs: number[], stretch: Stretch): Word[] {
  const isMarked = tokens.some((token) => /^[ ▁]/.test(token))
  const words: (Word & { probabilities: number[] })[] = []
  for (const [i, token] of tokens.entries()) {
    const spelling = token.replace(/^[ ▁]+/, '')
    const s = stretch.startMs + (timestamps[i] as number) * 1000
    const next = timestamps[i + 1]
    const e = Math.min(next === undefined ? stretch.endMs : stretch.startMs + next * 1000, s + tokenLastsMsMax)
    const logProb = logProbs[i]
    const probabilities = logProb === undefined ? [] : [Math.exp(logProb)]
    const last = words.at(-1)
    if (last && isMarked && spelling === token) {
      words[words.length - 1] = {
        ...last,
        w: last.w + token,
        e,
        probabilities: [...last.probabilities, ...probabilities],
      }
    } else words.push({ w: spelling, s, e, c: null, probabilities })
  }
  return words
    .filter(({ w }) => w !== '')
    .map(({ probabilities, ...word }) => {
      const sum = probabilities.reduce((total, one) => total + one, 0)
      return { ...word, c: probabilities.length > 0 ? sum / probabilities.length : null }
    })
}
