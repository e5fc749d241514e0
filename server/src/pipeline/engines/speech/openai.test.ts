import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type AnswerShape,
  type Fault,
  startTranscriptionServer,
  type TranscriptionServer,
} from '../../../../test/fakes/transcription-server.ts'
import { Problem } from '../../../platform/problem.ts'
import { assertInOrder, neverAborted, speechEngineConformance, toneBursts, writeInput } from './conformance.ts'
import { openaiEngine } from './openai.ts'
import { languageTag, readAnswer } from './openai-answer.ts'

const bursts = [
  { startMs: 300, endMs: 700 },
  { startMs: 1200, endMs: 1500 },
  { startMs: 3000, endMs: 3800 },
]
const key = 'a-key-for-tests'
let server: TranscriptionServer
let folder: string
const engine = (more: object = {}) =>
  openaiEngine({ baseUrl: server.baseUrl, apiKey: key, model: 'whisper-1', timeoutMs: 5000, fetch, ...more })
const burstInput = () => writeInput(folder, toneBursts(bursts, 4000, 8000), 8000, bursts)
const transcribe = async (more: object = {}, inputMore: object = {}) =>
  engine(more).transcribe({ ...(await burstInput()), signal: neverAborted(), ...inputMore })

before(async () => {
  server = await startTranscriptionServer({ apiKey: key })
  folder = await mkdtemp(join(tmpdir(), 'openai-'))
})
after(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  server.faults.length = 0
  server.uploads.length = 0
  server.shape = 'top_words'
  server.isPlainOnly = false
})

speechEngineConformance({
  name: 'openai',
  skip: false,
  makeEngine: () => engine(),
  makeSpeech: async (where) => {
    // So that the abort finds the server still busy.
    server.faults.push({ delayMs: 200 })
    return writeInput(where, toneBursts(bursts, 4000, 8000), 8000, bursts)
  },
})

describe('what the server gets', () => {
  test('a form as the API publishes it', async () => {
    await transcribe({}, { language: 'EN-za' })
    const { fileName, fileBytes, durationS, ...sent } = server.uploads[0] ?? assert.fail('nothing arrived')
    assert.deepEqual(sent, {
      authorization: `Bearer ${key}`,
      model: 'whisper-1',
      language: 'en',
      responseFormat: 'verbose_json',
      granularities: ['word', 'segment'],
    })
    assert.deepEqual([fileName, fileBytes, durationS], ['audio.wav', 44 + 64_000, 4])
  })

  test('nothing at all when there is no speech', async () => {
    const silence = await writeInput(folder, new Int16Array(8000), 8000, [])
    await engine().transcribe({ ...silence, signal: neverAborted() })
    assert.equal(server.uploads.length, 0)
  })

  test('a long recording in pieces cut at pauses, with times of the whole', async () => {
    const result = await transcribe({ uploadBytesMax: 44 + 2 * 16_000 })
    assert.ok(server.uploads.length >= 2)
    assert.ok(server.uploads.every(({ fileBytes }) => fileBytes <= 44 + 2 * 16_000))
    assert.deepEqual(
      timesOf(result),
      bursts.map(({ startMs, endMs }) => [startMs, endMs]),
    )
    assertInOrder(result, 4000)
  })
})

const timesOf = ({ segments }: Awaited<ReturnType<typeof transcribe>>) =>
  segments.map(({ startMs, endMs }) => [startMs, endMs])

describe('the answers of different servers', () => {
  for (const shape of [
    'top_words',
    'segment_words',
    'segments_only',
    'words_only',
    'text_only',
  ] satisfies AnswerShape[]) {
    test(shape, async () => {
      server.shape = shape
      const result = await transcribe()
      assertInOrder(result, 4000)
      const words = result.segments.flatMap((segment) => segment.words)
      assert.deepEqual(
        words.map(({ w }) => w),
        ['word1', 'word2', 'word3'],
      )
      if (shape !== 'text_only') assert.equal(result.language, 'en')
      if (shape !== 'text_only')
        assert.deepEqual(
          words.map(({ s, e }) => [s, e]),
          bursts.map((one) => [one.startMs, one.endMs]),
        )
      // Where nobody gave times, words lie where speech is.
      else assert.ok(words.every(({ s }) => bursts.some(({ startMs, endMs }) => s >= startMs && s <= endMs)))
      const confidences = {
        segment_words: 0.9,
        top_words: null,
        segments_only: null,
        words_only: null,
        text_only: null,
      }
      assert.equal(words[0]?.c, confidences[shape])
      const isScored = shape !== 'words_only' && shape !== 'text_only'
      assert.equal(result.segments[0]?.confidence, isScored ? 0.779 : null, 'e^-0.25 = 0.7788')
    })
  }

  test('a model without verbose answers is asked again for a plain one', async () => {
    server.isPlainOnly = true
    const { segments } = await transcribe()
    assert.equal(segments[0]?.text, 'word1 word2 word3')
    assert.equal(server.uploads[0]?.responseFormat, 'json')
  })

  test('what whisper makes up in silence is left out', () => {
    const made = { start: 0, end: 1, text: 'Thanks for watching!', avg_logprob: -1.4, no_speech_prob: 0.8 }
    const said = { ...made, text: 'Hello', avg_logprob: -0.2 }
    const segments = readAnswer({ text: '', segments: [made, said] }, 0, [])
    assert.deepEqual(
      segments?.map(({ text }) => text),
      ['Hello'],
    )
  })

  test('languages by name or tag', () => {
    const names = {
      english: 'en',
      Zulu: 'zu',
      afrikaans: 'af',
      xhosa: 'xh',
      en: 'en',
      'en-ZA': 'en-ZA',
      'klingon!': null,
    }
    for (const [name, tag] of Object.entries(names)) assert.equal(languageTag(name), tag)
  })

  test('any JSON value is read or refused, never thrown at', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readAnswer(value, 0, [{ startMs: 0, endMs: 9 }])))
    const number = fc.double()
    const segment = fc.record({ start: number, end: number, text: fc.string(), avg_logprob: fc.option(number) })
    fc.assert(fc.property(fc.array(segment), (segments) => readAnswer({ text: '', segments }, 0, []) !== undefined))
  })

  test('absurd times are brought inside the recording', async () => {
    const segments = [
      { start: 900, end: -3, text: 'late' },
      { start: -5, end: 99, text: 'early', words: [{ word: 'early', start: 50, end: 2 }] },
    ]
    server.faults.push({ status: 200, body: JSON.stringify({ text: '', segments }) })
    const result = await transcribe()
    assert.deepEqual(
      result.segments.map(({ text }) => text),
      ['early', 'late'],
    )
    assertInOrder(result, 4000)
  })
})

describe('when the server fails', () => {
  const isFailure = (kind: string, code: string) => (error: unknown) => {
    assert.ok(error instanceof Problem, String(error))
    assert.deepEqual([error.kind, error.code], [kind, code])
    assert.ok(!error.detail.includes(key))
    return true
  }
  const failures: [name: string, settings: object, fault: Fault | null, kind: string, code: string][] = [
    ['wrong key', { apiKey: 'wrong' }, null, 'unavailable', 'speech_key_refused'],
    ['unknown model', { model: 'unknown-model' }, null, 'unavailable', 'speech_model_unknown'],
    ['too large', {}, { status: 413 }, 'upstream', 'speech_upload_too_large'],
    ['another refusal', {}, { status: 422, body: '{}' }, 'upstream', 'speech_request_refused'],
    [
      'a web page',
      {},
      { status: 200, body: '<!DOCTYPE html><title>Sign in</title>' },
      'upstream',
      'speech_answer_unreadable',
    ],
    ['half an answer', {}, { status: 200, body: '{"text": "hel' }, 'upstream', 'speech_answer_unreadable'],
    ['another JSON', {}, { status: 200, body: '{"error": null}' }, 'upstream', 'speech_answer_unreadable'],
    [
      'times as text',
      {},
      { status: 200, body: '{"text":"a","words":[{"word":"a","start":"0","end":"1"}]}' },
      'upstream',
      'speech_answer_unreadable',
    ],
    ['too slow', { timeoutMs: 200 }, { status: 200, delayMs: 1500 }, 'unavailable', 'speech_engine_timeout'],
    ['a broken connection', {}, { status: 0 }, 'unavailable', 'speech_engine_unreachable'],
    ['nobody there', { baseUrl: 'http://127.0.0.1:1' }, null, 'unavailable', 'speech_engine_unreachable'],
  ]
  for (const [name, more, fault, kind, code] of failures) {
    test(name, async () => {
      if (fault) server.faults.push(fault)
      await assert.rejects(transcribe(more), isFailure(kind, code))
    })
  }

  test('a passing failure is tried again, twice', async () => {
    const now = { 'retry-after': '0' }
    server.faults.push({ status: 429, headers: now }, { status: 503, headers: now })
    const before = server.requestCount()
    assert.equal((await transcribe()).segments.length, 3)
    assert.equal(server.requestCount() - before, 3)
    server.faults.push(...[1, 2, 3].map(() => ({ status: 500, headers: now })))
    await assert.rejects(transcribe(), isFailure('upstream', 'speech_engine_failed'))
    server.faults.push(...[1, 2, 3].map(() => ({ status: 429, headers: now })))
    await assert.rejects(transcribe(), isFailure('unavailable', 'speech_engine_busy'))
  })

  test('waits as long as the server asks, and no longer once aborted', async () => {
    server.faults.push({ status: 429, headers: { 'retry-after': '1' } })
    const startedAt = performance.now()
    await transcribe()
    assert.ok(performance.now() - startedAt >= 990)
    server.faults.push({ status: 429, headers: { 'retry-after': '30' } })
    await assert.rejects(transcribe({}, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' })
  })
})

test('an address or a model that cannot be right is told', async () => {
  assert.deepEqual(await engine().availability(), { available: true })
  assert.equal((await engine({ baseUrl: 'not a url' }).availability()).available, false)
  assert.equal((await engine({ model: '' }).availability()).available, false)
})
