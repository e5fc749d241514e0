// What a language engine is: from the words of a conversation to language, sentiment, keywords and summary.
// Each engine is one file (or folder) beside this one and passes the same conformance suite.

import type { Finding, Keyword, Provenance, Role, Sentiment, Summary } from '../../../conversations/shapes.ts'

export type LanguageTurn = {
  id: string
  role: Role
  text: string
  /** BCP-47 tag that the client gave for this turn, or null. A given tag wins over detection. */
  language: string | null
}

export type LanguageInput = {
  turns: LanguageTurn[]
  /** BCP-47 tag that holds for the whole conversation, or null. */
  language: string | null
  signal: AbortSignal
}

export type TurnFindings = {
  id: string
  language: { tag: string; confidence: number } | null
  /** null where the engine cannot tell, such as in a language that it has no sentiment model for. */
  sentiment: Sentiment | null
  /** Why `sentiment` is null, for people: `no sentiment model for ve-ZA`. Null where it is not. */
  sentiment_reason: string | null
}

export type LanguageResult = {
  turns: TurnFindings[]
  keywords: Finding<Keyword[]>
  summary: Finding<Summary>
  provenance: Provenance
}

export type LanguageEngine = {
  name: 'builtin' | 'llm'
  analyse(input: LanguageInput): Promise<LanguageResult>
  close(): Promise<void>
}
