// The body of an answer between the connection, which pushes, and its one reader, who pulls: a few chunks in memory, and
// the connection rests while the reader is behind.

export type IncomingBody = AsyncIterable<Buffer> & {
  push(chunk: Buffer): void
  end(): void
  /** The reader meets the error at once; what waits unread is dropped. */
  fail(error: unknown): void
}

/** What may wait unread before the connection rests. */
const waitingBytesMax = 16 * 1024
/** What a chunk costs beside its bytes: an answer in chunks of one byte is a hundred times as large in memory. */
const chunkBytes = 128

export function incomingBody(connection: { pause(): void; resume(): void }): IncomingBody {
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let isPaused = false
  let state: 'open' | 'ended' | { error: unknown } = 'open'
  let reader: PromiseWithResolvers<IteratorResult<Buffer>> | null = null

  const next = (): Promise<IteratorResult<Buffer>> => {
    const chunk = waiting.shift()
    if (chunk) {
      waitingBytes -= chunk.length + chunkBytes
      // Not sooner: each pause makes the connection copy what it had begun to parse.
      if (isPaused && waiting.length === 0) {
        isPaused = false
        connection.resume()
      }
      return Promise.resolve({ value: chunk, done: false })
    }
    if (state === 'ended') return Promise.resolve({ value: undefined, done: true })
    if (state !== 'open') return Promise.reject(state.error)
    reader = Promise.withResolvers()
    return reader.promise
  }

  const handOver = (result: IteratorResult<Buffer>): boolean => {
    if (!reader) return false
    const { resolve } = reader
    reader = null
    resolve(result)
    return true
  }

  return {
    [Symbol.asyncIterator]: () => ({ next }),
    push: (chunk) => {
      if (handOver({ value: chunk, done: false })) return
      waiting.push(chunk)
      waitingBytes += chunk.length + chunkBytes
      if (!isPaused && waitingBytes >= waitingBytesMax) {
        isPaused = true
        connection.pause()
      }
    },
    end: () => {
      if (state === 'open') state = 'ended'
      handOver({ value: undefined, done: true })
    },
    fail: (error) => {
      state = { error }
      waiting = []
      waitingBytes = 0
      const { reject } = reader ?? {}
      reader = null
      reject?.(error)
    },
  }
}
