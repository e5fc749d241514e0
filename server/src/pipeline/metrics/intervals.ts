// Sets of time as sorted, disjoint, half-open intervals [startMs, endMs): the algebra that every time metric stands on.
// What the intervals mean (whose speech, which hold) is the business of others.

import type { SpeechInterval } from '../audio/types.ts'

export type Interval = SpeechInterval

/** Vocabulary: gaps shorter than this inside one party's speech are part of it. */
export const speechGapMs = 300

/**
 * Sorted and disjoint. Empty, reversed and non-finite intervals are dropped; touching ones become one, and so do those
 * whose gap is shorter than `gapMs`.
 */
export function unite(intervals: Interval[], gapMs = 0): Interval[] {
  const sorted = intervals
    .filter(({ startMs, endMs }) => Number.isFinite(startMs) && Number.isFinite(endMs) && endMs > startMs)
    .sort((a, b) => a.startMs - b.startMs)
  const united: Interval[] = []
  for (const { startMs, endMs } of sorted) {
    const last = united.at(-1)
    if (last && (startMs <= last.endMs || startMs - last.endMs < gapMs)) last.endMs = Math.max(last.endMs, endMs)
    else united.push({ startMs, endMs })
  }
  return united
}

/** Time that is in both. */
export function intersect(left: Interval[], right: Interval[]): Interval[] {
  const [a, b] = [unite(left), unite(right)]
  const both: Interval[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i] as Interval, b[j] as Interval]
    const startMs = Math.max(x.startMs, y.startMs)
    const endMs = Math.min(x.endMs, y.endMs)
    if (endMs > startMs) both.push({ startMs, endMs })
    if (x.endMs < y.endMs) i++
    else j++
  }
  return both
}

/** Time of `from` that is not in `taken`. */
export function subtract(from: Interval[], taken: Interval[]): Interval[] {
  const holes = unite(taken)
  const left: Interval[] = []
  let next = 0
  for (const { startMs, endMs } of unite(from)) {
    let cursor = startMs
    while (next < holes.length && (holes[next] as Interval).endMs <= startMs) next++
    for (let i = next; i < holes.length && (holes[i] as Interval).startMs < endMs; i++) {
      const hole = holes[i] as Interval
      if (hole.startMs > cursor) left.push({ startMs: cursor, endMs: hole.startMs })
      cursor = Math.max(cursor, hole.endMs)
    }
    if (cursor < endMs) left.push({ startMs: cursor, endMs })
  }
  return left
}

/** |X|: time covered, overlaps counted once. */
export function lengthMs(intervals: Interval[]): number {
  return unite(intervals).reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
}

/** Only what lies in [startMs, endMs). */
export function clip(intervals: Interval[], startMs: number, endMs: number): Interval[] {
  return intersect(intervals, [{ startMs, endMs }])
}
