// Decodes the two 4-bit ADPCM encodings of WAV files, one block at a time: IMA (format tag 17) and Microsoft (tag 2).
// Sources: IMA, Recommended Practices for Enhancing Digital Audio Compatibility (1992); Microsoft, Multimedia Data
// Standards Update (1994). A block that is cut short gives the samples that its bytes hold.

export type AdpcmEncoding = 'ima_adpcm' | 'ms_adpcm'

const blockHeaderBytes: Record<AdpcmEncoding, number> = { ima_adpcm: 4, ms_adpcm: 7 }
const headerSamples: Record<AdpcmEncoding, number> = { ima_adpcm: 1, ms_adpcm: 2 }

/** Samples per channel in a block of `blockBytes`; 0 when its header does not fit. */
export function samplesPerBlock(encoding: AdpcmEncoding, blockBytes: number, channelCount: number): number {
  const dataBytes = blockBytes - blockHeaderBytes[encoding] * channelCount
  if (dataBytes < 0) return 0
  // IMA deals out whole groups of 4 bytes per channel.
  const nibbles =
    encoding === 'ima_adpcm'
      ? Math.floor(dataBytes / (4 * channelCount)) * 8
      : Math.floor((dataBytes * 2) / channelCount)
  return headerSamples[encoding] + nibbles
}

/** One block to one array of samples per channel. */
export function decodeAdpcmBlock(encoding: AdpcmEncoding, block: Uint8Array, channelCount: number): Float32Array[] {
  const samples = samplesPerBlock(encoding, block.length, channelCount)
  const channels = Array.from({ length: channelCount }, () => new Float32Array(samples))
  if (samples === 0) return channels
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  if (encoding === 'ima_adpcm') decodeIma(view, channels)
  else decodeMicrosoft(view, channels)
  return channels
}

const imaIndexSteps = [-1, -1, -1, -1, 2, 4, 6, 8]
const imaSteps = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118,
  130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060,
  1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
  7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
]

function decodeIma(view: DataView, channels: Float32Array[]): void {
  for (const [channel, samples] of channels.entries()) {
    let predicted = view.getInt16(channel * 4, true)
    let index = clamp(view.getUint8(channel * 4 + 2), 0, 88)
    samples[0] = predicted / 0x8000
    for (let i = 1; i < samples.length; i += 1) {
      const nibbleAt = i - 1
      const group = Math.floor(nibbleAt / 8)
      const at = channels.length * 4 * (group + 1) + channel * 4 + ((nibbleAt % 8) >> 1)
      const code = nibbleAt % 2 === 0 ? view.getUint8(at) & 15 : view.getUint8(at) >> 4
      const step = imaSteps[index] ?? 0
      let change = step >> 3
      if (code & 1) change += step >> 2
      if (code & 2) change += step >> 1
      if (code & 4) change += step
      predicted = clamp16(predicted + (code & 8 ? -change : change))
      index = clamp(index + (imaIndexSteps[code & 7] ?? 0), 0, 88)
      samples[i] = predicted / 0x8000
    }
  }
}

const microsoftAdaption = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230]
// The seven coefficient pairs that every file must carry; encoders use no others.
const microsoftCoefficients = [
  [256, 0],
  [512, -256],
  [0, 0],
  [192, 64],
  [240, 0],
  [460, -208],
  [392, -232],
] as const

function decodeMicrosoft(view: DataView, channels: Float32Array[]): void {
  const count = channels.length
  for (const [channel, samples] of channels.entries()) {
    const [weight1, weight2] = microsoftCoefficients[view.getUint8(channel)] ?? [0, 0]
    let delta = view.getInt16(count + channel * 2, true)
    let last = view.getInt16(count * 3 + channel * 2, true)
    let beforeLast = view.getInt16(count * 5 + channel * 2, true)
    samples[0] = beforeLast / 0x8000
    samples[1] = last / 0x8000
    for (let i = 2; i < samples.length; i += 1) {
      const nibbleAt = (i - 2) * count + channel
      const byte = view.getUint8(count * 7 + (nibbleAt >> 1))
      const code = nibbleAt % 2 === 0 ? byte >> 4 : byte & 15
      const signed = code >= 8 ? code - 16 : code
      const value = clamp16(((last * weight1 + beforeLast * weight2) >> 8) + signed * delta)
      beforeLast = last
      last = value
      delta = clamp(((microsoftAdaption[code] ?? 230) * delta) >> 8, 16, 0x7fffff)
      samples[i] = value / 0x8000
    }
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}

function clamp16(value: number): number {
  return clamp(value, -0x8000, 0x7fff)
}
