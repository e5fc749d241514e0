// Loudness of one channel: the level of its seconds with speech (`loudness_dbfs_p50`, `loudness_dbfs_p95`).

import type { Levels } from './channel-track.ts'
import { percentile, toDbfs } from './decibels.ts'
import type { SpeechInterval } from './types.ts'

const windowMs = 1000

/** Percentiles of the RMS of one-second windows that are at least half speech (of any with speech, if none is). */
export function measureLoudness(levels: Levels, speech: SpeechInterval[]) {
  const framesPerWindow = Math.round(windowMs / levels.frameMs)
  const windows = new Map<number, number>()
  for (const { startMs, endMs } of speech) {
    for (let at = startMs; at < endMs; ) {
      const window = Math.floor(at / windowMs)
      const until = Math.min(endMs, (window + 1) * windowMs)
      windows.set(window, (windows.get(window) ?? 0) + until - at)
      at = until
    }
  }
  const halfFull = [...windows].filter(([, speechMs]) => speechMs >= windowMs / 2)
  const chosen = (halfFull.length > 0 ? halfFull : [...windows]).map(([window]) => {
    const from = Math.floor((window * windowMs) / levels.frameMs)
    const frames = levels.power.subarray(from, from + framesPerWindow)
    return toDbfs(frames.reduce((sum, power) => sum + power, 0) / Math.max(1, frames.length))
  })
  return { loudnessDbfsP50: rounded(percentile(chosen, 0.5)), loudnessDbfsP95: rounded(percentile(chosen, 0.95)) }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}
