// What the transcript says of itself: confidence of its words, languages that are spoken, loudness of the channels.

import type { Metrics, Turn } from '../../conversations/shapes.ts'
import { mean, measured, measuredOr, missing, partial, round } from './metric.ts'
import type { CallInput, Parties, Side } from './parties.ts'

/** Vocabulary: words below this are uncertain. */
const lowConfidence = 0.6

export function measureConfidence(turns: Turn[]): Metrics {
  const words = turns.flatMap((turn) => turn.words)
  const known = words.flatMap(({ c }) => (c !== null && Number.isFinite(c) ? [c] : []))
  const average = mean(known)
  if (average === null) {
    return missing('the speech engine gives no confidence of words', 'asr_confidence_mean', 'low_confidence_ratio')
  }
  const low = (known.filter((c) => c < lowConfidence).length / known.length) * 100
  const note = `${known.length} of ${words.length} words have a confidence`
  return known.length === words.length
    ? { ...measured('asr_confidence_mean', average), ...measured('low_confidence_ratio', low) }
    : { ...partial('asr_confidence_mean', average, note), ...partial('low_confidence_ratio', low, note) }
}

/** Share of speech time per BCP-47 tag in %, largest first; `und` stands for turns of unknown language. */
export function languageShares(turns: Turn[]): { tag: string; share: number }[] {
  const total = turns.reduce((sum, turn) => sum + weight(turn), 0)
  return [...Map.groupBy(turns, ({ language }) => language ?? 'und')]
    .map(([tag, own]) => ({ tag, share: round((own.reduce((sum, turn) => sum + weight(turn), 0) / total) * 100) }))
    .sort((a, b) => b.share - a.share || a.tag.localeCompare(b.tag))
}

/** Of chats, whose turns have no length, each turn weighs the same. */
const weight = ({ start_ms, end_ms }: Turn): number => Math.max(1, end_ms - start_ms)

export function measureLanguageMix(turns: Turn[]): Metrics {
  const shares = languageShares(turns)
  if (!shares.some(({ tag }) => tag !== 'und')) return missing('the language of the turns is not known', 'language_mix')
  return measured('language_mix', shares.map(({ tag, share }) => `${tag}=${share.toFixed(1)}`).join(';'))
}

export function measureLoudness({ channels, channelCheck }: CallInput, parties: Parties): Metrics {
  const of = (side: Side): Metrics => {
    const party = parties[side]
    const ids = [`loudness_dbfs_p50_${side}`, `loudness_dbfs_p95_${side}`] as const
    if (channelCheck !== 'distinct') return missing('the parties share one channel', ...ids)
    if (!party) return missing(parties.reason, ...ids)
    const channel = channels[party.channelIndex ?? -1]
    return {
      ...measuredOr(ids[0], channel?.loudnessDbfsP50 ?? null, `the channel of the ${side} is silent`),
      ...measuredOr(ids[1], channel?.loudnessDbfsP95 ?? null, `the channel of the ${side} is silent`),
    }
  }
  return { ...of('agent'), ...of('customer') }
}
