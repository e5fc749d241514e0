// Reads the headers of MPEG audio frames (MP3 and its older layers) and of ADTS frames (raw AAC).
// Finds where a stream begins; decodes nothing.

export type MpegFrame = {
  sampleRateHz: number
  channelCount: number
  lengthBytes: number
  samples: number
  layer: number
}

// ISO/IEC 11172-3 §2.4.2.3 and 13818-3: kbit/s by version and layer.
const bitrates: Record<string, number[]> = {
  v1l1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  v1l2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  v1l3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  v2l1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  v2l2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  v2l3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}
const mpeg1RatesHz = [44_100, 48_000, 32_000]

/** The MPEG audio frame header at `at`, or null when there is none. */
export function readMpegFrame(bytes: Uint8Array, at: number): MpegFrame | null {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(at, at + 4)
  const version = (b1 >> 3) & 3 // 3 = MPEG 1, 2 = MPEG 2, 0 = MPEG 2.5, 1 is reserved
  const layer = 4 - ((b1 >> 1) & 3)
  const fullRateHz = mpeg1RatesHz[(b2 >> 2) & 3]
  if (b0 !== 0xff || (b1 & 0xe0) !== 0xe0 || version === 1 || layer === 4 || !fullRateHz) return null
  const bitrate = bitrates[`v${version === 3 ? 1 : 2}l${layer}`]?.[b2 >> 4]
  if (!bitrate) return null
  const sampleRateHz = version === 3 ? fullRateHz : version === 2 ? fullRateHz / 2 : fullRateHz / 4
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152
  const padding = (b2 >> 1) & 1
  const slotBytes = layer === 1 ? 4 : 1
  const lengthBytes = (Math.floor(((samples / 8 / slotBytes) * bitrate * 1000) / sampleRateHz) + padding) * slotBytes
  return { sampleRateHz, channelCount: b3 >> 6 === 3 ? 1 : 2, lengthBytes, samples, layer }
}

/** The number of frames that a Xing or Info header in the first frame promises, or null. */
export function readXingFrameCount(bytes: Uint8Array, at: number, frame: MpegFrame): number | null {
  const isMpeg1 = frame.samples === 1152
  const sideInfoBytes = isMpeg1 ? (frame.channelCount === 1 ? 17 : 32) : frame.channelCount === 1 ? 9 : 17
  const tag = Buffer.from(bytes.subarray(at + 4 + sideInfoBytes, at + 4 + sideInfoBytes + 12))
  const name = tag.toString('latin1', 0, 4)
  if (tag.length < 12 || (name !== 'Xing' && name !== 'Info') || (tag.readUInt32BE(4) & 1) === 0) return null
  return tag.readUInt32BE(8)
}

export type AdtsFrame = { sampleRateHz: number; channelConfig: number; lengthBytes: number }

// ISO/IEC 14496-3 table 1.18.
export const aacRatesHz = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
]

/** The ADTS frame header at `at` (ISO/IEC 14496-3 §1.A.2), or null when there is none. */
export function readAdtsFrame(bytes: Uint8Array, at: number): AdtsFrame | null {
  if (at + 7 > bytes.length) return null
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes.subarray(at, at + 6)
  const sampleRateHz = aacRatesHz[(b2 >> 2) & 15]
  const lengthBytes = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5)
  if (b0 !== 0xff || (b1 & 0xf6) !== 0xf0 || !sampleRateHz || lengthBytes < 8) return null
  return { sampleRateHz, channelConfig: ((b2 & 1) << 2) | (b3 >> 6), lengthBytes }
}

/**
 * Offset of the first frame that `count` more frames of the same stream follow, or -1.
 * A stream that begins at offset 0 and ends before `count` frames are seen is accepted too.
 */
export function findFrameRun(
  bytes: Uint8Array,
  read: (bytes: Uint8Array, at: number) => { sampleRateHz: number; lengthBytes: number } | null,
  count = 2,
): number {
  for (let start = 0; start + 4 <= bytes.length; start += 1) {
    if (bytes[start] !== 0xff) continue
    const first = read(bytes, start)
    if (!first) continue
    let at = start + first.lengthBytes
    let seen = 0
    while (seen < count) {
      const next = read(bytes, at)
      if (next?.sampleRateHz !== first.sampleRateHz) break
      at += next.lengthBytes
      seen += 1
    }
    if (seen === count || (start === 0 && at + 7 > bytes.length)) return start
  }
  return -1
}
