// AAC decoding by symphonia (through node-web-audio-api), bounded in memory: frames are collected into stretches of
// some seconds and each stretch is decoded as a small ADTS file. Before the stretch go two frames whose output is
// dropped, because an AAC frame is only whole once it is overlapped with the one before it; the result is the same,
// bit for bit, as decoding the whole file at once.

import { OfflineAudioContext } from 'node-web-audio-api'
import { aacRatesHz } from './mpeg-frame.ts'
import { type SoundBlock, unreadable, unsupported } from './sound-source.ts'

export type AacConfig = { sampleRateHz: number; channelConfig: number }

const samplesPerFrame = 1024
const leadFrames = 2
const stretchFrames = 256

// ISO/IEC 14496-3 table 1.17; those below are decoded (SBR and PS: their AAC-LC core, up to half the full rate).
const decodable = [2, 5, 29]
const objectTypes: Record<number, string> = {
  1: 'AAC Main',
  3: 'AAC SSR',
  4: 'AAC LTP',
  23: 'AAC-LD',
  39: 'AAC-ELD',
  42: 'xHE-AAC',
}

/** Reads an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
export function readAacConfig(description: Uint8Array): AacConfig {
  const bits = Array.from(description.subarray(0, 8), (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .padEnd(64, '0')
  let at = 0
  const take = (count: number) => {
    at += count
    return Number.parseInt(bits.slice(at - count, at), 2)
  }
  const type = take(5)
  const objectType = type === 31 ? 32 + take(6) : type
  const rateIndex = take(4)
  const sampleRateHz = rateIndex === 15 ? take(24) : aacRatesHz[rateIndex]
  const channelConfig = take(4)
  if (!decodable.includes(objectType)) throw unsupported(objectTypes[objectType] ?? `AAC object type ${objectType}`)
  if (!sampleRateHz || !aacRatesHz.includes(sampleRateHz))
    throw unreadable('its AAC header gives no usable sample rate')
  // Configuration 0 describes the channels inside the stream; nearly always one or two. The decoder finds out.
  return { sampleRateHz, channelConfig: channelConfig || 2 }
}

/** A bare AAC frame with the ADTS header (7 bytes, ISO/IEC 14496-3 §1.A.2) that makes it readable by itself. */
export function wrapAdts(frame: Uint8Array, { sampleRateHz, channelConfig }: AacConfig): Uint8Array {
  const length = frame.length + 7
  const wrapped = new Uint8Array(length)
  const rateIndex = aacRatesHz.indexOf(sampleRateHz)
  wrapped.set([
    0xff,
    0xf1,
    0x40 | (rateIndex << 2) | (channelConfig >> 2),
    ((channelConfig & 3) << 6) | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ])
  wrapped.set(frame, 7)
  return wrapped
}

/** ADTS frames of one rate to sound. What cannot be decoded becomes silence of the same length, and a warning. */
export async function* decodeAac(
  frames: AsyncIterable<Uint8Array>,
  sampleRateHz: number,
  warnings: string[],
): AsyncGenerator<SoundBlock> {
  const context = new OfflineAudioContext(1, 1, sampleRateHz)
  let lead: Uint8Array[] = []
  let stretch: Uint8Array[] = []
  let channelCount = 0
  let damagedFrames = 0
  /** Undecodable samples at the start, held back until it is clear that anything can be decoded. */
  let silentStart = 0
  for await (const frame of frames) {
    stretch.push(frame)
    if (stretch.length === stretchFrames) yield* flush()
  }
  if (stretch.length > 0) yield* flush()
  if (channelCount === 0) throw unreadable('none of its AAC sound can be decoded; mono and stereo AAC-LC can')
  if (damagedFrames > 0) warnings.push(`Damaged AAC frames that were replaced by silence: ${damagedFrames}.`)

  async function* flush(): AsyncGenerator<SoundBlock> {
    const bytes = Buffer.concat([...lead, ...stretch])
    const wanted = stretch.length * samplesPerFrame
    const decoded = await context.decodeAudioData(new Uint8Array(bytes).buffer).catch(() => null)
    const leadSamples = lead.length * samplesPerFrame
    channelCount ||= decoded?.numberOfChannels ?? 0
    const missing = wanted + leadSamples - (decoded?.length ?? 0)
    damagedFrames += Math.max(0, Math.round(missing / samplesPerFrame))
    lead = stretch.slice(-leadFrames)
    stretch = []
    if (channelCount === 0) {
      silentStart += wanted
      return
    }
    for (; silentStart > 0; silentStart -= samplesPerFrame) yield { sampleRateHz, channels: silence(samplesPerFrame) }
    const channels = silence(wanted)
    for (const [channel, samples] of channels.entries()) {
      if (!decoded || channel >= decoded.numberOfChannels) break
      samples.set(decoded.getChannelData(channel).subarray(leadSamples, leadSamples + wanted))
    }
    yield { sampleRateHz, channels }
  }

  function silence(length: number): Float32Array[] {
    return Array.from({ length: channelCount }, () => new Float32Array(length))
  }
}
