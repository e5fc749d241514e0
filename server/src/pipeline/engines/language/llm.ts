// The language engine that asks a language model, at any OpenAI-compatible chat endpoint with structured output
// (https://platform.openai.com/docs/api-reference/chat/create). What it asks and how it checks the answers is
// llm-questions.ts. Whatever goes wrong on the way, the builtin engine does the work, and the provenance says so.

import type { Keyword, Provenance } from '../../../conversations/shapes.ts'
import { normaliseLanguageTag } from '../../../platform/language-tags.ts'
import { builtinLanguageEngine } from './builtin.ts'
import type { LanguageEngine, LanguageInput, LanguageResult, TurnFindings } from './engine.ts'
import { keywordsMax } from './keywords.ts'
import { askModel, type ChatEndpoint, LlmFailure } from './llm-endpoint.ts'
import {
  askAboutPart,
  askForWhole,
  type Part,
  type PartAnswer,
  partsOf,
  promptVersion,
  readPartAnswer,
  readWholeAnswer,
} from './llm-questions.ts'
import { labelOf } from './sentiment.ts'
import { cleanText, turnCharsMax, wordsOf } from './words.ts'

export type LlmSettings = ChatEndpoint

/** Beyond this many parts the model would cost more than it tells. One part holds some 12,000 characters. */
const partsMax = 20

/**
 * `settings.baseUrl` with or without `/v1`; `timeoutMs` holds for each request. Never throws for a failing model: then
 * the result is the builtin engine's, with `fallback_from: 'llm'` and a `fallback_reason` fit to be shown. Throws only
 * the reason of an aborted `signal`.
 */
export function llmLanguageEngine(settings: LlmSettings): LanguageEngine {
  const builtin = builtinLanguageEngine()
  return {
    name: 'llm',
    analyse: async (input) => {
      input.signal.throwIfAborted()
      try {
        return await analyseByModel(settings, input)
      } catch (cause) {
        input.signal.throwIfAborted()
        if (!(cause instanceof LlmFailure)) throw cause
        return marked(await builtin.analyse(input), cause.message)
      }
    },
    close: () => builtin.close(),
  }
}

async function analyseByModel(settings: LlmSettings, input: LanguageInput): Promise<LanguageResult> {
  const parts = partsOf(input.turns)
  if (parts.length === 0) throw new LlmFailure('there are no words to ask about')
  if (parts.length > partsMax) throw new LlmFailure('the conversation is too long for the language model')
  const answers: PartAnswer[] = []
  for (const part of parts) {
    answers.push(readPartAnswer(await askModel(settings, askAboutPart(part, input.language), input.signal), part))
  }
  const summary = await wholeSummary(settings, parts, answers, input.signal)
  const provenance: Provenance = { name: 'llm', model: settings.model, version: promptVersion }
  const keywords = mergeKeywords(answers, input)
  return {
    turns: input.turns.map((turn, index) => turnFindings(turn.id, turn.language, index, answers)),
    keywords:
      keywords.length > 0
        ? { status: 'ok', value: keywords, engine: provenance }
        : { status: 'not_computable', value: null, reason: 'no word stands out', engine: provenance },
    summary: {
      status: 'ok',
      value: { short: summary.short, evidence: summary.evidence.map((index) => input.turns[index]?.id ?? '') },
      engine: provenance,
    },
    provenance,
  }
}

/** Several parts are summed up once more, from their own summaries. */
async function wholeSummary(settings: LlmSettings, parts: Part[], answers: PartAnswer[], signal: AbortSignal) {
  const [only, ...more] = answers.map((answer) => answer.summary)
  if (only !== undefined && more.length === 0) return only
  const summaries = answers.map((answer) => answer.summary)
  return readWholeAnswer(await askModel(settings, askForWhole(summaries), signal), parts)
}

function turnFindings(id: string, given: string | null, index: number, answers: PartAnswer[]): TurnFindings {
  const givenTag = given === null ? null : normaliseLanguageTag(given)
  const answer = answers.map((part) => part.turns.get(index)).find((found) => found !== undefined)
  const tag = givenTag ?? answer?.language ?? null
  return {
    id,
    language: tag === null ? null : { tag, confidence: givenTag === null ? (answer?.languageConfidence ?? 0) : 1 },
    sentiment:
      answer === undefined
        ? null
        : { label: labelOf(answer.score), score: answer.score, confidence: answer.scoreConfidence },
    sentiment_reason: answer === undefined ? 'no words' : null,
  }
}

/** The model proposes; only phrases that were said are kept, and we count how often. */
function mergeKeywords(answers: PartAnswer[], input: LanguageInput): Keyword[] {
  const spoken = input.turns.map((turn) => ` ${wordsOf(cleanText(turn.text, turnCharsMax)).join(' ')} `).join('\n')
  const scores = new Map<string, number>()
  for (const { text, score } of answers.flatMap((answer) => answer.keywords)) {
    const phrase = wordsOf(cleanText(text, 100)).join(' ')
    if (phrase !== '') scores.set(phrase, Math.max(score, scores.get(phrase) ?? 0))
  }
  return [...scores]
    .map(([text, score]) => ({ text, score, count: spoken.split(` ${text} `).length - 1 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.score - a.score || b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, keywordsMax)
}

function marked(result: LanguageResult, reason: string): LanguageResult {
  const mark = (engine: Provenance): Provenance => ({ ...engine, fallback_from: 'llm', fallback_reason: reason })
  return {
    turns: result.turns,
    keywords: { ...result.keywords, engine: mark(result.keywords.engine) },
    summary: { ...result.summary, engine: mark(result.summary.engine) },
    provenance: mark(result.provenance),
  }
}
