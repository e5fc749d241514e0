// One end for a whole exchange: the time limit, the caller's wish, or what the exchange itself finds unbearable,
// whichever comes first. A callback, not an AbortSignal, where thousands of exchanges a second need one each.

import { failure, failureError } from './failure.ts'

export type Deadline = {
  /** Ends the exchange. The first reason counts. */
  cut(reason: Error): void
  /** Called once, at the cut, or at once where that has been. One listener at a time; null: nobody listens any more. */
  onCut(listener: ((reason: Error) => void) | null): void
  /** For what wants an AbortSignal; made when it is first read. */
  readonly signal: AbortSignal
  /** Must be called when the exchange is over. */
  end(): void
}

export function deadline(timeoutMs: number, signal?: AbortSignal | null): Deadline {
  let cutBy: Error | null = null
  let listener: ((reason: Error) => void) | null = null
  let control: AbortController | null = null
  const cut = (reason: Error) => {
    if (cutBy) return
    cutBy = reason
    control?.abort(reason)
    listener?.(reason)
  }
  const timer = setTimeout(() => {
    cut(failureError(failure('timeout', `no whole answer within ${timeoutMs / 1000} s`)))
  }, timeoutMs)
  const stopListening = signal
    ? onAbort(signal, () => cut(failureError(failure('aborted', 'the request was given up', signal.reason))))
    : null
  return {
    cut,
    onCut: (next) => {
      listener = next
      if (cutBy) next?.(cutBy)
    },
    get signal() {
      control ??= new AbortController()
      if (cutBy) control.abort(cutBy)
      return control.signal
    },
    end: () => {
      clearTimeout(timer)
      stopListening?.()
    },
  }
}

// An AbortSignal walks through all of its listeners to add one; many exchanges share the signal of whoever sends them.
const listeners = new WeakMap<AbortSignal, { all: Set<() => void>; tell(): void }>()

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener()
    return () => {}
  }
  let shared = listeners.get(signal)
  if (!shared) {
    const all = new Set<() => void>()
    const tell = () => {
      for (const one of all) one()
    }
    shared = { all, tell }
    listeners.set(signal, shared)
    signal.addEventListener('abort', shared.tell, { once: true })
  }
  const { all, tell } = shared
  all.add(listener)
  return () => {
    all.delete(listener)
    if (all.size > 0 || listeners.get(signal)?.all !== all) return
    listeners.delete(signal)
    signal.removeEventListener('abort', tell)
  }
}
