// Time in which nobody talks: silence, dead air and hold.

import type { Metrics } from '../../conversations/shapes.ts'
import { clip, type Interval, lengthMs, subtract } from './intervals.ts'
import { measured, measuredOr, missing } from './metric.ts'

/** Vocabulary: preset of the field; Google counts from 5 s. */
const deadAirMinMs = 3_000

/** Time in which nobody talks and nobody is held, and which of it is dead air. */
export function gapsOf(
  speech: Interval[],
  holds: Interval[] | null,
  durationMs: number,
): { held: Interval[]; silence: Interval[]; deadAir: Interval[] } {
  const held = clip(holds ?? [], 0, durationMs)
  const silence = subtract([{ startMs: 0, endMs: durationMs }], [...speech, ...held])
  return { held, silence, deadAir: silence.filter(({ startMs, endMs }) => endMs - startMs >= deadAirMinMs) }
}

/** `speech` of everyone; `holds` null = not known, then hold counts as silence and hold metrics are null. */
export function measureSilence(speech: Interval[], holds: Interval[] | null, durationMs: number): Metrics {
  const { held, silence, deadAir } = gapsOf(speech, holds, durationMs)
  const silenceMs = lengthMs(silence)
  const dead = deadAir.map(({ startMs, endMs }) => endMs - startMs)
  const deadMs = dead.reduce((sum, ms) => sum + ms, 0)
  const holdMs = held.map(({ startMs, endMs }) => endMs - startMs)
  return {
    ...measured('silence_time', silenceMs / 1000),
    ...measuredOr('silence_ratio', (silenceMs / durationMs) * 100, 'the recording is empty'),
    ...measured('dead_air_time', deadMs / 1000),
    ...measured('dead_air_count', dead.length),
    ...measured('longest_dead_air', Math.max(0, ...dead) / 1000),
    ...(holds === null
      ? missing('it is not known when the call was on hold', 'hold_time', 'hold_count', 'longest_hold', 'non_talk_time')
      : {
          ...measured('hold_time', lengthMs(held) / 1000),
          ...measured('hold_count', held.length),
          ...measured('longest_hold', Math.max(0, ...holdMs) / 1000),
          ...measured('non_talk_time', (lengthMs(held) + deadMs) / 1000),
        }),
  }
}
