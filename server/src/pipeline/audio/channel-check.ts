// Tells real stereo (one party per channel) from false stereo (both channels carry the same sound).
// False are: equal channels, a louder, inverted or slightly delayed copy, and two microphones in one room.
// One silent channel, or one with only the faint echo of the other, is real stereo with a silent party: dropping it
// would hide that a party was not recorded. Two channels without any sound cannot be told apart and stay two.

import { closeSync, openSync, readSync } from 'node:fs'
import type { Levels } from './channel-track.ts'
import { percentile, silenceDbfs, toDbfs } from './decibels.ts'
import { wavHeaderBytes } from './pcm-wav.ts'

// When two parties talk in turns, the difference of level between the channels swings by 30 dB and more; for one
// sound on both channels it stays put.
const levelSpreadMaxDb = 9
const levelOffsetMaxDb = 12
// How far below the loudest frames a frame still counts.
const soundingBelowLoudDb = 30
const smoothingMs = 200
// Steady sounds hold their level without being the same: the samples must correlate as well.
const correlationMin = 0.5
const probeCount = 16
const probeMs = 250
const delayMaxMs = 15

type Channel = { wavPath: string; levels: Levels }

/** True when both channels carry one sound. The files are those of channel-track.ts, at `pcmRateHz`. */
export function isFalseStereo(left: Channel, right: Channel, pcmRateHz: number): boolean {
  const leftDb = smoothedDb(left.levels)
  const rightDb = smoothedDb(right.levels)
  const louderDb = leftDb.map((level, i) => Math.max(level, rightDb[i] ?? silenceDbfs))
  const loud = percentile(louderDb, 0.98) ?? silenceDbfs
  if (loud <= silenceDbfs) return false
  const sounding = [...louderDb.keys()].filter((i) => (louderDb[i] ?? silenceDbfs) > loud - soundingBelowLoudDb)
  const differences = sounding.map((i) => (leftDb[i] ?? silenceDbfs) - (rightDb[i] ?? silenceDbfs))
  const offset = Math.abs(percentile(differences, 0.5) ?? 0)
  const spread = (percentile(differences, 0.95) ?? 0) - (percentile(differences, 0.05) ?? 0)
  if (offset > levelOffsetMaxDb || spread > levelSpreadMaxDb) return false

  const correlations = probeFrames(louderDb).map((frame) =>
    probeCorrelation(
      left.wavPath,
      right.wavPath,
      Math.round((frame * left.levels.frameMs * pcmRateHz) / 1000),
      pcmRateHz,
    ),
  )
  return (percentile(correlations, 0.5) ?? 0) >= correlationMin
}

/** Levels over a moving window so long that a delay between the channels hardly shows. */
function smoothedDb({ power, frameMs }: Levels): Float32Array {
  const frames = Math.max(1, Math.round(smoothingMs / frameMs))
  let sum = 0
  return power.map((value, i) => {
    sum += value - (i < frames ? 0 : (power[i - frames] as number))
    return toDbfs(sum / frames)
  })
}

/** The loudest frame of each of `probeCount` equal parts of the recording. */
function probeFrames(louderDb: Float32Array): number[] {
  const part = Math.max(1, Math.ceil(louderDb.length / probeCount))
  const frames: number[] = []
  for (let from = 0; from < louderDb.length; from += part) {
    const levels = louderDb.subarray(from, from + part)
    const loudest = levels.indexOf(levels.reduce((a, b) => Math.max(a, b)))
    if ((levels[loudest] ?? silenceDbfs) > silenceDbfs) frames.push(from + loudest)
  }
  return frames
}

/** The greatest correlation (0..1, sign ignored) over small delays either way, around a moment. */
function probeCorrelation(leftPath: string, rightPath: string, atSample: number, rateHz: number): number {
  const delayMax = Math.round((delayMaxMs * rateHz) / 1000)
  const length = Math.round((probeMs * rateHz) / 1000)
  const from = Math.max(0, atSample - Math.floor(length / 2))
  const left = readSamples(leftPath, from, length)
  const right = readSamples(rightPath, from, length)
  const count = Math.min(left.length, right.length)
  const margin = Math.min(delayMax, Math.floor(count / 4))
  let best = 0
  for (let delay = -margin; delay <= margin; delay += 1) {
    let product = 0
    let leftPower = 0
    let rightPower = 0
    for (let i = margin; i < count - margin; i += 1) {
      const a = left[i] as number
      const b = right[i + delay] as number
      product += a * b
      leftPower += a * a
      rightPower += b * b
    }
    best = Math.max(best, Math.abs(product) / Math.sqrt(leftPower * rightPower || 1))
  }
  return best
}

function readSamples(wavPath: string, fromSample: number, count: number): Int16Array {
  const samples = new Int16Array(count)
  const fd = openSync(wavPath, 'r')
  const bytes = readSync(fd, samples, 0, count * 2, wavHeaderBytes + fromSample * 2)
  closeSync(fd)
  return samples.subarray(0, bytes >> 1)
}
