// Any server that speaks OpenAI's `POST /v1/audio/transcriptions`: the hosted one, or one of many that run at home.
// Uploads the channel, in pieces cut at pauses where it is too large. The form and the answers have files of their own.
// Source: https://platform.openai.com/docs/api-reference/audio/createTranscription

import { wavHeaderBytes, wavOf } from '../../audio/pcm-wav.ts'
import { type ChannelAudio, openChannelAudio, type Stretch } from './channel-audio.ts'
import type { Availability, SpeechEngine, SpeechInput, SpeechResult, SpeechSegment } from './engine.ts'
import { readAnswer } from './openai-answer.ts'
import { notAnAnswer, type OpenaiTarget, requestTranscription } from './openai-request.ts'
import { cutUtterances } from './utterances.ts'
import { tidySegments } from './word-timing.ts'

export type OpenaiSettings = OpenaiTarget & {
  /** Default 24 MiB: the hosted API takes 25 MB. */
  uploadBytesMax?: number
}

const defaultUploadBytesMax = 24 * 1024 * 1024

export function openaiEngine(settings: OpenaiSettings): SpeechEngine {
  async function availability(): Promise<Availability> {
    if (!URL.canParse(settings.baseUrl) || !/^https?:/.test(settings.baseUrl)) {
      return { available: false, reason: 'the address of the speech server is not an http or https URL' }
    }
    if (settings.model === '') return { available: false, reason: 'no model is set for the speech server' }
    return { available: true }
  }

  async function transcribe(input: SpeechInput): Promise<SpeechResult> {
    input.signal.throwIfAborted()
    const audio = await openChannelAudio(input.wavPath)
    try {
      const segments: SpeechSegment[] = []
      for (const piece of await cutPieces(audio, input.speech, settings.uploadBytesMax ?? defaultUploadBytesMax)) {
        segments.push(...(await transcribePiece(audio, piece, input)))
      }
      const tidy = tidySegments(segments, { startMs: 0, endMs: input.durationMs })
      return { segments: tidy, language: mainLanguage(tidy) ?? input.language }
    } finally {
      await audio.close()
    }
  }

  async function transcribePiece(audio: ChannelAudio, piece: Stretch, input: SpeechInput): Promise<SpeechSegment[]> {
    const wav = wavOf(await audio.samples(piece), audio.sampleRateHz)
    const value = await requestTranscription(settings, { wav, language: input.language, signal: input.signal })
    const speech = input.speech
      .map(({ startMs, endMs }) => ({
        startMs: Math.max(startMs, piece.startMs),
        endMs: Math.min(endMs, piece.endMs),
      }))
      .filter(({ startMs, endMs }) => endMs > startMs)
    const segments = readAnswer(value, piece.startMs, speech)
    if (!segments) throw notAnAnswer(JSON.stringify(value))
    return tidySegments(segments, piece)
  }

  return {
    name: 'openai',
    describe: () => ({ name: 'openai', model: settings.model, version: 'unknown' }),
    availability,
    transcribe,
    close: async () => {},
  }
}

/** Nothing for silence: such servers make words up where nobody speaks, and nothing need leave the house. */
async function cutPieces(audio: ChannelAudio, speech: Stretch[], uploadBytesMax: number): Promise<Stretch[]> {
  if (speech.length === 0) return []
  const longestMs = Math.floor((((uploadBytesMax - wavHeaderBytes) / 2) * 1000) / audio.sampleRateHz)
  if (audio.durationMs <= longestMs) return [{ startMs: 0, endMs: audio.durationMs }]
  return cutUtterances(audio, speech, { joinedGapMs: Number.POSITIVE_INFINITY, padMs: 200, longestMs })
}

/** The language of most of the speech. */
function mainLanguage(segments: SpeechSegment[]): string | null {
  const byLanguage = new Map<string, number>()
  for (const { language, startMs, endMs } of segments) {
    if (language) byLanguage.set(language, (byLanguage.get(language) ?? 0) + endMs - startMs)
  }
  return [...byLanguage].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}
