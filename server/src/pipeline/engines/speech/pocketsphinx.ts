// The offline fallback: PocketSphinx as Debian ships it (packages pocketsphinx and pocketsphinx-en-us). English only.
// Cuts the channel at pauses, hands the pieces to `pocketsphinx_batch` a minute or two at a time, reads the words back.
//
// Why `_batch` and not `_continuous`: it normalises each utterance as a whole, it takes many utterances for one load
// of the model, and it writes times and confidences in a format made for programs. Measured, word error rate:
// read speech at 16 and 22 kHz 23 %; the same at 8 kHz 40 %; a real sales call at 8 kHz 66 %.
// It hears English in any language, so for another language it says so instead of inventing English words.

import { constants } from 'node:fs'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../platform/problem.ts'
import { createResampler } from '../../audio/resample.ts'
import { runBounded } from './bounded-process.ts'
import { type ChannelAudio, openChannelAudio, type Stretch } from './channel-audio.ts'
import type { Availability, SpeechEngine, SpeechInput, SpeechResult, SpeechSegment } from './engine.ts'
import { readCtm } from './pocketsphinx-words.ts'
import { bandLimitTransform, wideBandRateHzMin } from './telephone-band.ts'
import { cutUtterances } from './utterances.ts'
import { meanConfidence, tidySegments } from './word-timing.ts'

export type PocketsphinxSettings = {
  /** A folder for short-lived files: about 4 MB for each call in progress. */
  workFolder: string
  /** Default `/usr/bin/pocketsphinx_batch`. */
  program?: string
  /** Default `/usr/share/pocketsphinx/model/en-us`. */
  modelFolder?: string
}

const modelRateHz = 16_000
// A phrase: long enough to normalise the sound of the line, short enough to stay one turn.
const cutRules = { joinedGapMs: 500, padMs: 200, longestMs: 20_000 }
// Loading the model takes half a second: this much sound makes that small, and bounds what a kill throws away.
const batchMs = 120_000
// Measured: 0.2 to 0.6 s for a second of speech, 100 MB. A loaded or slow machine gets many times that.
const timeoutBaseMs = 60_000
const timeoutPerAudioMs = 15
const memoryBytesMax = 1024 ** 3

export function pocketsphinxEngine(settings: PocketsphinxSettings): SpeechEngine {
  const program = settings.program ?? '/usr/bin/pocketsphinx_batch'
  const modelFolder = settings.modelFolder ?? '/usr/share/pocketsphinx/model/en-us'

  async function availability(): Promise<Availability> {
    const isThere = (path: string, mode: number) =>
      access(path, mode).then(
        () => true,
        () => false,
      )
    if (!(await isThere(program, constants.X_OK))) {
      return { available: false, reason: `${program} is not installed; on Debian: apt install pocketsphinx` }
    }
    if (!(await isThere(join(modelFolder, 'en-us.lm.bin'), constants.R_OK))) {
      const reason = `the English model is not in ${modelFolder}; on Debian: apt install pocketsphinx-en-us`
      return { available: false, reason }
    }
    return { available: true }
  }

  /** Words of some utterances, as segments. */
  async function recognise(audio: ChannelAudio, stretches: Stretch[], input: SpeechInput): Promise<SpeechSegment[]> {
    const folder = await mkdtemp(join(settings.workFolder, 'pocketsphinx-'))
    try {
      for (const [i, stretch] of stretches.entries()) {
        await writeFile(join(folder, `${i}.raw`), atModelRate(await audio.samples(stretch), audio.sampleRateHz))
      }
      await writeFile(join(folder, 'ctl'), stretches.map((_, i) => `${i}\n`).join(''))
      const args = modelArguments(modelFolder)
      if (audio.sampleRateHz < wideBandRateHzMin) {
        await writeFile(join(folder, 'mllr'), bandLimitTransform(audio.sampleRateHz))
        // The empty filters confuse the noise estimate: on a real call cut at its pauses, 67 % of the words were wrong with
        // noise removal, 57 % without.
        args.push('-mllr', 'mllr', '-remove_noise', 'no')
      }
      const audioMs = stretches.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
      const timeoutMs = timeoutBaseMs + timeoutPerAudioMs * audioMs
      const run = await runBounded({ program, args, folder, timeoutMs, memoryBytesMax, signal: input.signal })
      if (run.outcome !== 'ended') throw failed(run, timeoutMs)
      const words = readCtm(await readFile(join(folder, 'ctm'), 'utf8'))
      return stretches.flatMap((stretch, i) => segmentOf(words.get(String(i)) ?? [], stretch.startMs, input.language))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async function transcribe(input: SpeechInput): Promise<SpeechResult> {
    input.signal.throwIfAborted()
    if (input.language && !/^en(-|$)/i.test(input.language)) {
      throw new Problem(
        'unavailable',
        'language_not_supported',
        `The speech engine here (pocketsphinx) knows English alone, and this recording is in "${input.language}". ` +
          'Set INDABA_SPEECH_ENGINE to openai or sherpa, with a model that knows the language, and process it again.',
      )
    }
    const audio = await openChannelAudio(input.wavPath)
    try {
      const segments: SpeechSegment[] = []
      for (const batch of batches(await cutUtterances(audio, input.speech, cutRules))) {
        segments.push(...(await recognise(audio, batch, input)))
      }
      return { segments: tidySegments(segments, { startMs: 0, endMs: input.durationMs }), language: input.language }
    } catch (error) {
      if (input.signal.aborted || error instanceof Problem) throw error
      throw new Problem(
        'unavailable',
        'speech_engine_failed',
        'The speech engine pocketsphinx could not be run here.',
        {
          cause: error,
        },
      )
    } finally {
      await audio.close()
    }
  }

  return {
    name: 'pocketsphinx',
    // The program does not tell its version.
    describe: () => ({ name: 'pocketsphinx', model: 'en-us', version: 'unknown' }),
    availability,
    transcribe,
    close: async () => {},
  }
}

function modelArguments(modelFolder: string): string[] {
  return [
    ...['-hmm', join(modelFolder, 'en-us'), '-lm', join(modelFolder, 'en-us.lm.bin')],
    ...['-dict', join(modelFolder, 'cmudict-en-us.dict')],
    ...['-adcin', 'yes', '-cepdir', '.', '-cepext', '.raw', '-ctl', 'ctl', '-ctm', 'ctm'],
    // Its own silence removal takes pauses out of the clock too: words come up to 1.3 s early in an 11 s clip.
    ...['-remove_silence', 'no'],
  ]
}

function atModelRate(samples: Int16Array, sampleRateHz: number): Uint8Array {
  if (sampleRateHz === modelRateHz) return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  const resampler = createResampler(sampleRateHz, modelRateHz)
  const parts = [resampler.push(Float32Array.from(samples)), resampler.flush()]
  const pcm = Int16Array.from(
    parts.flatMap((part) => [...part]),
    (value) => Math.max(-0x8000, Math.min(0x7fff, Math.round(value))),
  )
  return new Uint8Array(pcm.buffer)
}

function batches(stretches: Stretch[]): Stretch[][] {
  const all: Stretch[][] = []
  let lengthMs = Number.POSITIVE_INFINITY
  for (const stretch of stretches) {
    const addedMs = stretch.endMs - stretch.startMs
    if (lengthMs + addedMs > batchMs) {
      all.push([])
      lengthMs = 0
    }
    all.at(-1)?.push(stretch)
    lengthMs += addedMs
  }
  return all
}

function segmentOf(words: SpeechSegment['words'], offsetMs: number, language: string | null): SpeechSegment[] {
  const placed = words.map((word) => ({ ...word, s: word.s + offsetMs, e: word.e + offsetMs }))
  const [first, last] = [placed[0], placed.at(-1)]
  if (!first || !last) return []
  const text = placed.map(({ w }) => w).join(' ')
  const confidence = meanConfidence(placed)
  return [{ startMs: first.s, endMs: last.e, text, words: placed, confidence, language, speaker: null }]
}

function failed(run: { outcome: string; reason?: string; stderrTail: string }, timeoutMs: number): Problem {
  const complaints = run.stderrTail.split('\n').filter((line) => line && !/^INFO:/.test(line))
  const cause = new Error([run.reason ?? run.outcome, ...complaints].join(' / '))
  if (run.outcome === 'timed_out') {
    const detail = `The speech engine pocketsphinx did not finish within ${Math.round(timeoutMs / 1000)} s.`
    return new Problem('unavailable', 'speech_engine_timeout', detail, { cause })
  }
  const detail = `The speech engine pocketsphinx failed (${run.reason}).`
  return new Problem('upstream', 'speech_engine_failed', detail, { cause })
}
