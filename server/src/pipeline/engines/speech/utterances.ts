// Cuts a channel into the stretches that an engine gets one at a time, at pauses wherever there are any.
// Where there is speech was found before, by the audio room.

import type { ChannelAudio, Stretch } from './channel-audio.ts'

export type CutRules = {
  /** Speech on both sides of a shorter pause stays together, as long as the whole is not too long. */
  joinedGapMs: number
  /** Silence kept around a stretch; never into the neighbour. */
  padMs: number
  longestMs: number
}

const quietWindowMs = 100

/** Stretches in order and apart, none longer than `longestMs`, that cover all speech within the file. */
export async function cutUtterances(audio: ChannelAudio, speech: Stretch[], rules: CutRules): Promise<Stretch[]> {
  const { padMs, longestMs } = rules
  const joined = joinSpeech(speech, audio.durationMs, rules)
  const padded = joined.map(({ startMs, endMs }, i) => {
    const before = (joined[i - 1]?.endMs ?? -startMs) + startMs
    const after = endMs + (joined[i + 1]?.startMs ?? 2 * audio.durationMs - endMs)
    return { startMs: Math.max(startMs - padMs, before / 2), endMs: Math.min(endMs + padMs, after / 2) }
  })
  const cut: Stretch[] = []
  for (const { startMs, endMs } of padded) {
    let from = startMs
    while (endMs - from > longestMs) {
      const to = await quietestMs(audio, { startMs: from + longestMs / 2, endMs: from + longestMs })
      cut.push({ startMs: from, endMs: to })
      from = to
    }
    cut.push({ startMs: from, endMs })
  }
  return cut
}

/** In order, within the file, without overlaps, and joined over short pauses. */
function joinSpeech(speech: Stretch[], durationMs: number, { joinedGapMs, padMs, longestMs }: CutRules): Stretch[] {
  const joined: Stretch[] = []
  for (const one of [...speech].sort((a, b) => a.startMs - b.startMs)) {
    const startMs = Math.max(0, one.startMs)
    const endMs = Math.min(durationMs, one.endMs)
    const last = joined.at(-1)
    if (!(endMs > startMs)) continue
    const isNear = last && startMs - last.endMs < joinedGapMs && endMs - last.startMs + 2 * padMs <= longestMs
    if (last && (isNear || startMs < last.endMs)) last.endMs = Math.max(last.endMs, endMs)
    else joined.push({ startMs, endMs })
  }
  return joined
}

/** The middle of the quietest tenth of a second: where a cut is least likely to go through a word. */
async function quietestMs(audio: ChannelAudio, within: Stretch): Promise<number> {
  // More than a minute is not needed to find a pause, and need not be in memory.
  const startMs = Math.max(within.startMs, within.endMs - 60_000)
  const samples = await audio.samples({ startMs, endMs: within.endMs })
  const size = Math.max(1, Math.round((quietWindowMs * audio.sampleRateHz) / 1000))
  let quietest = { at: samples.length, energy: Number.POSITIVE_INFINITY }
  for (let at = 0; at + size <= samples.length; at += size) {
    let energy = 0
    for (let i = at; i < at + size; i += 1) energy += (samples[i] as number) ** 2
    if (energy < quietest.energy) quietest = { at: at + size / 2, energy }
  }
  return startMs + (quietest.at * 1000) / audio.sampleRateHz
}
