// One end for a whole exchange: the time limit or the caller's wish, whichever comes first.

import { failure, failureError } from './failure.ts'

/** `end` must be called when the exchange is over; `control` may be aborted with a failure error by others too. */
export function deadline(timeoutMs: number, signal?: AbortSignal | null): { control: AbortController; end(): void } {
  const control = new AbortController()
  const late = failure('timeout', `no whole answer within ${timeoutMs / 1000} s`)
  const timer = setTimeout(() => control.abort(failureError(late)), timeoutMs)
  const onAbort = () => control.abort(failureError(failure('aborted', 'the request was given up', signal?.reason)))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  const end = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  return { control, end }
}
