import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sharedData, skipWithout } from '../../../../test/shared-data.ts'
import { wordErrorRate } from '../../../../test/word-error-rate.ts'
import { Problem } from '../../../platform/problem.ts'
import { wavOf } from '../../audio/pcm-wav.ts'
import { openChannelAudio } from './channel-audio.ts'
import { assertInOrder, neverAborted, speechEngineConformance, writeInput } from './conformance.ts'
import { pocketsphinxEngine } from './pocketsphinx.ts'
import { readCtm } from './pocketsphinx-words.ts'
import { bandLimitTransform } from './telephone-band.ts'

const clips = sharedData('data', 'audio', 'asr')
const availability = await pocketsphinxEngine({ workFolder: tmpdir() }).availability()
const skip = availability.available ? skipWithout(clips) : availability.reason

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocketsphinx-test-'))
})
after(() => rm(folder, { recursive: true }))
const engine = (more: object = {}) => pocketsphinxEngine({ workFolder: folder, ...more })

/** All of a clip counts as speech. */
async function clipInput(path: string) {
  const audio = await openChannelAudio(path)
  await audio.close()
  const { sampleRateHz, durationMs } = audio
  return { wavPath: path, sampleRateHz, durationMs, language: 'en-ZA', speech: [{ startMs: 0, endMs: durationMs }] }
}

speechEngineConformance({
  name: 'pocketsphinx',
  skip,
  makeEngine: () => engine(),
  makeSpeech: () => clipInput(join(clips ?? '', 'cards_005.wav')),
})

type Reference = { file: string; text: string }

/** Word error rate over clips; prints it with the time that it took. */
async function measure(name: string, references: Reference[], where: string) {
  const startedAt = performance.now()
  let audioMs = 0
  const heard = []
  for (const { file, text } of references) {
    const input = await clipInput(join(where, file))
    const result = await engine().transcribe({ ...input, signal: neverAborted() })
    assertInOrder(result, input.durationMs)
    audioMs += input.durationMs
    heard.push({ reference: text, hypothesis: result.segments.map((segment) => segment.text).join(' ') })
  }
  const { errors, words, rate } = wordErrorRate(heard)
  const realTimeFactor = (performance.now() - startedAt) / audioMs
  console.log(
    `pocketsphinx, ${name}: WER ${(rate * 100).toFixed(1)} % (${errors}/${words}), ${realTimeFactor.toFixed(2)} x real time`,
  )
  return rate
}

describe('what pocketsphinx hears', { skip, timeout: 240_000 }, () => {
  const chosen = [
    'jfk.wav',
    'cards_005.wav',
    'LJ001-0004.wav',
    'LJ001-0010.wav',
    'LJ001-0012.wav',
    'vosk_test_digits.wav',
  ]
  const referencesOf = async () => {
    const lines = (await readFile(join(clips ?? '', 'refs.jsonl'), 'utf8')).trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Reference).filter(({ file }) => chosen.includes(file))
  }

  test('at 16 and 22 kHz', async () => {
    assert.ok((await measure('16 and 22 kHz', await referencesOf(), clips ?? '')) < 0.25)
  })

  test('the same at 8 kHz, as a telephone would carry it', async (t) => {
    const low = join(folder, 'telephone')
    await mkdir(low)
    const references = await referencesOf()
    try {
      for (const { file } of references) {
        execFileSync('sox', ['-V1', '-R', join(clips ?? '', file), '-b', '16', '-r', '8000', join(low, file)])
      }
    } catch {
      t.skip('sox, which makes the 8 kHz copies, is not installed')
      return
    }
    assert.ok((await measure('8 kHz', references, low)) < 0.5)
  })

  test('words lie where they are spoken, also after a long silence and in a second batch', async () => {
    const audio = await openChannelAudio(join(clips ?? '', 'cards_005.wav'))
    const spoken = await audio.samples({ startMs: 0, endMs: audio.durationMs })
    await audio.close()
    const [firstMs, secondMs] = [10_000, 140_000]
    const samples = new Int16Array(16 * 145_000)
    for (const atMs of [firstMs, secondMs]) samples.set(spoken, atMs * 16)
    const lastsMs = spoken.length / 16
    // 116 s of near-silence in between, so that the second one falls into the next batch.
    const speech = [
      { startMs: firstMs, endMs: firstMs + lastsMs },
      { startMs: secondMs, endMs: secondMs + lastsMs },
    ]
    const input = await writeInput(folder, samples, 16_000, speech)
    const { segments } = await engine().transcribe({ ...input, signal: neverAborted() })
    assert.deepEqual(
      segments.map(({ text }) => text),
      Array(2).fill('eight of spades four of clubs seven of hearts'),
    )
    for (const [i, segment] of segments.entries()) {
      const startMs = speech[i]?.startMs ?? 0
      assert.ok(segment.startMs >= startMs - 400 && segment.endMs <= startMs + lastsMs + 400)
    }
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('pocketsphinx-')),
      [],
      'leaves no files',
    )
  })

  test('another language: no invented English, but a reason', async () => {
    const input = await clipInput(join(clips ?? '', 'cards_005.wav'))
    const transcribing = engine().transcribe({ ...input, language: 'zu-ZA', signal: neverAborted() })
    await assert.rejects(transcribing, (error) => {
      assert.ok(error instanceof Problem && error.code === 'language_not_supported')
      assert.match(error.detail, /zu-ZA.*INDABA_SPEECH_ENGINE/)
      return true
    })
  })
})

describe('when it cannot work', () => {
  test('what is missing is told in one line', async () => {
    const noProgram = await engine({ program: '/nowhere/pocketsphinx_batch' }).availability()
    assert.ok(!noProgram.available && /apt install pocketsphinx$/.test(noProgram.reason))
    const noModel = await engine({ program: process.execPath, modelFolder: folder }).availability()
    assert.ok(!noModel.available && /apt install pocketsphinx-en-us$/.test(noModel.reason))
  })

  for (const [name, script, expected] of [
    ['an exit code, with the end of stderr', 'echo "FATAL: model is gone" >&2; exit 3', /exit code 3/],
    ['a crash', 'kill -SEGV $$', /SIGSEGV/],
  ] as const) {
    test(name, async () => {
      const program = join(folder, `${basename(name)}.sh`)
      await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      const input = await writeInput(folder, new Int16Array(16_000), 8000, [{ startMs: 0, endMs: 2000 }])
      await assert.rejects(engine({ program }).transcribe({ ...input, signal: neverAborted() }), (error) => {
        assert.ok(error instanceof Problem && error.kind === 'upstream' && error.code === 'speech_engine_failed')
        assert.match(error.detail, expected)
        if (script.includes('FATAL')) assert.match((error.cause as Error).message, /model is gone/)
        return true
      })
    })
  }
})

test('words are read from its output, marks and all', () => {
  const ctm =
    "0 1 0.29 0.39 and(2) 0.970\n0 1 0.70 0.1 <sil> 1.0\n0 1 0.9 0.2 [NOISE] 0.1\n1 1 0 0.3 i'm 1.003\nbroken\n2 1 x y z 0\n"
  assert.deepEqual(
    [...readCtm(ctm)],
    [
      ['0', [{ w: 'and', s: 290, e: 680, c: 0.97 }]],
      ['1', [{ w: "I'm", s: 0, e: 300, c: 1 }]],
    ],
  )
})

test('the transform for the telephone band changes nothing where the band is full', () => {
  const rowsOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .slice(3, 16)
      .map((row) => row.split(' ').map(Number))
  for (const [i, row] of rowsOf(bandLimitTransform(16_000)).entries()) {
    for (const [k, value] of row.entries()) assert.ok(Math.abs(value - (i === k ? 1 : 0)) < 1e-5)
  }
  assert.ok((rowsOf(bandLimitTransform(8000))[0]?.[0] ?? 1) < 0.9, 'energy above the band is missing')
})

test('a WAV that is written is the WAV that is read', async () => {
  const path = join(folder, 'round.wav')
  await writeFile(path, wavOf(Int16Array.of(1, -2, 32_767, -32_768), 8000))
  const audio = await openChannelAudio(path)
  assert.deepEqual([...(await audio.samples({ startMs: -5, endMs: 99 }))], [1, -2, 32_767, -32_768])
  await audio.close()
})
