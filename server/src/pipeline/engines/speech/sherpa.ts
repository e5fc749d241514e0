// sherpa-onnx with a model on this machine's disk: whisper, transducer, paraformer, sense-voice or CTC, 16 or 8 bit.
// Cuts the channel at pauses; a child process that holds the model listens to the pieces.
// Without a model here nobody could measure its word error rate; what models reach is on the sherpa-onnx pages.

import { Problem } from '../../../platform/problem.ts'
import { openChannelAudio } from './channel-audio.ts'
import type { Availability, SpeechEngine, SpeechInput, SpeechResult } from './engine.ts'
import { sherpaChannel } from './sherpa-channel.ts'
import { findSherpaModel, recogniserConfig } from './sherpa-model.ts'
import { readResult } from './sherpa-result.ts'
import { cutUtterances } from './utterances.ts'
import { tidySegments } from './word-timing.ts'

export type SherpaSettings = {
  /** The folder of one model, as unpacked. */
  modelDir: string
  /** Default 2. */
  threadCount?: number
}

// Whisper hears at most 30 s at a time.
const cutRules = { joinedGapMs: 500, padMs: 200, longestMs: 28_000 }
const timeoutBaseMs = 60_000
const timeoutPerAudioMs = 15

export function sherpaEngine({ modelDir, threadCount = 2 }: SherpaSettings): SpeechEngine {
  const channel = sherpaChannel()
  let modelName = modelDir

  async function availability(): Promise<Availability> {
    const found = await findSherpaModel(modelDir)
    return found.found ? { available: true } : { available: false, reason: found.reason }
  }

  async function transcribe(input: SpeechInput): Promise<SpeechResult> {
    input.signal.throwIfAborted()
    const audio = await openChannelAudio(input.wavPath)
    const stretches = await cutUtterances(audio, input.speech, cutRules).finally(() => audio.close())
    if (stretches.length === 0) return { segments: [], language: input.language }
    const found = await findSherpaModel(modelDir)
    if (!found.found)
      throw new Problem('unavailable', 'speech_model_missing', `The speech engine sherpa cannot work: ${found.reason}.`)
    modelName = `${found.model.name} (${found.model.kind})`
    const audioMs = stretches.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
    const results = await channel.decode({
      config: recogniserConfig(found.model, threadCount, input.language),
      wavPath: input.wavPath,
      stretches,
      timeoutMs: timeoutBaseMs + timeoutPerAudioMs * audioMs,
      signal: input.signal,
    })
    const segments = stretches.flatMap((stretch, i) => {
      const segment = readResult(results[i], stretch, input.language)
      if (!segment)
        throw new Problem('upstream', 'speech_answer_unreadable', 'The speech engine sherpa gave no result.')
      return tidySegments(segment, stretch)
    })
    const language = segments.find((segment) => segment.language)?.language ?? null
    return { segments: tidySegments(segments, { startMs: 0, endMs: input.durationMs }), language }
  }

  return {
    name: 'sherpa',
    describe: () => ({ name: 'sherpa', model: modelName, version: channel.version() ?? 'unknown' }),
    availability,
    transcribe,
    close: () => channel.close(),
  }
}
