// Transcribe: each channel by itself, through whatever engine the installation has.

import { join } from 'node:path'
import type { Provenance } from '../../conversations/index.ts'
import { Problem } from '../../platform/problem.ts'
import type { SpeechResult } from '../engines/speech/engine.ts'
import { type Stage, workKey } from '../stage.ts'
import type { AudioFacts } from './decode.ts'

export type Transcription = { engine: Provenance | null; speech: SpeechResult[]; reason: string | null }

const silent: SpeechResult = { segments: [], language: null }

export const transcribe: Stage = async ({
  store,
  speech: { engine, reason },
  conversation,
  run,
  resultOf,
  folder,
  signal,
}) => {
  const audio = await resultOf<AudioFacts>('decode')
  const skip = (why: string) => {
    const result: Transcription = { engine: null, speech: audio.channels.map(() => silent), reason: why }
    return { status: 'skipped' as const, result, warnings: [`Not transcribed: ${why}`] }
  }
  if (!engine) return skip(reason)
  const speech: SpeechResult[] = []
  for (const [index, channel] of audio.channels.entries()) {
    const wavPath = join(await folder(), `${index}.wav`)
    await store.toFile(workKey(conversation, run, index), wavPath, signal)
    const { language } = conversation
    const { durationMs, pcmRateHz: sampleRateHz } = audio
    try {
      speech.push(
        await engine.transcribe({ wavPath, sampleRateHz, durationMs, language, speech: channel.speech, signal }),
      )
    } catch (err) {
      if (err instanceof Problem && err.code === 'language_not_supported') return skip(err.detail)
      throw err
    }
  }
  const result: Transcription = { engine: engine.describe(), speech, reason: null }
  return { status: 'ok', result }
}
