// Keeping long work polite: gives the event loop back every few milliseconds and stops when the caller gives up.

import { setImmediate as nextRound } from 'node:timers/promises'

const sliceMs = 15

export type Pace = () => Promise<void>

/** Await the result between small pieces of work. Throws the signal's reason once it is aborted. */
export function createPace(signal: AbortSignal): Pace {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < sliceMs) return
    await nextRound()
    signal.throwIfAborted()
    since = performance.now()
  }
}
