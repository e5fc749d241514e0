// Puts an end to waiting for another server: for one answer, or between the pieces of a stream. The time that the reader
// takes does not count.

import type { Readable } from 'node:stream'
import { RemoteFailure, type Step } from './folder.ts'
import { orAbort } from './lanes.ts'

export function silence(step: Step, timeoutMs: number): RemoteFailure {
  return new RemoteFailure(step, `The server did not answer for ${timeoutMs / 1000} s.`)
}

/** `stop` closes what the promise hangs on; it is called when time is up or the signal comes. */
export async function within<T>(
  options: { step: Step; timeoutMs: number; signal: AbortSignal; stop: () => void },
  promise: Promise<T>,
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(silence(options.step, options.timeoutMs))
    options.stop()
  }, options.timeoutMs)
  return orAbort(options.signal, options.stop, Promise.race([promise, late.promise])).finally(() => clearTimeout(timer))
}

/** The stream's chunks; destroys it when it is silent for too long, at an abort, and when the reader goes away. */
export async function* patiently(
  stream: Readable,
  options: { step: Step; timeoutMs: number; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const { signal, step, timeoutMs } = options
  const onAbort = () => stream.destroy(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const late = () => stream.destroy(silence(step, timeoutMs))
  let timer = setTimeout(late, timeoutMs)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      clearTimeout(timer)
      yield chunk
      timer = setTimeout(late, timeoutMs)
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    stream.destroy()
  }
}
