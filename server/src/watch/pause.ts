// How long to wait after a failure: longer each time, never all watchers at once, and as long as the server asks for.

import type { Trouble } from './trouble.ts'

const waits: Partial<Record<Trouble['kind'], { firstMs: number; maxMs: number }>> = {
  away: { firstMs: 1000, maxMs: 300_000 },
  key: { firstMs: 30_000, maxMs: 600_000 },
  allowance: { firstMs: 900_000, maxMs: 3_600_000 },
}
const ofFile = { firstMs: 5000, maxMs: 3_600_000 }
/** So many files in a row that fail each for itself: then it is not the files. */
const stumblesMax = 5

/** Doubles with each try, up to the most; between half of it and all of it, so that many do not come back together. */
export function waitMs({ firstMs, maxMs }: { firstMs: number; maxMs: number }, tries: number, chance = Math.random()) {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(tries, 30))
  return Math.round(fullMs * (0.5 + chance / 2))
}

export const fileWaitMs = (tries: number): number => waitMs(ofFile, tries)

export type Pause = {
  /** How many may be under way: none during a pause, one to try it out after that, then as many as are allowed. */
  room(concurrency: number): number
  /** What everything waits for, and until when on the clock of performance.now(). */
  readonly because: Trouble | null
  readonly untilMs: number
  failed(trouble: Trouble): void
  succeeded(): void
}

export function startPause(now = () => performance.now()): Pause {
  let [tries, stumbles, untilMs] = [0, 0, 0]
  let because: Trouble | null = null
  return {
    room: (concurrency) => (now() < untilMs ? 0 : because ? 1 : concurrency),
    get because() {
      return because
    },
    get untilMs() {
      return untilMs
    },
    failed(trouble) {
      if (trouble.kind === 'stumble') stumbles += 1
      const wait =
        waits[trouble.kind] ?? (trouble.kind === 'stumble' && stumbles >= stumblesMax ? waits.away : undefined)
      if (!wait) return
      // Others that were under way fail for the same reason, which makes it no worse.
      if (because && now() < untilMs && because.kind === trouble.kind) return
      untilMs = now() + Math.max(waitMs(wait, tries), trouble.retryAfterMs ?? 0)
      tries = because?.kind === trouble.kind || !because ? tries + 1 : 1
      because = trouble
    },
    succeeded() {
      tries = 0
      stumbles = 0
      untilMs = 0
      because = null
    },
  }
}
