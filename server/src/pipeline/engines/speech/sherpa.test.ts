// No speech model can be had here, so nothing measures how well sherpa-onnx hears. Tested for real: finding and naming
// models, the child process and its life, a tiny model of our own through onnxruntime, and damaged model files, on
// which onnxruntime ends its whole process.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Problem } from '../../../platform/problem.ts'
import { assertInOrder, neverAborted, speechEngineConformance, toneBursts, writeInput } from './conformance.ts'
import { sherpaEngine } from './sherpa.ts'
import { findSherpaModel, recogniserConfig } from './sherpa-model.ts'
import { readResult } from './sherpa-result.ts'
import { writeToneModel } from './tone-model.ts'

const bursts = [
  { startMs: 300, endMs: 800 },
  { startMs: 1500, endMs: 2500 },
]
let folder: string
let toneFolder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sherpa-'))
  toneFolder = join(folder, 'tone')
  await writeToneModel(toneFolder)
})
after(() => rm(folder, { recursive: true }))

const toneInput = (where: string) => writeInput(where, toneBursts(bursts, 3000, 8000), 8000, bursts)

speechEngineConformance({
  name: 'sherpa',
  skip: false,
  makeEngine: () => sherpaEngine({ modelDir: toneFolder }),
  makeSpeech: toneInput,
})

describe('a model in its child process', () => {
  test('words come with the times of the sound, call after call, and after a kill', async (t) => {
    const engine = sherpaEngine({ modelDir: toneFolder })
    t.after(() => engine.close())
    const input = await toneInput(folder)
    const aborted = engine.transcribe({ ...input, signal: AbortSignal.timeout(30) })
    await assert.rejects(aborted, { name: 'TimeoutError' })
    const results = await Promise.all([1, 2].map(() => engine.transcribe({ ...input, signal: neverAborted() })))
    for (const result of results) {
      assertInOrder(result, 3000)
      const words = result.segments.flatMap((segment) => segment.words)
      assert.deepEqual(
        words.map(({ w }) => w),
        ['tone', 'tone'],
      )
      for (const [i, { startMs }] of bursts.entries())
        assert.ok(Math.abs((words[i]?.s ?? 0) - startMs) < 40, `${words[i]?.s}`)
    }
    const { model, version } = engine.describe()
    assert.equal(model, 'tone (wenet_ctc)')
    assert.match(version, /^\d+\.\d+/)
  })

  // A first byte that passes for ONNX, then noise: onnxruntime aborts its process on it.
  test('damaged model files are a Problem, and this process lives on', async (t) => {
    const damaged = join(folder, 'damaged-wenet')
    await writeToneModel(damaged)
    await writeFile(join(damaged, 'model.onnx'), Buffer.concat([Buffer.of(0x08, 0x08), Buffer.alloc(5000, 0xa5)]))
    const engine = sherpaEngine({ modelDir: damaged })
    t.after(() => engine.close())
    for (const _ of [1, 2]) {
      await assert.rejects(engine.transcribe({ ...(await toneInput(folder)), signal: neverAborted() }), (error) => {
        assert.ok(error instanceof Problem)
        assert.deepEqual([error.kind, error.code], ['upstream', 'speech_engine_failed'])
        assert.match(String((error.cause as Error).message), /Protobuf|parsing|Ort/i)
        return true
      })
    }
  })
})

describe('what is in the folder', () => {
  const reasonOf = async (modelDir: string) => {
    const availability = await sherpaEngine({ modelDir }).availability()
    assert.equal(availability.available, false)
    return availability.available ? '' : availability.reason
  }
  const put = async (name: string, files: Record<string, string | Buffer>) => {
    const where = join(folder, name)
    await mkdir(where)
    for (const [file, content] of Object.entries(files)) await writeFile(join(where, file), content)
    return where
  }
  const onnx = (modelType = '') =>
    Buffer.concat([Buffer.of(0x08), Buffer.alloc(2000), Buffer.from(`\n\nmodel_type\x12\x04${modelType}`)])

  test('nothing: one line names the folder and what belongs there', async () => {
    const nowhere = join(folder, 'nowhere')
    for (const reason of [await reasonOf(nowhere), await reasonOf(await put('empty', {}))]) {
      assert.ok(reason.includes(folder) && reason.includes('tokens.txt') && reason.includes('model.onnx'))
      assert.ok(!reason.includes('\n'))
    }
  })

  test('half a model, or a file that was not downloaded', async () => {
    assert.match(
      await reasonOf(await put('half', { 'tiny-encoder.onnx': onnx(), 'tiny-tokens.txt': '' })),
      /encoder; the other part is missing/,
    )
    assert.match(await reasonOf(await put('no-tokens', { 'model.onnx': onnx('wenet_ctc') })), /no tokens\.txt/)
    const pointer = 'version https://git-lfs.github.com/spec/v1\n'
    assert.match(
      await reasonOf(await put('pointer', { 'model.onnx': pointer, 'tokens.txt': '' })),
      /not downloaded whole/,
    )
    const page = Buffer.alloc(3000, '<html>')
    assert.match(await reasonOf(await put('page', { 'model.onnx': page, 'tokens.txt': '' })), /not an ONNX file/)
    assert.match(
      await reasonOf(await put('other', { 'model.onnx': onnx('tts'), 'tokens.txt': '' })),
      /kind that is not known/,
    )
  })

  const kinds: [string, Record<string, Buffer>, string][] = [
    [
      'whisper',
      {
        'tiny-encoder.int8.onnx': onnx('whisper-tiny'),
        'tiny-encoder.onnx': onnx('whisper-tiny'),
        'tiny-decoder.onnx': onnx(),
      },
      'whisper',
    ],
    [
      'zipformer',
      { 'encoder-epoch-99.onnx': onnx('zipformer2'), 'decoder-epoch-99.onnx': onnx(), 'joiner-epoch-99.onnx': onnx() },
      'transducer',
    ],
    [
      'parakeet',
      { 'encoder.int8.onnx': onnx('EncDecRNNTBPEModel'), 'decoder.int8.onnx': onnx(), 'joiner.int8.onnx': onnx() },
      'nemo_transducer',
    ],
    ['paraformer', { 'model.int8.onnx': onnx('paraformer') }, 'paraformer'],
    ['sense', { 'model.onnx': onnx('sense_voice_ctc') }, 'sense_voice'],
    ['nemo-ctc', { 'model.onnx': onnx('EncDecCTCModelBPE') }, 'nemo_ctc'],
    ['ctc', { 'model.onnx': onnx('zipformer2_ctc') }, 'zipformer_ctc'],
    ['sherpa-onnx-sense-voice-zh-en', { 'model.onnx': onnx() }, 'sense_voice'],
  ]
  for (const [name, files, kind] of kinds) {
    test(`a model of the kind ${kind} (${name})`, async () => {
      const found = await findSherpaModel(await put(name, { ...files, 'tokens.txt': 'a 0\n' }))
      assert.ok(found.found, found.found ? '' : found.reason)
      assert.equal(found.model.kind, kind)
      const config = JSON.stringify(recogniserConfig(found.model, 2, 'zu-ZA'))
      assert.ok(!('tiny-encoder.onnx' in files) || config.includes('tiny-encoder.int8.onnx'), 'takes the 8-bit file')
      assert.equal(config.includes('"language":"zu"'), kind === 'whisper')
    })
  }
})

describe('results', () => {
  const stretch = { startMs: 1000, endMs: 3000 }

  test('pieces of words are joined, with times and confidences', () => {
    const tokens = ['▁go', 'od', '▁day']
    const result = {
      text: 'good day',
      tokens,
      timestamps: [0.1, 0.3, 0.6],
      ys_log_probs: [0, Math.log(0.5), -1],
      lang: '<|en|>',
    }
    const [segment] = readResult(result, stretch, null) ?? []
    assert.equal(segment?.language, 'en')
    assert.deepEqual(
      segment?.words.map(({ w, s, e, c }) => [w, Math.round(s), Math.round(e), Math.round((c ?? 0) * 100)]),
      [
        ['good', 1100, 1600, 75],
        ['day', 1600, 2000, 37],
      ],
    )
  })

  test('without times, words are spread over the stretch', () => {
    const [segment] = readResult({ text: ' Sawubona, unjani? ', tokens: ['x'], timestamps: [] }, stretch, 'zu') ?? []
    assert.deepEqual([segment?.startMs, segment?.endMs, segment?.language], [1000, 3000, 'zu'])
    assert.deepEqual(
      segment?.words.map(({ w, c }) => [w, c]),
      [
        ['Sawubona,', null],
        ['unjani?', null],
      ],
    )
  })

  test('what is no result is told apart from silence', () => {
    assert.deepEqual(readResult({ text: '  ' }, stretch, null), [])
    assert.equal(readResult({ error: 1 }, stretch, null), null)
  })
})
