// Every figure of a call that needs only its recording and transcript. Sentiment, which needs findings, is beside it.

import type { Metrics } from '../../conversations/shapes.ts'
import { measureInterruptions } from './interruptions.ts'
import { limited, measured, missing, partial } from './metric.ts'
import { type CallInput, partiesOf } from './parties.ts'
import { measureQuestions } from './questions.ts'
import { measureSilence } from './silence.ts'
import { measureSpeechRate } from './speech-rate.ts'
import { measureOvertalk, measureTalk } from './talk.ts'
import { measureConfidence, measureLanguageMix, measureLoudness } from './transcript-quality.ts'
import { measureAnswers, measureMonologues, measureSwitches } from './turn-taking.ts'

/**
 * Metrics by id, each with value or null, status, formula and unit (see formulas.ts). Which ids are there does not depend
 * on the recording. Where roles are the organisation's default, figures that need them are `partial` and say so.
 */
export function measureCall(given: CallInput): Metrics {
  const input = { ...given, durationMs: Number.isFinite(given.durationMs) ? Math.max(0, given.durationMs) : 0 }
  const parties = partiesOf(input)
  const { durationMs } = input
  const ofSides = {
    ...measureTalk(parties, durationMs),
    ...measureInterruptions(parties, durationMs),
    ...measureSpeechRate(parties, durationMs),
    ...measureMonologues(input, parties),
    ...measureAnswers(input, parties),
    ...measureQuestions(parties, durationMs),
    ...measureLoudness(input, parties),
  }
  return {
    ...measured('duration', durationMs / 1000),
    ...(durationMs > 0
      ? partial('handle_time', durationMs / 1000, 'basis: the recording; queue and after-call work are not known')
      : missing('the recording is empty', 'handle_time')),
    ...measureSilence(parties.everyone, input.holds, durationMs),
    ...measureConfidence(input.turns),
    ...measureLanguageMix(input.turns),
    ...measureOvertalk(parties),
    ...measureSwitches(input),
    ...(parties.assumption ? limited(ofSides, parties.assumption) : ofSides),
  }
}
