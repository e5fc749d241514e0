// Long work in small steps, so that whoever else this process serves is not kept waiting.

import { setImmediate as pause } from 'node:timers/promises'

/** To be awaited at each step: now and then it lets others go first. */
export function breaths(stepsBetween = 500): () => Promise<void> | undefined {
  let steps = 0
  return () => (++steps % stepsBetween === 0 ? pause() : undefined)
}
