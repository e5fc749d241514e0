// Decodes one recording in the thread it is called in: reads blocks, writes one WAV file per channel, then looks at the
// levels. Leaves threads, deadlines and aborting to decode-recording.ts.

import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../platform/problem.ts'
import { isFalseStereo } from './channel-check.ts'
import { createChannelTrack } from './channel-track.ts'
import { measureLoudness } from './loudness.ts'
import { openSource } from './open-source.ts'
import { createResampler, type Resampler } from './resample.ts'
import { checkFigures, emptyRecording, type SoundBlock, type SoundSource, unreadable } from './sound-source.ts'
import { findSpeech } from './speech-intervals.ts'
import type { DecodedAudio, DecodedChannel } from './types.ts'

const pcmRateHzMax = 16_000

export type DecodeInput = {
  path: string
  workDir: string
  durationMsMax: number
  /** Called with each block, so that a watcher sees that work goes on. */
  onProgress?: (decodedMs: number) => void
}

type Track = ReturnType<ReturnType<typeof createChannelTrack>['finish']>

export async function decodeFile({ path, workDir, durationMsMax, onProgress }: DecodeInput): Promise<DecodedAudio> {
  const file = await open(path, 'r')
  try {
    const source = await openSource(path, file).catch((error) => {
      throw error instanceof Problem ? error : unreadable('its header is damaged', error)
    })
    checkFigures(source.sampleRateHz, source.channelCount)
    const pcmRateHz = Math.min(source.sampleRateHz, pcmRateHzMax)
    const tracks = await writeTracks(source, pcmRateHz, workDir, durationMsMax, onProgress)
    return await describe(source, pcmRateHz, tracks)
  } finally {
    await file.close()
  }
}

async function writeTracks(
  source: SoundSource,
  pcmRateHz: number,
  workDir: string,
  durationMsMax: number,
  onProgress: DecodeInput['onProgress'],
): Promise<Track[]> {
  const trackCount = source.channelCount === 2 ? 2 : 1
  const tracks = Array.from({ length: trackCount }, (_, i) =>
    createChannelTrack(join(workDir, `channel-${i}.wav`), pcmRateHz),
  )
  const finished: Track[] = []
  let resamplers: Resampler[] = []
  let blockRateHz = pcmRateHz
  let written = 0

  function write(channels: Float32Array[]): void {
    for (const [i, samples] of channels.entries()) tracks[i]?.push(samples)
    written += channels[0]?.length ?? 0
    const decodedMs = (written * 1000) / pcmRateHz
    if (decodedMs > durationMsMax) throw tooLong(durationMsMax)
    onProgress?.(decodedMs)
  }
  const flush = () => resamplers.length > 0 && write(resamplers.map((resampler) => resampler.flush()))

  const blocks = source.blocks[Symbol.asyncIterator]()
  try {
    for (;;) {
      const block = await nextBlock(blocks, source, written / pcmRateHz)
      if (!block) break
      if (block.sampleRateHz !== blockRateHz) {
        flush()
        blockRateHz = block.sampleRateHz
        const isSame = blockRateHz === pcmRateHz
        resamplers = isSame ? [] : tracks.map(() => createResampler(blockRateHz, pcmRateHz))
      }
      const channels = fitChannels(block.channels, trackCount)
      write(resamplers.length > 0 ? channels.map((samples, i) => (resamplers[i] as Resampler).push(samples)) : channels)
    }
    flush()
    if (written === 0) throw emptyRecording()
  } finally {
    await blocks.return?.()
    finished.push(...tracks.map((track) => track.finish()))
  }
  return finished
}

/** The next block; null at the end. Damage ends the recording with a warning, or fails it when nothing came before. */
async function nextBlock(
  blocks: AsyncIterator<SoundBlock>,
  source: SoundSource,
  writtenS: number,
): Promise<SoundBlock | null> {
  try {
    const next = await blocks.next()
    return next.done ? null : next.value
  } catch (error) {
    if (writtenS === 0) throw error instanceof Problem ? error : unreadable('its sound is damaged', error)
    source.warnings.push(`The recording is damaged after ${writtenS.toFixed(1)} s; what follows was left out.`)
    return null
  }
}

/** Two channels stay two, any other number becomes one. A stream that changes its count on the way is made to fit. */
function fitChannels(channels: Float32Array[], trackCount: number): Float32Array[] {
  if (channels.length === trackCount) return channels
  const [first = new Float32Array(0)] = channels
  const mixed = channels.length === 1 ? first : first.map((_, i) => mean(channels, i))
  return Array.from({ length: trackCount }, () => mixed)
}

function mean(channels: Float32Array[], i: number): number {
  let sum = 0
  for (const samples of channels) sum += samples[i] as number
  return sum / channels.length
}

async function describe(source: SoundSource, pcmRateHz: number, tracks: Track[]): Promise<DecodedAudio> {
  const [first, second] = tracks as [Track, Track?]
  const durationMs = Math.max(1, Math.round((first.sampleCount * 1000) / pcmRateHz))
  const warnings = source.warnings
  const promisedMs = source.promisedS === null ? 0 : source.promisedS * 1000
  if (promisedMs > durationMs + 100 && promisedMs > durationMs * 1.01) {
    warnings.push(
      `The file ends early or is damaged: its header promises ${seconds(promisedMs)}, ${seconds(durationMs)} could be read.`,
    )
  }
  if (source.channelCount > 2) warnings.push(`The ${source.channelCount} channels were mixed into one.`)

  const isFalse = second !== undefined && isFalseStereo(first, second, pcmRateHz)
  const kept = second && !isFalse ? [first, second] : [isFalse && second && isLouder(second, first) ? second : first]
  for (const track of tracks) if (!kept.includes(track)) await rm(track.wavPath)

  const channels = kept.map((track, i): DecodedChannel => {
    const speech = findSpeech(track.levels, durationMs, kept[1 - i]?.levels)
    return { wavPath: track.wavPath, speech, peaks: track.peaks, ...measureLoudness(track.levels, speech) }
  })
  if (channels.length === 2 && channels.some((one) => one.speech.length === 0)) {
    warnings.push(
      ...channels.flatMap((one, i) => (one.speech.length === 0 ? [`Channel ${i + 1} holds no speech.`] : [])),
    )
  }
  return {
    container: source.container,
    codec: source.codec,
    sampleRateHz: source.sampleRateHz,
    channelCount: source.channelCount,
    durationMs,
    channelCheck: isFalse ? 'false_stereo' : second ? 'distinct' : 'mono',
    pcmRateHz,
    peakMs: first.levels.frameMs,
    channels,
    warnings,
  }
}

function isLouder(a: Track, b: Track): boolean {
  const total = (track: Track) => track.levels.power.reduce((sum, power) => sum + power, 0)
  return total(a) > total(b)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function tooLong(durationMsMax: number): Problem {
  const hours = Math.round(durationMsMax / 360_000) / 10
  return new Problem(
    'too_large',
    'recording_too_long',
    `The recording is longer than ${hours} hours. Send it in parts.`,
  )
}
