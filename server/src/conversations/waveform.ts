// The picture of a recording: how peaks are coded for the database, and the answer that players draw. Finding peaks and
// speech in the sound is the pipeline's matter.

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Type } from 'typebox'
import type { Waveform } from './recording-media.ts'
import type { Participant } from './shapes.ts'

/** A day at 50 a second, on two channels: what a row may hold at most. */
const peakCountMax = 2 * 24 * 3600 * 50

/** One byte a peak; the root, as quiet speech is most of a telephone call and would be lost in even steps. */
export const peakCode = (magnitude: number): number => Math.round(255 * Math.sqrt(Math.min(1, magnitude)))
const magnitudes = Float64Array.from({ length: 256 }, (_, code) => Math.round((code / 255) ** 2 * 1000) / 1000)

/** `channels`: codes of equal count. */
export const packPeaks = (channels: Uint8Array[]): Buffer => deflateRawSync(Buffer.concat(channels), { level: 6 })

const side = Type.Union(['agent', 'customer', 'bot', 'third_party', 'unknown'].map((role) => Type.Literal(role)))
export const waveformAnswer = Type.Object({
  duration_ms: Type.Integer(),
  from_ms: Type.Integer(),
  to_ms: Type.Integer(),
  point_ms: Type.Number({ description: 'What one point stands for; the first begins at `from_ms`' }),
  channels: Type.Array(
    Type.Object({
      index: Type.Integer({ description: '0: left, or the only one' }),
      side: Type.Union([side, Type.Null()], {
        description: 'Who speaks on it; null where all do, or nobody knows yet',
      }),
      participant_id: Type.Union([Type.String(), Type.Null()]),
      peaks: Type.Array(Type.Number({ description: 'Largest magnitude, 0 to 1 of full scale' })),
      speech: Type.Array(Type.Object({ start_ms: Type.Integer(), end_ms: Type.Integer() })),
    }),
  ),
})

/** What is shown: at most `points` for each channel, of the part from `fromMs` to `toMs`. */
export type Window = { points: number; fromMs: number; toMs: number }

/** Shape: `waveformAnswer`. Participants tell who speaks on which channel; without them nobody knows yet. */
export function waveformView(waveform: Waveform, window: Window, participants: Participant[]) {
  const { durationMs, peakMs, speech } = waveform
  const codes = inflateRawSync(waveform.peaks, { maxOutputLength: peakCountMax })
  const perChannel = codes.length / Math.max(1, speech.length)
  const from = Math.min(Math.floor(window.fromMs / peakMs), Math.max(0, perChannel - 1))
  const to = Math.max(from + 1, Math.min(perChannel, Math.ceil(Math.min(window.toMs, durationMs) / peakMs)))
  const step = Math.max(1, Math.ceil((to - from) / window.points))
  const isMono = speech.length === 1
  return {
    duration_ms: durationMs,
    from_ms: Math.round(from * peakMs),
    to_ms: Math.min(durationMs, Math.round(to * peakMs)),
    point_ms: step * peakMs,
    channels: speech.map((intervals, index) => {
      const speaker = isMono ? undefined : participants.find(({ channel_index }) => channel_index === index)
      return {
        index,
        side: speaker?.role ?? null,
        participant_id: speaker?.id ?? null,
        peaks: thinned(codes.subarray(index * perChannel + from, index * perChannel + to), step),
        speech: within(intervals, window),
      }
    }),
  }
}

/** The largest of each `step` of them: a short loud sound is seen at any width. */
function thinned(codes: Uint8Array, step: number): number[] {
  return Array.from({ length: Math.ceil(codes.length / step) }, (_, i) => {
    let largest = 0
    for (let at = i * step; at < Math.min(codes.length, (i + 1) * step); at += 1) {
      largest = Math.max(largest, codes[at] as number)
    }
    return magnitudes[largest] as number
  })
}

function within(intervals: number[], { fromMs, toMs }: Window): { start_ms: number; end_ms: number }[] {
  const shown = []
  for (let i = 0; i + 1 < intervals.length; i += 2) {
    const [start_ms, end_ms] = [intervals[i] as number, intervals[i + 1] as number]
    if (end_ms > fromMs && start_ms < toMs) shown.push({ start_ms, end_ms })
  }
  return shown
}
