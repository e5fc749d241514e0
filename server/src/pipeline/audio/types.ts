// What the audio room hands to the rest of the pipeline.

import type { ChannelCheck } from '../../conversations/shapes.ts'

export type SpeechInterval = { startMs: number; endMs: number }

export type DecodedChannel = {
  /** 16-bit PCM mono WAV on local disk, at the recording's own rate or 16 kHz, whichever is lower than 16 kHz. */
  wavPath: string
  speech: SpeechInterval[]
  /** The largest magnitude, 0 to 1, of each `peakMs`. */
  peaks: Float32Array
  /** dBFS of one-second windows with speech. null when the channel is silent. */
  loudnessDbfsP50: number | null
  loudnessDbfsP95: number | null
}

export type DecodedAudio = {
  container: string
  codec: string
  /** As in the file. */
  sampleRateHz: number
  channelCount: number
  durationMs: number
  channelCheck: ChannelCheck
  /** Rate of the WAV files in `channels`. */
  pcmRateHz: number
  peakMs: number
  /** Two for real stereo; one for mono, false stereo and files of more than two channels (mixed). */
  channels: DecodedChannel[]
  /** For people: `decoded 3 of 4 frames; the end of the file is damaged`. */
  warnings: string[]
}
