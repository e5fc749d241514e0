// Turns the bytes of uncompressed WAV sound (and of mu-law and A-law) into samples.

export type PcmEncoding = 'pcm_u8' | 'pcm_s16' | 'pcm_s24' | 'pcm_s32' | 'pcm_f32' | 'pcm_f64' | 'mulaw' | 'alaw'

type Reading = { bytes: number; read: (view: DataView, at: number) => number }

const readings: Record<PcmEncoding, Reading> = {
  pcm_u8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  pcm_s16: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 0x8000 },
  pcm_s24: { bytes: 3, read: (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 0x800000 },
  pcm_s32: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 0x80000000 },
  pcm_f32: { bytes: 4, read: (view, at) => finite(view.getFloat32(at, true)) },
  pcm_f64: { bytes: 8, read: (view, at) => finite(view.getFloat64(at, true)) },
  mulaw: { bytes: 1, read: (view, at) => mulawTable[view.getUint8(at)] ?? 0 },
  alaw: { bytes: 1, read: (view, at) => alawTable[view.getUint8(at)] ?? 0 },
}

export function sampleBytes(encoding: PcmEncoding): number {
  return readings[encoding].bytes
}

/** Whole frames of interleaved samples to one array per channel; a rest at the end is left out. */
export function readPcm(bytes: Uint8Array, encoding: PcmEncoding, channelCount: number): Float32Array[] {
  const { bytes: width, read } = readings[encoding]
  const frameBytes = width * channelCount
  const frames = Math.floor(bytes.length / frameBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames)
    for (let i = 0, at = channel * width; i < frames; i += 1, at += frameBytes) samples[i] = read(view, at)
    return samples
  })
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}

// ITU-T G.711, by the segment (exponent) and step (mantissa) of each code.
const mulawTable = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff
  const size = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132
  return (bits & 0x80 ? -size : size) / 0x8000
})
const alawTable = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55
  const segment = (bits >> 4) & 7
  const step = ((bits & 15) << 4) + 8
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return (bits & 0x80 ? size : -size) / 0x8000
})
