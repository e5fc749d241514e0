// Keeps all connections of a folder together below a number of bytes per second: a bucket of tokens that fills with time.

import { setTimeout as delay } from 'node:timers/promises'

/** Takes what was read out of the bucket, and waits while the bucket owes. */
export type Bandwidth = (sizeBytes: number, signal: AbortSignal) => Promise<void>

/** Null: no limit. The bucket holds a quarter of a second. */
export function bandwidth(bytesPerSecondMax: number | null): Bandwidth {
  if (bytesPerSecondMax === null) return async () => {}
  const bucketBytes = bytesPerSecondMax / 4
  let tokens = bucketBytes
  let filledAt = performance.now()
  return async (sizeBytes, signal) => {
    const now = performance.now()
    tokens = Math.min(bucketBytes, tokens + ((now - filledAt) / 1000) * bytesPerSecondMax) - sizeBytes
    filledAt = now
    if (tokens < 0) await delay((-tokens / bytesPerSecondMax) * 1000, null, { signal })
  }
}
