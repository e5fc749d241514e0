// Which of the voices is the agent, judged by words and behaviour. What the sender of the recording said is stronger
// and is weighed elsewhere.

import type { Role } from '../../conversations/shapes.ts'
import { phraseEvidence } from './role-phrases.ts'
import { spokenWords } from './spoken-words.ts'

export type Voice = { participantId: string; text: string }

type InferredRole = { role: Role; confidence: number }

/** Below this the words are not believed. */
export const roleConfidenceMin = 0.7

/** Log odds for being the first to speak a whole sentence: agents greet, on calls in and out. */
const opensTheCall = 0.8
const openingWordsMin = 4
/** Log odds for asking more questions than all others together; only where the engine writes punctuation. */
const asksMore = 0.4
/** However much evidence there is, it is an inference. */
const confidenceMax = 0.98

/**
 * Agent and customer among the voices of one call, from its turns in order of time.
 *
 * Two voices: both get a role, each with the same confidence (0.5 = nothing speaks for either; then the first voice is
 * named agent and the caller must look at the confidence). More voices: the agent where one stands out, the others
 * `unknown`, since nothing tells a customer from a second colleague. One voice: `unknown`.
 *
 * Measured without the opening on 250 support chats with known roles (Tweetsumm): 94.8 % right; sure of 212 of them and
 * right in 98.6 % of those.
 */
export function inferRoles(voices: string[], turns: Voice[]): Map<string, InferredRole> {
  const unknown: InferredRole = { role: 'unknown', confidence: 0 }
  const roles = new Map(voices.map((id) => [id, unknown]))
  if (voices.length < 2) return roles
  const evidence = voices.map((id) => ({ id, score: evidenceOf(id, turns) })).sort((a, b) => b.score - a.score)
  const [first, second] = evidence as [{ id: string; score: number }, { id: string; score: number }]
  const confidence = Math.min(confidenceMax, 1 / (1 + Math.exp(second.score - first.score)))
  roles.set(first.id, { role: 'agent', confidence })
  if (voices.length === 2) roles.set(second.id, { role: 'customer', confidence })
  return roles
}

function evidenceOf(id: string, turns: Voice[]): number {
  const own = turns.filter(({ participantId }) => participantId === id)
  const others = turns.filter(({ participantId }) => participantId !== id)
  const opening = turns.find(({ text }) => spokenWords(text).length >= openingWordsMin)
  return (
    phraseEvidence(own.map(({ text }) => text).join(' ')) +
    (opening?.participantId === id ? opensTheCall : 0) +
    (questions(own) > questions(others) ? asksMore : 0)
  )
}

const questions = (turns: Voice[]): number => turns.filter(({ text }) => /[?？؟]/.test(text)).length
