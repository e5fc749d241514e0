// Opus packets to sound by libopus (WebAssembly). Leaves containers to packet-source.ts.

import { OpusDecoder } from 'opus-decoder'
import { checkFigures, type SoundBlock, unreadable } from './sound-source.ts'

export type OpusHead = {
  channelCount: number
  /** Samples at 48 kHz to drop at the start. */
  preSkip: number
  /** The rate that libopus is asked for. */
  sampleRateHz: 8_000 | 12_000 | 16_000
  /** What was encoded, for people; 48000 where the header does not say. */
  originalRateHz: number
  streamCount: number
  coupledStreamCount: number
  mapping: number[]
}

/** Reads an OpusHead (RFC 7845 §5.1). */
export function readOpusHead(description: Uint8Array): OpusHead {
  const head = Buffer.from(description)
  if (head.length < 19 || head.toString('latin1', 0, 8) !== 'OpusHead') throw unreadable('its Opus header is cut short')
  const channelCount = head.readUInt8(9)
  checkFigures(48_000, channelCount)
  const originalRateHz = head.readUInt32LE(12)
  const hasMapping = head.readUInt8(18) > 0
  if (hasMapping && head.length < 21 + channelCount) throw unreadable('its Opus header is cut short')
  if (!hasMapping && channelCount > 2)
    throw unreadable(`its Opus header gives ${channelCount} channels without a mapping`)
  return {
    channelCount,
    preSkip: head.readUInt16LE(10),
    sampleRateHz: originalRateHz === 8_000 || originalRateHz === 12_000 ? originalRateHz : 16_000,
    originalRateHz: originalRateHz >= 8_000 && originalRateHz <= 192_000 ? originalRateHz : 48_000,
    streamCount: hasMapping ? head.readUInt8(19) : 1,
    coupledStreamCount: hasMapping ? head.readUInt8(20) : channelCount - 1,
    mapping: hasMapping ? [...head.subarray(21, 21 + channelCount)] : channelCount === 2 ? [0, 1] : [0],
  }
}

export async function createOpusDecoder(head: OpusHead) {
  const decoder = new OpusDecoder({
    sampleRate: head.sampleRateHz,
    channels: head.channelCount,
    streamCount: head.streamCount,
    coupledStreamCount: head.coupledStreamCount,
    channelMappingTable: head.mapping,
  })
  await decoder.ready
  return {
    /** null when the packet is damaged. */
    decode(packet: Uint8Array): SoundBlock | null {
      try {
        const decoded = decoder.decodeFrame(packet)
        if (decoded.samplesDecoded === 0) return null
        return { sampleRateHz: head.sampleRateHz, channels: decoded.channelData }
      } catch (error) {
        // The decoder has room for 3,840 bytes a channel; no valid packet is longer.
        if (error instanceof RangeError) return null
        throw error
      }
    },
    free: () => decoder.free(),
  }
}
