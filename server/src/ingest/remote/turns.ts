// So many at a time of each kind; who comes later waits until one of them is done.

export type Turns = {
  /** @returns what ends the turn. @throws the signal's reason when it fires first */
  take(kind: string, atOnceMax: number, signal: AbortSignal): Promise<() => void>
}

export function turns(): Turns {
  const kinds = new Map<string, { taken: number; waiting: Set<() => void> }>()

  return {
    async take(kind, atOnceMax, signal) {
      signal.throwIfAborted()
      const one = kinds.get(kind) ?? { taken: 0, waiting: new Set() }
      kinds.set(kind, one)
      const end = () => {
        const [next] = one.waiting
        if (next) {
          // The turn is handed over: as many are taken as before.
          one.waiting.delete(next)
          next()
          return
        }
        one.taken -= 1
        if (one.taken === 0) kinds.delete(kind)
      }
      if (one.taken < atOnceMax) one.taken += 1
      else {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const onAbort = () => {
          one.waiting.delete(resolve)
          reject(signal.reason)
        }
        one.waiting.add(resolve)
        signal.addEventListener('abort', onAbort, { once: true })
        await promise.finally(() => signal.removeEventListener('abort', onAbort))
      }
      let isOver = false
      return () => {
        if (!isOver) end()
        isOver = true
      }
    },
  }
}
