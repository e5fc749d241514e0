// The one shape of WAV that the pipeline writes for itself: 16-bit PCM, one channel, a header of 44 bytes.

export const wavHeaderBytes = 44

/** The header before `dataBytes` of samples. */
export function wavHeader(sampleRateHz: number, dataBytes: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(wavHeaderBytes)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(wavHeaderBytes - 8 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20) // PCM
  header.writeUInt16LE(1, 22) // one channel
  header.writeUInt32LE(sampleRateHz, 24)
  header.writeUInt32LE(sampleRateHz * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataBytes, 40)
  return header
}

/** A whole file of these samples. */
export function wavOf(samples: Int16Array, sampleRateHz: number): Buffer<ArrayBuffer> {
  const data = Buffer.alloc(samples.length * 2)
  for (let i = 0; i < samples.length; i += 1) data.writeInt16LE(samples[i] as number, i * 2)
  return Buffer.concat([wavHeader(sampleRateHz, data.length), data])
}
