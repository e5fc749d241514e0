// What waits for one connection's answers, and fails when the connection does.

export type InFlight = {
  /** Settles as the promise does, or fails with the connection. */
  until<T>(promise: Promise<T>): Promise<T>
  fail(error: Error): void
}

/** Promise.race with one promise per connection would keep every publish alive for as long as the connection is. */
export function inFlight(): InFlight {
  const waiting = new Set<(error: Error) => void>()
  return {
    until<T>(promise: Promise<T>) {
      const { promise: ended, resolve, reject } = Promise.withResolvers<T>()
      waiting.add(reject)
      promise.then(resolve, reject).finally(() => waiting.delete(reject))
      return ended
    },
    fail(error) {
      for (const reject of waiting) reject(error)
      waiting.clear()
    },
  }
}
