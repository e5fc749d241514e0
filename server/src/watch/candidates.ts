// Files that are to be sent, and whether each is complete: a recorder writes a file over minutes, and nothing says when it
// has ended but that it no longer changes, or a marker beside it.

import { type Found, isSame } from './folder.ts'

export type Candidate = Found & {
  /** On the clock of performance.now(), as the other times here. */
  firstSeenMs: number
  /** Since when it has had this size and time. */
  steadySinceMs: number
  /** After a failure. */
  notBeforeMs: number
  tries: number
  isUnderWay: boolean
}

export type Candidates = {
  readonly size: number
  readonly underWay: number
  /** In ms; 0 when none waits. */
  oldestAgeMs(): number
  /** As it was found now; one that has changed starts to settle again. */
  see(found: Found): Candidate
  get(path: string): Candidate | null
  drop(path: string): void
  /** The next that has been steady for long enough; it is under way until `settle` or `drop`. */
  take(): Candidate | null
  /** It was tried and is to be tried again. */
  putBack(path: string, waitMs: number, isFailure: boolean): void
  /** When the next may be ready; null when none waits. */
  all(): Iterable<Candidate>
}

export function candidates(settleMs: number, now = () => performance.now()): Candidates {
  const waiting = new Map<string, Candidate>()
  let underWay = 0
  const leave = (candidate: Candidate) => {
    if (candidate.isUnderWay) underWay -= 1
    candidate.isUnderWay = false
  }
  return {
    get size() {
      return waiting.size
    },
    get underWay() {
      return underWay
    },
    oldestAgeMs() {
      let oldestMs = now()
      for (const { firstSeenMs } of waiting.values()) oldestMs = Math.min(oldestMs, firstSeenMs)
      return now() - oldestMs
    },
    see(found) {
      const known = waiting.get(found.path)
      if (known && isSame(known, found)) return known
      if (known) {
        // Whoever is sending it finds out by itself.
        Object.assign(known, found, { steadySinceMs: now(), notBeforeMs: 0, tries: 0 })
        return known
      }
      const times = { firstSeenMs: now(), steadySinceMs: now(), notBeforeMs: 0 }
      const made = { ...found, ...times, tries: 0, isUnderWay: false }
      waiting.set(found.path, made)
      return made
    },
    get: (path) => waiting.get(path) ?? null,
    drop(path) {
      const known = waiting.get(path)
      if (known) leave(known)
      waiting.delete(path)
    },
    take() {
      const at = now()
      for (const candidate of waiting.values()) {
        const { isUnderWay, steadySinceMs, notBeforeMs } = candidate
        if (isUnderWay || at < steadySinceMs + settleMs || at < notBeforeMs) continue
        candidate.isUnderWay = true
        underWay += 1
        return candidate
      }
      return null
    },
    putBack(path, waitMs, isFailure) {
      const known = waiting.get(path)
      if (!known) return
      leave(known)
      known.notBeforeMs = now() + waitMs
      if (isFailure) known.tries += 1
    },
    all: () => waiting.values(),
  }
}
