// Reads small ranges that lie in order through a few large windows, some of which are on their way while others are
// looked at: a store answers a hundred thousand small reads in minutes, a hundred large ones at once.

import { readRange } from './read-range.ts'
import type { RandomAccess } from './shapes.ts'

const windowBytesMax = 2 ** 20
/** Reading over what nobody wants costs less than another read, up to here. */
const gapBytesMax = 64 * 1024
const windowsAhead = 4

export type Range = { start: number; end: number }
/** Starts must not go down from call to call. */
export type ReadAhead = (start: number, lengthBytes: number) => Promise<Buffer>

/** @param wanted what will likely be read, by start; other ranges can be read too, one by one */
export function readAhead(bytes: RandomAccess, wanted: Range[], signal: AbortSignal): ReadAhead {
  const windows = mergedRanges(wanted)
  const loading: (Range & { content: Promise<Buffer> })[] = []
  let next = 0

  function load(start: number): void {
    while (loading[0] && loading[0].end <= start) loading.shift()
    for (; loading.length < windowsAhead && next < windows.length; next++) {
      const window = windows[next] as Range
      if (window.end <= start) continue
      const content = readRange(bytes, window.start, window.end - window.start, signal)
      // It is awaited when its turn comes, if it does.
      content.catch(() => {})
      loading.push({ ...window, content })
    }
  }

  return async (start, lengthBytes) => {
    load(start)
    const window = loading.find((one) => one.start <= start && start + lengthBytes <= one.end)
    if (!window) return readRange(bytes, start, lengthBytes, signal)
    return (await window.content).subarray(start - window.start, start - window.start + lengthBytes)
  }
}

function mergedRanges(ranges: Range[]): Range[] {
  const merged: Range[] = []
  for (const range of ranges) {
    const last = merged.at(-1)
    if (last && range.start - last.end <= gapBytesMax && range.end - last.start <= windowBytesMax)
      last.end = Math.max(last.end, range.end)
    else merged.push({ start: Math.max(range.start, last?.end ?? 0), end: range.end })
  }
  return merged.filter(({ start, end }) => end > start)
}
