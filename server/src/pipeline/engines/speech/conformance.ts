// What every speech engine must do, as one suite of tests that each engine's own test file runs.
// Leaves what an engine hears, and how it fails, to those files.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Problem } from '../../../platform/problem.ts'
import { wavOf } from '../../audio/pcm-wav.ts'
import type { Stretch } from './channel-audio.ts'
import type { SpeechEngine, SpeechInput, SpeechResult } from './engine.ts'

export type ConformanceSubject = {
  name: string
  /** A reason to skip all, printed by the runner; false to run. */
  skip: false | string
  makeEngine(): SpeechEngine | Promise<SpeechEngine>
  /** Real or made speech, that gives at least one word. Null: what can be heard is not tested. */
  makeSpeech(folder: string): Promise<Omit<SpeechInput, 'signal'> | null>
}

// Killing a child or closing a connection; far below the time that the recording itself would take.
const abortMsMax = 2000

export function speechEngineConformance(subject: ConformanceSubject): void {
  describe(`${subject.name} as a speech engine`, { skip: subject.skip, timeout: 120_000 }, () => {
    const withEngine = async (run: (engine: SpeechEngine, folder: string) => Promise<void>) => {
      const folder = await mkdtemp(join(tmpdir(), 'speech-engine-'))
      const engine = await subject.makeEngine()
      try {
        await run(engine, folder)
      } finally {
        await engine.close()
        await rm(folder, { recursive: true, force: true })
      }
    }

    test('says who it is', () =>
      withEngine(async (engine) => {
        assert.equal(engine.name, subject.name)
        const { name, model, version } = engine.describe()
        assert.ok(name && model && version)
      }))

    test('an empty or silent recording gives an empty transcript', () =>
      withEngine(async (engine, folder) => {
        for (const durationMs of [0, 3000]) {
          const silence = await writeInput(folder, new Int16Array(durationMs * 8), 8000, [])
          const { segments } = await engine.transcribe({ ...silence, signal: neverAborted() })
          assert.deepEqual(segments, [])
        }
      }))

    test('a missing or broken file is a Problem that tells what to do', () =>
      withEngine(async (engine, folder) => {
        const input = await writeInput(folder, new Int16Array(16_000), 8000, [{ startMs: 0, endMs: 2000 }])
        const broken = join(folder, 'broken.wav')
        await writeFile(broken, 'RIFF....WAVEjunk')
        for (const wavPath of [join(folder, 'nowhere.wav'), broken]) {
          await assert.rejects(engine.transcribe({ ...input, wavPath, signal: neverAborted() }), isProblem)
        }
      }))

    test('an aborted signal ends it at once', () =>
      withEngine(async (engine, folder) => {
        const input = await subject.makeSpeech(folder)
        const before = AbortSignal.abort(new Error('before'))
        const quiet = await writeInput(folder, new Int16Array(16_000), 8000, [{ startMs: 0, endMs: 2000 }])
        await assert.rejects(engine.transcribe({ ...quiet, signal: before }), /before/)
        if (!input) return
        const control = new AbortController()
        const transcribing = engine.transcribe({ ...input, signal: control.signal })
        const startedAt = performance.now()
        setTimeout(() => control.abort(new Error('enough')), 20)
        await assert.rejects(transcribing, /enough/)
        assert.ok(performance.now() - startedAt < abortMsMax)
      }))

    test('segments are in order, inside the recording, and hold their words', () =>
      withEngine(async (engine, folder) => {
        const input = await subject.makeSpeech(folder)
        if (!input) return
        const result = await engine.transcribe({ ...input, signal: neverAborted() })
        assert.ok(
          result.segments.some(({ words }) => words.length > 0),
          'it heard at least one word',
        )
        assertInOrder(result, input.durationMs)
      }))

    test('closes twice', () =>
      withEngine(async (engine) => {
        await engine.close()
        await engine.close()
      }))
  })
}

/** Throws unless all times of a result are as the interface promises. */
export function assertInOrder({ segments }: SpeechResult, durationMs: number): void {
  let before = 0
  for (const segment of segments) {
    assert.ok(segment.startMs >= before && segment.endMs >= segment.startMs && segment.endMs <= durationMs)
    before = segment.startMs
    assert.notEqual(segment.text.trim(), '')
    let wordBefore = segment.startMs
    for (const { w, s, e, c } of segment.words) {
      assert.match(w, /^[^\s<>[\]]+$/)
      assert.ok(s >= wordBefore && e >= s && e <= segment.endMs, `${w} is in order and inside its segment`)
      assert.ok(c === null || (c >= 0 && c <= 1))
      wordBefore = s
    }
    const { confidence } = segment
    assert.ok(confidence === null || (confidence >= 0 && confidence <= 1))
  }
}

export function isProblem(error: unknown): boolean {
  assert.ok(error instanceof Problem, String(error))
  assert.ok(error.kind === 'upstream' || error.kind === 'unavailable', error.kind)
  assert.ok(error.detail.length > 20)
  return true
}

export const neverAborted = () => new AbortController().signal

/** Writes a WAV file and the input that goes with it. */
export async function writeInput(folder: string, samples: Int16Array, sampleRateHz: number, speech: Stretch[]) {
  const wavPath = join(folder, `${crypto.randomUUID()}.wav`)
  await writeFile(wavPath, wavOf(samples, sampleRateHz))
  return { wavPath, sampleRateHz, durationMs: (samples.length * 1000) / sampleRateHz, language: null, speech }
}

/** Tones in silence: something for a server that hears loudness. */
export function toneBursts(bursts: Stretch[], durationMs: number, sampleRateHz: number): Int16Array {
  const samples = new Int16Array(Math.round((durationMs * sampleRateHz) / 1000))
  for (const { startMs, endMs } of bursts) {
    const end = Math.round((endMs * sampleRateHz) / 1000)
    for (let i = Math.round((startMs * sampleRateHz) / 1000); i < end; i += 1) {
      samples[i] = Math.round(12_000 * Math.sin((2 * Math.PI * 440 * i) / sampleRateHz))
    }
  }
  return samples
}
