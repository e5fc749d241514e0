// How fast each side speaks, and how evenly.

import type { Metrics } from '../../conversations/shapes.ts'
import { wordsOfTurn } from '../turns/spoken-words.ts'
import { clip, lengthMs } from './intervals.ts'
import { mean, measured, missing } from './metric.ts'
import type { Parties, Party, Side } from './parties.ts'

const speechMinMs = 15_000
const windowMs = 30_000
/** Below this a window says more about pauses than about pace. */
const windowSpeechMinMs = 5_000

export function measureSpeechRate(parties: Parties, durationMs: number): Metrics {
  const of = (side: Side): Metrics => {
    const party = parties[side]
    if (!party) return missing(parties.reason, `speech_rate_wpm_${side}`, `speech_rate_variation_${side}`)
    const speechMs = lengthMs(party.speech)
    const words = party.turns.reduce((sum, turn) => sum + wordsOfTurn(turn).length, 0)
    if (words === 0)
      return missing('no words were recognised', `speech_rate_wpm_${side}`, `speech_rate_variation_${side}`)
    if (speechMs < speechMinMs) {
      return missing(
        `the ${side} speaks for less than 15 s`,
        `speech_rate_wpm_${side}`,
        `speech_rate_variation_${side}`,
      )
    }
    const variation = variationOf(party, durationMs)
    return {
      ...measured(`speech_rate_wpm_${side}`, words / (speechMs / 60_000)),
      ...(variation === null
        ? missing('fewer than two windows of 30 s hold enough speech with word times', `speech_rate_variation_${side}`)
        : measured(`speech_rate_variation_${side}`, variation)),
    }
  }
  return { ...of('agent'), ...of('customer') }
}

function variationOf(party: Party, durationMs: number): number | null {
  const starts = party.turns.flatMap(({ words }) => words.map(({ s }) => s))
  const wordsPerWindow = new Map<number, number>()
  for (const s of starts) {
    const window = Math.floor(s / windowMs)
    wordsPerWindow.set(window, (wordsPerWindow.get(window) ?? 0) + 1)
  }
  const rates: number[] = []
  for (let window = 0; window * windowMs < durationMs && starts.length > 0; window++) {
    const speechMs = lengthMs(clip(party.speech, window * windowMs, (window + 1) * windowMs))
    if (speechMs >= windowSpeechMinMs) rates.push((wordsPerWindow.get(window) ?? 0) / speechMs)
  }
  const average = mean(rates)
  if (rates.length < 2 || !average) return null
  const variance = mean(rates.map((rate) => (rate - average) ** 2)) as number
  return Math.sqrt(variance) / average
}
