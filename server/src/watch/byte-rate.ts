// Keeps what is sent below so many bytes a second, over all uploads together: a recorder's line also carries calls.

import { setTimeout as delay } from 'node:timers/promises'

export type ByteRate = {
  /** How much to send in one go, so that the rate is kept from one moment to the next. */
  readonly chunkBytesMax: number
  /** Comes back when so many bytes may be sent. */
  take(sizeBytes: number, signal: AbortSignal): Promise<void>
}

const chunksPerSecond = 4
const chunkBytesMin = 64 * 1024

export function byteRate(bytesPerSecond: number | null, now = () => performance.now()): ByteRate {
  if (bytesPerSecond === null) return { chunkBytesMax: Number.POSITIVE_INFINITY, take: async () => {} }
  let freeAtMs = 0
  return {
    chunkBytesMax: Math.max(chunkBytesMin, Math.ceil(bytesPerSecond / chunksPerSecond)),
    async take(sizeBytes, signal) {
      const startMs = Math.max(now(), freeAtMs)
      freeAtMs = startMs + (sizeBytes / bytesPerSecond) * 1000
      const waitMs = startMs - now()
      if (waitMs > 0) await delay(waitMs, undefined, { signal })
    },
  }
}
