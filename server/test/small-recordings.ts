// Small recordings for tests that need many, each with content of its own.

import { wavHeader, wavHeaderBytes } from '../src/pipeline/audio/pcm-wav.ts'

const sampleRateHz = 8000

/** WAV, mono, 16 bit: noise that its number alone decides, so that no two are the same. */
export function smallWav(number: number, samples = 800): Buffer {
  const bytes = Buffer.concat([wavHeader(sampleRateHz, 2 * samples), Buffer.alloc(2 * samples)])
  bytes.writeUInt32LE(number, wavHeaderBytes)
  for (let at = wavHeaderBytes + 4, state = number + 1; at < bytes.length; at += 2) {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes.writeInt16LE((state >>> 20) - 2048, at)
  }
  return bytes
}
