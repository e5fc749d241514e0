// Analyse: what the words say. Language and sentiment of each turn and side, keywords, summary; one immutable analysis.

import {
  type Analysis,
  type Metrics,
  type PartySentiment,
  putAnalysis,
  requireTranscript,
  type Turn,
} from '../../conversations/index.ts'
import { labelOf } from '../engines/language/sentiment.ts'
import { languageShares, measureLanguageMix, measureSentiment } from '../metrics/index.ts'
import type { Stage } from '../stage.ts'

export const analyse: Stage = async ({ db, language: engine, conversation, run, revision, resultOf, signal }) => {
  const { org_id, id, language, duration_ms } = conversation
  const [{ turns }, measured] = await Promise.all([
    requireTranscript(db, { orgId: org_id, conversationId: id, revision }),
    resultOf<Metrics>('measure'),
  ])
  const said = turns.map((turn) => ({ id: turn.id, role: turn.role, text: turn.text, language: turn.language }))
  const found = await engine.analyse({ turns: said, language, signal })

  const byId = new Map(found.turns.map((one) => [one.id, one]))
  const understood = turns.map((turn): Turn => {
    const finding = byId.get(turn.id)
    return { ...turn, language: turn.language ?? finding?.language?.tag ?? null, sentiment: finding?.sentiment ?? null }
  })
  const durationMs = duration_ms ?? turns.at(-1)?.end_ms ?? 0
  const sentimentMetrics = measureSentiment({ turns: understood, durationMs })
  const metrics = { ...measured, ...measureLanguageMix(understood), ...sentimentMetrics }
  const analysis: Analysis = {
    org_id,
    conversation_id: id,
    id: run,
    transcript_revision: revision,
    provenance: found.provenance,
    turns: found.turns,
    languages: languageShares(understood).map(({ tag, share }) => ({ tag, share: share / 100 })),
    sentiment: sentimentOf(understood, sentimentMetrics),
    keywords: found.keywords,
    summary: found.summary,
    metrics,
  }
  return { status: 'ok', result: null, write: (tx) => putAnalysis(tx, analysis) }
}

function sentimentOf(turns: Turn[], metrics: Metrics): Analysis['sentiment'] {
  const side = (id: string): PartySentiment => {
    const { value, reason } = metrics[id] ?? { value: null }
    return typeof value === 'number'
      ? { score: value, label: labelOf(value) }
      : { score: null, label: null, reason: reason ?? '' }
  }
  const trend = metrics.sentiment_trend_class?.value
  const customer = side('sentiment_customer')
  const everyone = overall(turns)
  return {
    // How the customer felt is what the conversation is judged by; without known roles, how everybody sounded.
    overall: customer.score === null ? everyone : customer,
    agent: side('sentiment_agent'),
    customer,
    trend: typeof trend === 'string' ? trend : null,
  }
}

function overall(turns: Turn[]): PartySentiment {
  let [sum, length] = [0, 0]
  for (const { sentiment, start_ms, end_ms } of turns) {
    if (!sentiment) continue
    const weight = Math.max(1, end_ms - start_ms)
    sum += sentiment.score * weight
    length += weight
  }
  if (length === 0) return { score: null, label: null, reason: 'no turn has a sentiment' }
  return { score: sum / length, label: labelOf(sum / length) }
}
