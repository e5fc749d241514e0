// The first frame of an MP3 file of constant bit rate: it holds no sound, but says how many frames follow and how much
// silence the encoder put around the sound, so that players show the true length and start without a gap.
// Layout: the Xing header and LAME's extension of it, http://gabriel.mp3-tech.org/mp3infotag.html

import { readMpegFrame } from './mpeg-frame.ts'

/** LAME begins this many samples before the sound; what decoders add of their own, they take off themselves. */
export const encoderDelaySamples = 576

const hasFramesBytesTocQuality = 0xf
const tocEntries = 100
const extensionBytes = 36
const constantBitRate = 1

export type Encoded = {
  /** The header of any of its frames, 4 bytes: the first frame is made alike. */
  header: Uint8Array
  frames: number
  /** Of all of them. */
  sizeBytes: number
  /** Of the sound, at the rate of the frames. */
  samples: number
}

/** The length in bytes of that frame, which depends on nothing but the header of another one. */
export const infoFrameBytes = (header: Uint8Array): number => readMpegFrame(unpadded(header), 0)?.lengthBytes ?? 0

export function infoFrame({ header, frames, sizeBytes, samples }: Encoded): Buffer {
  const own = unpadded(header)
  const format = readMpegFrame(own, 0)
  if (!format) throw new Error('this is no header of an MP3 frame')
  const isMpeg1 = format.samples === 1152
  const isMono = format.channelCount === 1
  const sideInfoBytes = isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17
  const frame = Buffer.alloc(format.lengthBytes)
  const extensionAt = 4 + sideInfoBytes + 16 + tocEntries + 4
  if (extensionAt + extensionBytes > frame.length) throw new Error('frames of this bit rate are too small for a header')
  frame.set(own)
  let at = 4 + sideInfoBytes
  at += frame.write('Info', at, 'latin1')
  for (const value of [hasFramesBytesTocQuality, frames, frame.length + sizeBytes]) at = frame.writeUInt32BE(value, at)
  // At constant bit rate, time and place go together.
  for (let i = 0; i < tocEntries; i += 1) frame[at + i] = Math.floor((i * 256) / tocEntries)
  const paddingSamples = Math.min(0xfff, Math.max(0, frames * format.samples - encoderDelaySamples - samples))
  frame.write('LAME3.100', extensionAt, 'latin1')
  frame[extensionAt + 9] = constantBitRate
  frame.writeUIntBE((encoderDelaySamples << 12) | paddingSamples, extensionAt + 21, 3)
  return frame
}

/** Without the padding bit, which would make the frame one byte longer. */
function unpadded(header: Uint8Array): Uint8Array {
  const own = Uint8Array.from(header.subarray(0, 4))
  own[2] = (own[2] as number) & ~2
  return own
}
