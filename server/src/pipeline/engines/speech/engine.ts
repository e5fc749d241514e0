// What a speech engine is. Each engine is one file beside this one and passes the same conformance suite.

import type { Word } from '../../../conversations/shapes.ts'

/** One channel of audio: 16-bit little-endian PCM WAV, mono, on local disk. */
export type SpeechInput = {
  wavPath: string
  sampleRateHz: number
  durationMs: number
  /** BCP-47 tag that the caller expects, or null: the engine may detect. */
  language: string | null
  /** Where there is speech, found before; engines may use it to skip silence. Milliseconds. */
  speech: { startMs: number; endMs: number }[]
  signal: AbortSignal
}

/** A stretch of recognised speech, in order of time. `speaker` only where the engine itself tells speakers apart. */
export type SpeechSegment = {
  startMs: number
  endMs: number
  text: string
  words: Word[]
  confidence: number | null
  language: string | null
  speaker: string | null
}

export type SpeechResult = { segments: SpeechSegment[]; language: string | null }

export type Availability = { available: true } | { available: false; reason: string }

export type SpeechEngine = {
  name: 'openai' | 'sherpa' | 'pocketsphinx'
  /** Facts for provenance: model and version as far as they are known. */
  describe(): { name: string; model: string; version: string }
  /** Whether it can work here and now; `reason` says in one line what is missing and how to mend it. */
  availability(): Promise<Availability>
  /**
   * Segments come in order, inside the recording, words inside their segment; an empty transcript is not a failure.
   * Throws Problem('upstream' | 'unavailable', ...) when the engine fails, and the signal's reason when aborted.
   * Problem('unavailable', 'language_not_supported') is no failure but an answer: the call completes without a
   * transcript, and people read the detail.
   */
  transcribe(input: SpeechInput): Promise<SpeechResult>
  close(): Promise<void>
}
