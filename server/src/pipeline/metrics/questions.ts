// How often the agent asks, by punctuation; where the engine writes none, by opening words.

import type { Metrics, Turn } from '../../conversations/shapes.ts'
import { wordsOfTurn } from '../turns/spoken-words.ts'
import { measured, measuredOr, missing, partial } from './metric.ts'
import type { Parties } from './parties.ts'

// Only languages whose questions are known by their first words; most Bantu languages ask by a particle or by tone.
const openings: Record<string, string> = {
  en: `what, which, who, whose, where, when, why, how, can i, can you, could i, could you, may i, would you, do you, did you,
    does, are you, is there, is that, is this, is it, have you, will you, shall i, was that`,
  af: `wat, watter, wie, waar, wanneer, hoekom, hoe, kan ek, kan u, kan jy, mag ek, wil u, wil jy, het u, het jy, is daar`,
}
const fillers = new Set('and so okay ok alright uh um well en oh yes sure right'.split(' '))

export function measureQuestions({ agent, reason }: Parties, durationMs: number): Metrics {
  if (!agent) return missing(reason, 'question_count', 'question_rate')
  if (agent.turns.length === 0)
    return missing('no words of the agent were recognised', 'question_count', 'question_rate')
  if (agent.turns.some(({ text }) => /[.?!？。؟]/.test(text))) {
    const count = agent.turns.filter(({ text }) => /[?？؟]/.test(text)).length
    return {
      ...measured('question_count', count),
      ...measuredOr('question_rate', count / (durationMs / 600_000), 'the recording is empty'),
    }
  }
  const judged = agent.turns.map(opensAsQuestion)
  if (judged.every((isQuestion) => isQuestion === null)) {
    return missing(
      'the transcript has no punctuation and its language no known question words',
      'question_count',
      'question_rate',
    )
  }
  const count = judged.filter(Boolean).length
  const method = 'method: opening words, since the transcript has no punctuation'
  return {
    ...partial('question_count', count, method),
    ...(durationMs > 0
      ? partial('question_rate', count / (durationMs / 600_000), method)
      : missing('the recording is empty', 'question_rate')),
  }
}

/** null where the turn's language is not known or not covered. */
function opensAsQuestion(turn: Turn): boolean | null {
  const known = openings[turn.language?.split('-')[0]?.toLowerCase() ?? '']
  if (!known) return null
  const words = wordsOfTurn(turn)
  const from = words.findIndex((word) => !fillers.has(word))
  const text = `${words.slice(Math.max(0, from)).join(' ')} `
  return known.split(/,\s+/).some((opening) => text.startsWith(`${opening} `))
}
