// The language engine that is always there: deterministic, on the CPU, without any network. It puts the parts of this
// folder together; each part owns its method, and scripts/train-language-models.ts makes their data.

import type { Finding, Keyword, Provenance, Summary } from '../../../conversations/shapes.ts'
import { normaliseLanguageTag } from '../../../platform/language-tags.ts'
import type { LanguageEngine, LanguageInput, LanguageResult, TurnFindings } from './engine.ts'
import { findKeywords } from './keywords.ts'
import { detectLanguages } from './language-detection.ts'
import { loadModels, modelsVersion } from './models.ts'
import { createPace } from './pace.ts'
import { judgeSentiment } from './sentiment.ts'
import { summarise } from './summary.ts'
import { type ReadTurn, readTurn } from './words.ts'

const provenance: Provenance = { name: 'builtin', model: 'linear-and-lexicon', version: modelsVersion }
const noWords = 'the conversation has no words'

/**
 * Language, sentiment, keywords and an extractive summary, the same for the same input. It reads the first 20,000
 * characters of each turn, gives the event loop back every few milliseconds, and throws only the reason of an aborted
 * `signal`.
 */
export function builtinLanguageEngine(): LanguageEngine {
  return { name: 'builtin', analyse, close: async () => {} }
}

async function analyse(input: LanguageInput): Promise<LanguageResult> {
  input.signal.throwIfAborted()
  const models = loadModels()
  const pace = createPace(input.signal)
  const turns: ReadTurn[] = []
  for (const turn of input.turns) {
    turns.push(readTurn(turn, turn.language === null ? null : normaliseLanguageTag(turn.language)))
    await pace()
  }
  const conversationTag = input.language === null ? null : normaliseLanguageTag(input.language)
  const languages = await detectLanguages(models.languages, turns, conversationTag, pace)

  const findings: TurnFindings[] = []
  for (const [index, turn] of turns.entries()) {
    const language = languages[index] ?? null
    const { sentiment, reason } = judgeSentiment(models.sentiment, turn, language?.tag ?? conversationTag)
    findings.push({ id: turn.id, language, sentiment, sentiment_reason: reason })
    await pace()
  }

  if (turns.every((turn) => turn.words.length === 0)) {
    return { turns: findings, keywords: missing(noWords), summary: missing(noWords), provenance }
  }
  const stopWordsFor = (index: number) => models.stopWords(languages[index]?.tag ?? conversationTag)
  const keywords = await findKeywords(turns, stopWordsFor, pace)
  const summary = await summarise(turns, stopWordsFor, pace)
  return {
    turns: findings,
    keywords: keywords.length === 0 ? missing('no word stands out') : found(keywords),
    summary: summary === null ? missing(noWords) : found(summary),
    provenance,
  }
}

function found<T extends Keyword[] | Summary>(value: T): Finding<T> {
  return { status: 'ok', value, engine: provenance }
}

function missing(reason: string): { status: 'not_computable'; value: null; reason: string; engine: Provenance } {
  return { status: 'not_computable', value: null, reason, engine: provenance }
}
