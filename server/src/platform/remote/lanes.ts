// Hands out connections to one server: at most so many at a time, used again while they are good, closed when idle.

import { RemoteFailure } from './folder.ts'

export type LaneOptions<C> = {
  connectionsMax: number
  open(signal: AbortSignal): Promise<C>
  isOpen(connection: C): boolean
  end(connection: C): void
}

/** `release` gives the connection to the next; `discard` closes it. Only the first of the two counts. */
export type Lane<C> = { connection: C; release(): void; discard(): void }

export type Lanes<C> = {
  take(signal: AbortSignal): Promise<Lane<C>>
  /** A connection that was used without failure is used again; an abort ends it at once, whatever it is doing. */
  use<T>(signal: AbortSignal, work: (connection: C) => Promise<T>, isHarmless?: (error: unknown) => boolean): Promise<T>
  close(): void
}

const idleTimeoutMs = 15_000

export function lanes<C>(options: LaneOptions<C>): Lanes<C> {
  const all = new Set<C>()
  const idle = new Map<C, NodeJS.Timeout>()
  const waiting = new Set<() => void>()
  let taken = 0
  let isClosed = false

  const end = (connection: C) => {
    clearTimeout(idle.get(connection))
    idle.delete(connection)
    if (all.delete(connection)) options.end(connection)
  }

  const seat = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    if (taken < options.connectionsMax) {
      taken += 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => {
      waiting.delete(resolve)
      reject(signal.reason)
    }
    waiting.add(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    await promise.finally(() => signal.removeEventListener('abort', onAbort))
  }

  const leave = () => {
    const [next] = waiting
    if (!next) taken -= 1
    else {
      waiting.delete(next)
      next()
    }
  }

  const connection = async (signal: AbortSignal): Promise<C> => {
    if (isClosed) throw new RemoteFailure('route', 'The folder has been closed.')
    for (const [found, timer] of idle) {
      clearTimeout(timer)
      idle.delete(found)
      if (options.isOpen(found)) return found
      end(found)
    }
    const opened = await options.open(signal)
    all.add(opened)
    if (isClosed) end(opened)
    return opened
  }

  const take = async (signal: AbortSignal): Promise<Lane<C>> => {
    await seat(signal)
    let isHeld = true
    try {
      const held = await connection(signal)
      const giveBack = (isGood: boolean) => {
        if (!isHeld) return
        isHeld = false
        if (isGood && !isClosed && options.isOpen(held)) idle.set(held, setTimeout(end, idleTimeoutMs, held).unref())
        else end(held)
        leave()
      }
      return { connection: held, release: () => giveBack(true), discard: () => giveBack(false) }
    } catch (error) {
      leave()
      throw error
    }
  }

  return {
    take,
    async use(signal, work, isHarmless = () => false) {
      const lane = await take(signal)
      try {
        const result = await orAbort(signal, lane.discard, work(lane.connection))
        lane.release()
        return result
      } catch (error) {
        if (isHarmless(error)) lane.release()
        else lane.discard()
        throw error
      }
    },
    close() {
      isClosed = true
      for (const held of all) end(held)
    },
  }
}

/** The promise, or the signal's reason as soon as it comes; `stop` makes an end of what the promise was waiting for. */
export async function orAbort<T>(signal: AbortSignal, stop: () => void, promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => {
    stop()
    aborted.reject(signal.reason)
  }
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort))
}
