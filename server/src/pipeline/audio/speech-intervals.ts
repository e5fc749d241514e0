// Where there is speech in a channel, by its energy: a frame counts when it stands out of the noise around it.
// On stereo calls, what leaks from the other party's channel does not count. Knows no words and no speakers.

import type { Levels } from './channel-track.ts'
import { percentile, silenceDbfs, toDbfs } from './decibels.ts'
import type { SpeechInterval } from './types.ts'

// The noise floor at a moment is the 10th percentile of the levels around it.
const floorShare = 0.1
const floorReachMs = 15_000
const floorStepMs = 1_000
const aboveFloorDb = 9
// Where speech leaves no pause, as in a single word, the floor is speech too: then what is this near to the loud parts
// counts, provided that the level moves as only speech does and not as steady noise.
const nearLoudDb = 10
const movingDb = 8
// Nothing this far below the loud parts of the channel is speech of its party; nor is anything near digital silence.
const belowLoudDb = 26
const quietestSpeechDbfs = -55
// A stretch starts at the threshold and goes on down to this much below it.
const hysteresisDb = 4

const shortestSpeechMs = 80
const padBeforeMs = 40
const padAfterMs = 80
/** Gaps shorter than this are part of the speech (vocabulary of metrics). */
const mergedGapMs = 300

// Leakage: this far below what the other channel has now or had within the reach of an echo ...
const leakBelowOtherDb = 12
const echoReachMs = 250
// ... and this far below the party's own voice.
const leakBelowOwnDb = 9

/** Speech intervals, in order and apart. `other` is the second party's channel on a stereo call. */
export function findSpeech(levels: Levels, durationMs: number, other?: Levels): SpeechInterval[] {
  const levelsDb = smoothed(levels.speechBandPower)
  const thresholds = thresholdsOf(levelsDb, levels.frameMs)
  const leaked = other ? leakedFrames(levelsDb, thresholds, smoothed(other.speechBandPower), levels.frameMs) : null
  const intervals: SpeechInterval[] = []
  for (let i = 0; i < levelsDb.length; ) {
    const isStart = !leaked?.[i] && at(levelsDb, i) > at(thresholds, i)
    let end = i + 1
    if (isStart) {
      while (end < levelsDb.length && !leaked?.[end] && at(levelsDb, end) > at(thresholds, end) - hysteresisDb) end += 1
      addInterval(intervals, i * levels.frameMs, end * levels.frameMs, durationMs)
    }
    i = end
  }
  return intervals.map(({ startMs, endMs }) => ({ startMs: Math.round(startMs), endMs: Math.round(endMs) }))
}

function addInterval(intervals: SpeechInterval[], fromMs: number, toMs: number, durationMs: number): void {
  if (toMs - fromMs < shortestSpeechMs) return
  const startMs = Math.max(0, fromMs - padBeforeMs)
  const endMs = Math.min(durationMs, toMs + padAfterMs)
  const last = intervals.at(-1)
  if (last && startMs - last.endMs < mergedGapMs) last.endMs = Math.max(last.endMs, endMs)
  else if (endMs > startMs) intervals.push({ startMs, endMs })
}

/** Three frames' mean power in dBFS, so that a click or a single dip does not decide. */
function smoothed(power: Float32Array): Float32Array {
  return power.map((value, i) => toDbfs((value + (power[i - 1] ?? value) + (power[i + 1] ?? value)) / 3))
}

function thresholdsOf(levelsDb: Float32Array, frameMs: number): Float32Array {
  const loud =
    percentile(
      levelsDb.filter((level) => level > silenceDbfs),
      0.95,
    ) ?? silenceDbfs
  const lowest = Math.max(quietestSpeechDbfs, loud - belowLoudDb)
  const isMoving = loud - (percentile(levelsDb, 0.05) ?? silenceDbfs) > movingDb
  const highest = isMoving ? loud - nearLoudDb : Number.POSITIVE_INFINITY
  const reach = Math.round(floorReachMs / frameMs)
  const step = Math.round(floorStepMs / frameMs)
  const thresholds = new Float32Array(levelsDb.length)
  for (let from = 0; from < levelsDb.length; from += step) {
    const around = levelsDb.subarray(Math.max(0, from - reach), from + reach)
    const floor = percentile(around, floorShare) ?? silenceDbfs
    thresholds.fill(Math.max(lowest, Math.min(highest, floor + aboveFloorDb)), from, from + step)
  }
  return thresholds
}

function leakedFrames(
  ownDb: Float32Array,
  thresholds: Float32Array,
  otherDb: Float32Array,
  frameMs: number,
): Uint8Array {
  const owns: number[] = []
  for (let i = 0; i < ownDb.length; i += 1) {
    if (at(ownDb, i) > at(thresholds, i) && at(ownDb, i) > at(otherDb, i)) owns.push(at(ownDb, i))
  }
  // Without a voice of its own, all that the channel has is leakage.
  const ownVoice = percentile(owns, 0.5) ?? Number.POSITIVE_INFINITY
  const reach = Math.round(echoReachMs / frameMs)
  return Uint8Array.from(ownDb, (level, i) => {
    if (level > ownVoice - leakBelowOwnDb) return 0
    let loudest = silenceDbfs
    for (let k = Math.max(0, i - reach); k <= i; k += 1) loudest = Math.max(loudest, at(otherDb, k))
    return level < loudest - leakBelowOtherDb ? 1 : 0
  })
}

/** NaN past the end, so that comparisons with it are false. */
function at(values: Float32Array, i: number): number {
  return values[i] ?? Number.NaN
}
