// What every file format turns into: facts from its header and a stream of blocks of samples.
// Each *-source.ts beside this one makes one; decode.ts consumes it and never asks which format it was.

import { Problem } from '../../platform/problem.ts'

/** Samples in -1..1, one array of equal length per channel. */
export type SoundBlock = { sampleRateHz: number; channels: Float32Array[] }

export type SoundSource = {
  container: string
  codec: string
  sampleRateHz: number
  channelCount: number
  /** What the header promises, in seconds; null where the format does not say. */
  promisedS: number | null
  blocks: AsyncIterable<SoundBlock>
  /** For people; grows while `blocks` is read. */
  warnings: string[]
}

// Human speech needs 2 kHz at the very least; the fastest studio converters run at 768 kHz.
const sampleRateHzMin = 2_000
const sampleRateHzMax = 768_000
const channelCountMax = 64

/** Throws Problem('invalid', 'unreadable_audio') when a header's figures cannot be true. */
export function checkFigures(sampleRateHz: number, channelCount: number): void {
  if (!(sampleRateHz >= sampleRateHzMin && sampleRateHz <= sampleRateHzMax)) {
    throw unreadable(`its header gives a sample rate of ${sampleRateHz} Hz, which no recording has`)
  }
  if (!(channelCount >= 1 && channelCount <= channelCountMax)) {
    throw unreadable(`its header gives ${channelCount} channels; between 1 and ${channelCountMax} can be read`)
  }
}

export function unreadable(reason: string, cause?: unknown): Problem {
  return new Problem('invalid', 'unreadable_audio', `The recording cannot be read: ${reason}.`, { cause })
}

export function unsupported(what: string): Problem {
  return new Problem(
    'invalid',
    'unsupported_codec',
    `The recording is encoded as ${what}, which cannot be decoded here. Send it as WAV, MP3, FLAC, Ogg or M4A.`,
  )
}

export function notAudio(what: string): Problem {
  return new Problem('invalid', 'not_audio', `The file is ${what}, not a recording. Send an audio file.`)
}

export function emptyRecording(): Problem {
  return new Problem('invalid', 'empty_recording', 'The recording is empty: it holds no sound at all.')
}
