// Small recordings for tests that need many, each with content of its own.

const sampleRate = 8000
const headBytes = 44

/** WAV, mono, 16 bit: noise that its number alone decides, so that no two are the same. */
export function smallWav(number: number, samples = 800): Buffer {
  const bytes = Buffer.alloc(headBytes + 2 * samples)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(sampleRate, 24)
  bytes.writeUInt32LE(2 * sampleRate, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(2 * samples, 40)
  bytes.writeUInt32LE(number, headBytes)
  for (let at = headBytes + 4, state = number + 1; at < bytes.length; at += 2) {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes.writeInt16LE((state >>> 20) - 2048, at)
  }
  return bytes
}
