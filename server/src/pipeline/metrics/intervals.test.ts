import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clip, type Interval, intersect, lengthMs, subtract, unite } from './intervals.ts'

const spanMs = 60
const interval = fc
  .record({ startMs: fc.integer({ min: 0, max: spanMs }), endMs: fc.integer({ min: 0, max: spanMs }) })
  .map((pair): Interval => pair)
const set = fc.array(interval, { maxLength: 12 })

/** Brute force: is each whole millisecond covered? Exact, because all ends are whole. */
const sample = (intervals: Interval[]) =>
  Array.from({ length: spanMs }, (_, ms) => intervals.some(({ startMs, endMs }) => startMs <= ms && ms < endMs))

const isCanonical = (intervals: Interval[]) =>
  intervals.every((x, i) => x.endMs > x.startMs && (i === 0 || x.startMs > (intervals[i - 1] as Interval).endMs))

test('set operations agree with sampling each millisecond', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const [inA, inB] = [sample(a), sample(b)]
      assert.deepEqual(
        sample(unite([...a, ...b])),
        inA.map((x, i) => x || inB[i]),
      )
      assert.deepEqual(
        sample(intersect(a, b)),
        inA.map((x, i) => x && inB[i]),
      )
      assert.deepEqual(
        sample(subtract(a, b)),
        inA.map((x, i) => x && !inB[i]),
      )
      assert.equal(lengthMs(a), inA.filter(Boolean).length)
      for (const result of [unite(a), intersect(a, b), subtract(a, b)]) assert.ok(isCanonical(result))
    }),
    { numRuns: 500 },
  )
})

test('gaps shorter than the limit are filled, others stay', () => {
  fc.assert(
    fc.property(set, fc.integer({ min: 0, max: 20 }), (a, gapMs) => {
      const filled = unite(a, gapMs)
      for (const gap of subtract([{ startMs: 0, endMs: spanMs }], filled)) {
        const isInside = gap.startMs > (filled[0]?.startMs ?? spanMs) && gap.endMs < (filled.at(-1)?.endMs ?? 0)
        if (isInside) assert.ok(gap.endMs - gap.startMs >= gapMs)
      }
      for (const added of subtract(filled, a)) assert.ok(added.endMs - added.startMs < gapMs)
    }),
    { numRuns: 500 },
  )
})

test('inputs are not changed, broken intervals are dropped', () => {
  const a = [
    { startMs: 5, endMs: 3 },
    { startMs: Number.NaN, endMs: 9 },
    { startMs: 0, endMs: Number.POSITIVE_INFINITY },
    { startMs: 1, endMs: 2 },
  ]
  const before = structuredClone(a)
  assert.deepEqual(unite(a), [{ startMs: 1, endMs: 2 }])
  assert.deepEqual(clip(a, 1, 1), [])
  assert.deepEqual(a, before)
})
