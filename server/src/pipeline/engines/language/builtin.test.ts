import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { builtinLanguageEngine } from './builtin.ts'
import { checkShape, inputOf, languageEngineConformance, turnsOf } from './conformance.ts'
import { loadModels } from './models.ts'

const engine = builtinLanguageEngine()

languageEngineConformance(async () => ({ engine, close: () => engine.close() }))

suite('the builtin engine', () => {
  test('loads little, once', (t) => {
    const models = loadModels()
    t.diagnostic(`models: ${models.sizeBytes} bytes in ${models.loadMs.toFixed(1)} ms`)
    assert.ok(models.sizeBytes < 1_500_000)
    assert.equal(loadModels(), models)
  })

  test('reads an isiZulu chat', async () => {
    const turns = turnsOf([
      'Sawubona, ngithumele imali izolo kodwa ayikafiki. Ngingenzani?',
      'Ake sibheke ndawonye. Ngicela unginike inombolo yesazisi yokuthumela imali.',
      'Nansi inombolo yesazisi: 1234567890.',
    ])
    const result = await engine.analyse(inputOf(turns))
    assert.deepEqual(
      result.turns.map(({ language }) => language?.tag),
      ['zu-ZA', 'zu-ZA', 'zu-ZA'],
    )
    assert.equal(result.turns[0]?.sentiment?.label, 'negative')
    assert.match(result.turns[2]?.sentiment_reason ?? '', /zu-ZA/)
    assert.deepEqual(
      result.keywords.value?.slice(0, 2).map(({ text, count }) => [text, count]),
      [
        ['inombolo yesazisi', 2],
        ['imali', 2],
      ],
    )
    assert.match(result.summary.value?.short ?? '', /ayikafiki/)
  })

  test('has no opinion in a language that it has no sentiment model for', async () => {
    const result = await engine.analyse(inputOf(turnsOf(['Ndi toda u divha uri tshelede yanga i ngafhi'])))
    assert.equal(result.turns[0]?.language?.tag, 've-ZA')
    assert.equal(result.turns[0]?.sentiment, null)
    assert.equal(result.turns[0]?.sentiment_reason, 'no sentiment model for ve-ZA')
  })

  test('stands any text', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 6 }), async (texts) => {
        const turns = turnsOf(texts)
        checkShape(await engine.analyse(inputOf(turns)), turns)
      }),
      { numRuns: 200 },
    )
  })

  test('lets others work during 10,000 turns', async (t) => {
    const words = 'the parcel from your shop in town has not yet arrived and i am waiting for refund number'.split(' ')
    const turns = turnsOf(
      Array.from(
        { length: 10_000 },
        (_, n) =>
          `${Array.from({ length: 20 }, (_, k) => words[(n * 7 + k * k) % words.length] + letters(n * k)).join(' ')}.`,
      ),
    )
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const from = performance.now()
    checkShape(await engine.analyse(inputOf(turns)), turns)
    const tookMs = performance.now() - from
    delay.disable()
    t.diagnostic(
      `10,000 turns, 200,000 words: ${tookMs.toFixed(0)} ms; loop held p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms, max ${(delay.max / 1e6).toFixed(0)} ms`,
    )
    assert.ok(delay.percentile(99) / 1e6 < 200)
  })
})

/** Endings that make many different words: `a`, `b`, ... `ba`. */
function letters(n: number): string {
  return n % 3 === 0 ? '' : (n % 2000).toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '')
}
