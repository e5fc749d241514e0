import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ChannelAudio, Stretch } from './channel-audio.ts'
import { toneBursts } from './conformance.ts'
import { cutUtterances } from './utterances.ts'
import { spreadWords, tidySegments } from './word-timing.ts'

function audioOf(samples: Int16Array, sampleRateHz = 1000): ChannelAudio {
  const at = (ms: number) => Math.max(0, Math.round((ms * sampleRateHz) / 1000))
  return {
    sampleRateHz,
    durationMs: (samples.length * 1000) / sampleRateHz,
    samples: async ({ startMs, endMs }) => samples.slice(at(startMs), at(endMs)),
    close: async () => {},
  }
}

describe('cutting into utterances', () => {
  const rules = { joinedGapMs: 500, padMs: 100, longestMs: 5000 }

  test('joins over short pauses, pads, and never pads into the neighbour', async () => {
    const speech = [
      { startMs: 50, endMs: 1000 },
      { startMs: 1300, endMs: 2000 },
      { startMs: 2600, endMs: 3000 },
    ]
    const cut = await cutUtterances(audioOf(new Int16Array(3050)), speech, { ...rules, padMs: 400 })
    assert.deepEqual(cut, [
      { startMs: 0, endMs: 2300 },
      { startMs: 2300, endMs: 3050 },
    ])
  })

  test('cuts long speech where it is quietest', async () => {
    const bursts = [
      { startMs: 0, endMs: 4000 },
      { startMs: 4200, endMs: 8000 },
    ]
    const cut = await cutUtterances(audioOf(toneBursts(bursts, 8000, 8000), 8000), [{ startMs: 0, endMs: 8000 }], rules)
    assert.equal(cut.length, 2)
    assert.ok((cut[0]?.endMs ?? 0) > 4000 && (cut[0]?.endMs ?? 0) < 4200)
  })

  test('whatever the intervals: in order, apart, short enough, inside, and all speech is covered', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ startMs: fc.integer({ min: -500, max: 30_000 }), endMs: fc.integer({ max: 30_000 }) })),
        fc.record({ joinedGapMs: fc.nat(2000), padMs: fc.nat(500), longestMs: fc.integer({ min: 500, max: 9000 }) }),
        async (speech, anyRules) => {
          const cut = await cutUtterances(audioOf(new Int16Array(20_000)), speech, anyRules)
          let before = 0
          for (const { startMs, endMs } of cut) {
            assert.ok(startMs >= before && endMs > startMs && endMs - startMs <= anyRules.longestMs && endMs <= 20_000)
            before = endMs
          }
          for (const { startMs, endMs } of speech) {
            const middle = Math.round((Math.max(0, startMs) + Math.min(20_000, endMs)) / 2)
            if (
              endMs <= startMs ||
              middle < startMs ||
              middle > endMs ||
              Math.max(0, startMs) >= Math.min(20_000, endMs)
            )
              continue
            assert.ok(cut.some((one) => one.startMs <= middle && one.endMs >= middle))
          }
        },
      ),
    ))
})

test('words spread over speech only, in order', () => {
  const stretches: Stretch[] = [
    { startMs: 0, endMs: 400 },
    { startMs: 1000, endMs: 1400 },
  ]
  const words = spreadWords('abc abc', stretches)
  assert.deepEqual(words, [
    { w: 'abc', s: 0, e: 400, c: null },
    { w: 'abc', s: 400, e: 1400, c: null },
  ])
  assert.deepEqual(spreadWords('  ', stretches), [])
})

test('tidy segments stay inside their bounds and hold finite confidences', () => {
  const word = { w: 'a', s: -10, e: 9e9, c: Number.NaN }
  const segment = { startMs: 90, endMs: 20, text: ' a ', words: [word], confidence: 7, language: null, speaker: null }
  const [tidy] = tidySegments([segment, { ...segment, text: ' ' }], { startMs: 0, endMs: 50 })
  assert.deepEqual(tidy, {
    ...segment,
    startMs: 50,
    endMs: 50,
    text: 'a',
    words: [{ w: 'a', s: 50, e: 50, c: null }],
    confidence: 1,
  })
})
