// Notices a transfer that is too slow. Only time spent waiting for the other side counts, not our own slowness.

/** `onSlow` gets the bytes that came within the last window of waiting, when they were too few. */
export function watchRate(bytesPerSMin: number, windowMs: number, onSlow: (receivedBytes: number) => void) {
  let receivedBytes = 0
  let waitedMs = 0
  let waitsSince: number | null = performance.now()

  const judge = () => {
    const now = performance.now()
    const windowSoFarMs = waitedMs + (waitsSince === null ? 0 : now - waitsSince)
    if (windowSoFarMs < windowMs) return
    if ((receivedBytes / windowSoFarMs) * 1000 < bytesPerSMin) onSlow(receivedBytes)
    receivedBytes = 0
    waitedMs = 0
    if (waitsSince !== null) waitsSince = now
  }
  const timer = setInterval(judge, windowMs / 6)

  return {
    /** Bytes came; until `waitsAgain`, it is us who are busy. */
    received(sizeBytes: number) {
      receivedBytes += sizeBytes
      if (waitsSince !== null) waitedMs += performance.now() - waitsSince
      waitsSince = null
    },
    waitsAgain() {
      waitsSince = performance.now()
    },
    stop() {
      clearInterval(timer)
    },
  }
}
