// Small contents that lie side by side are asked for one after the other, in about their order: one large read serves
// hundreds of them.

import { readRange } from './read-range.ts'
import type { RandomAccess } from './shapes.ts'

const windowBytes = 2 ** 20
/** Those who read side by side are seldom further apart. */
const windowsKept = 2

/** What lies up to `worthTo` may be read with it. */
export type NearbyReads = (start: number, lengthBytes: number, worthTo: number, signal: AbortSignal) => Promise<Buffer>

/** @param closing ends the reads; the signal of a single call ends that call alone */
export function readNearby(bytes: RandomAccess, closing: AbortSignal): NearbyReads {
  let windows: { start: number; end: number; content: Promise<Buffer> }[] = []

  function load(start: number, lengthBytes: number, worthTo: number) {
    const length = Math.max(lengthBytes, Math.min(windowBytes, worthTo - start))
    const window = { start, end: start + length, content: readRange(bytes, start, length, closing) }
    windows = [window, ...windows].slice(0, windowsKept)
    // The next call tries again.
    window.content.catch(() => (windows = windows.filter((one) => one !== window)))
    return window
  }

  return async (start, lengthBytes, worthTo, signal) => {
    const known = windows.find((window) => window.start <= start && start + lengthBytes <= window.end)
    const window = known ?? load(start, lengthBytes, worthTo)
    const content = await orAborted(window.content, signal)
    return content.subarray(start - window.start, start - window.start + lengthBytes)
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
