// One channel on its way to disk: a 16-bit mono WAV file, the level of each short frame for the later checks, and its peak
// for the waveform.

import { closeSync, openSync, writeSync } from 'node:fs'
import { wavHeader, wavHeaderBytes } from './pcm-wav.ts'

/** Mean squares (power, full scale = 1) of frames of `frameMs`. */
export type Levels = {
  frameMs: number
  /** Of the sound as it is. */
  power: Float32Array
  /** Without what lies below speech: hum, rumble, DC. */
  speechBandPower: Float32Array
}

export type ChannelTrack = {
  push(samples: Float32Array): void
  /** `peaks`: the largest magnitude of each frame, 0 to 1. */
  finish(): { wavPath: string; sampleCount: number; levels: Levels; peaks: Float32Array }
}

const frameMsWanted = 20
// Below the fundamental of nearly every voice on a telephone, above mains hum at 50 and 60 Hz.
const highPassHz = 150

export function createChannelTrack(wavPath: string, sampleRateHz: number): ChannelTrack {
  const fd = openSync(wavPath, 'w')
  writeSync(fd, wavHeader(sampleRateHz, 0))
  const frameSamples = Math.round((sampleRateHz * frameMsWanted) / 1000)
  const power = growingFloats()
  const speechBandPower = growingFloats()
  const peaks = growingFloats()
  const smoothing = 1 / (1 + (2 * Math.PI * highPassHz) / sampleRateHz)
  let sampleCount = 0
  let sum = 0
  let bandSum = 0
  let peak = 0
  let inFrame = 0
  let previous = 0
  let once = 0
  let twice = 0

  function endFrame(): void {
    power.push(sum / inFrame)
    speechBandPower.push(bandSum / inFrame)
    peaks.push(peak)
    sum = 0
    bandSum = 0
    peak = 0
    inFrame = 0
  }

  return {
    push(samples) {
      const pcm = new Int16Array(samples.length)
      for (let i = 0; i < samples.length; i += 1) {
        const value = Math.max(-1, Math.min(1, samples[i] as number))
        pcm[i] = Math.max(-0x8000, Math.min(0x7fff, Math.round(value * 0x8000)))
        // Two one-pole high-passes in a row.
        const onceNow = smoothing * (once + value - previous)
        twice = smoothing * (twice + onceNow - once)
        previous = value
        once = onceNow
        sum += value * value
        bandSum += twice * twice
        peak = Math.max(peak, Math.abs(value))
        inFrame += 1
        if (inFrame === frameSamples) endFrame()
      }
      sampleCount += samples.length
      writeAll(fd, new Uint8Array(pcm.buffer))
    },
    finish() {
      if (inFrame > 0) endFrame()
      writeSync(fd, wavHeader(sampleRateHz, sampleCount * 2), 0, wavHeaderBytes, 0)
      closeSync(fd)
      const frameMs = (frameSamples * 1000) / sampleRateHz
      const levels = { frameMs, power: power.all(), speechBandPower: speechBandPower.all() }
      return { wavPath, sampleCount, levels, peaks: peaks.all() }
    },
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

function growingFloats() {
  let held = new Float32Array(4096)
  let count = 0
  return {
    push(value: number) {
      if (count === held.length) {
        const larger = new Float32Array(held.length * 2)
        larger.set(held)
        held = larger
      }
      held[count] = value
      count += 1
    },
    all: () => held.slice(0, count),
  }
}
