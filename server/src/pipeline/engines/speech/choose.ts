// Chooses the speech engine by the setting INDABA_SPEECH_ENGINE. Who needs engines asks here; the list is here alone.

import { tmpdir } from 'node:os'
import type { FetchLike } from '../../../platform/outbound/fetch-like.ts'
import type { Availability, SpeechEngine } from './engine.ts'
import { openaiEngine } from './openai.ts'
import { pocketsphinxEngine } from './pocketsphinx.ts'
import { sherpaEngine } from './sherpa.ts'

export type SpeechSettings = {
  engine: 'auto' | 'openai' | 'sherpa' | 'pocketsphinx' | 'none'
  /** The OpenAI-compatible server, with or without the final `/v1`; null: none. */
  url: string | null
  apiKey: string | null
  /** Default `whisper-1`, the name that most servers accept. */
  model: string | null
  /** Of sherpa-onnx. */
  modelDir: string
  fetch: FetchLike
  /** Of one upload. Default 10 minutes. */
  timeoutMs?: number
  /** For short-lived files. Default: the system's. */
  workDir?: string
}

export type ChosenSpeechEngine = {
  engine: SpeechEngine | null
  tried: { name: SpeechEngine['name']; availability: Availability }[]
}

/**
 * `auto` takes the first that is available of openai, sherpa, pocketsphinx. An engine asked for by name is taken only
 * if it is available: never another one in its place. `tried` tells why the others were not taken.
 */
export async function chooseSpeechEngine(settings: SpeechSettings): Promise<ChosenSpeechEngine> {
  const tried: ChosenSpeechEngine['tried'] = []
  for (const name of ['openai', 'sherpa', 'pocketsphinx'] as const) {
    if (settings.engine !== 'auto' && settings.engine !== name) continue
    const engine = makeEngine(name, settings)
    const availability = engine
      ? await engine.availability()
      : { available: false as const, reason: 'no speech server is set (INDABA_SPEECH_URL)' }
    tried.push({ name, availability })
    if (engine && availability.available) return { engine, tried }
    await engine?.close()
  }
  return { engine: null, tried }
}

function makeEngine(name: SpeechEngine['name'], settings: SpeechSettings): SpeechEngine | null {
  if (name === 'sherpa') return sherpaEngine({ modelDir: settings.modelDir })
  if (name === 'pocketsphinx') return pocketsphinxEngine({ workFolder: settings.workDir ?? tmpdir() })
  if (!settings.url) return null
  const baseUrl = settings.url.replace(/\/+$/, '').replace(/\/v1$/, '')
  const { apiKey, fetch, timeoutMs = 600_000 } = settings
  return openaiEngine({ baseUrl, apiKey, model: settings.model || 'whisper-1', timeoutMs, fetch })
}
