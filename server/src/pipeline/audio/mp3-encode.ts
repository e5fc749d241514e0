// Makes one MP3 file of the plain WAV files that the decoder wrote, one a channel: read and written in blocks, so that
// memory does not grow with the recording. LAME (WebAssembly) does the work, in the thread that this is called in.

import { open, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createEncoder } from 'wasm-media-encoders'
import { readAt } from './file-bytes.ts'
import { infoFrame, infoFrameBytes } from './mp3-info.ts'
import { readMpegFrame } from './mpeg-frame.ts'
import { readPcm } from './pcm.ts'
import { wavHeaderBytes } from './pcm-wav.ts'

export type Mp3Input = {
  /** 16-bit PCM, mono, of one rate and length: one or two. */
  wavPaths: string[]
  pcmRateHz: number
  /** A new file. */
  path: string
  onProgress?: () => void
}

const blockSamples = 64 * 1024
/** What MP3 knows; a rate in between is raised to the next one. */
const ratesHz = [8000, 11_025, 12_000, 16_000] as const
// Speech of a telephone, and of wider recordings above 12 kHz, is not told from the original in a call centre's noise;
// stereo needs less than twice as much, as one side is mostly silent. Every rate leaves room for the first frame.
const kbits = { narrow: { 1: 32, 2: 48 }, wide: { 1: 48, 2: 64 } } as const

const wasm = fileURLToPath(import.meta.resolve('wasm-media-encoders/wasm/mp3'))

export async function encodeMp3({ wavPaths, pcmRateHz, path, onProgress }: Mp3Input): Promise<void> {
  const channels = wavPaths.length === 2 ? 2 : 1
  const outputSampleRate = ratesHz.find((rate) => rate >= pcmRateHz) ?? 16_000
  const bitrate = kbits[outputSampleRate > 12_000 ? 'wide' : 'narrow'][channels]
  const encoder = await createEncoder('audio/mpeg', await readFile(wasm))
  encoder.configure({ channels, sampleRate: pcmRateHz, bitrate, outputSampleRate })

  const sources = await Promise.all(wavPaths.slice(0, channels).map((one) => open(one, 'r')))
  const target = await open(path, 'wx', 0o600)
  const counter = countFrames()
  let samples = 0
  let sizeBytes = 0
  let reserved = 0

  // What the encoder hands out is its own memory, used again by the next call.
  async function write(mp3: Uint8Array): Promise<void> {
    if (mp3.length === 0) return
    counter.push(mp3)
    if (reserved === 0) reserved = infoFrameBytes(counter.header())
    await target.writev([mp3], reserved + sizeBytes)
    sizeBytes += mp3.length
  }

  try {
    for (let at = wavHeaderBytes; ; at += blockSamples * 2) {
      const blocks = await Promise.all(sources.map((source) => readAt(source, at, blockSamples * 2)))
      const pcm = blocks.map((bytes) => readPcm(bytes, 'pcm_s16', 1)[0] as Float32Array)
      const length = Math.min(...pcm.map((one) => one.length))
      if (length === 0) break
      await write(encoder.encode(pcm.map((one) => one.subarray(0, length))))
      samples += length
      onProgress?.()
    }
    await write(encoder.finalize())
    const { header, frames } = { header: counter.header(), frames: counter.frames() }
    const outputSamples = Math.round((samples * outputSampleRate) / pcmRateHz)
    await target.write(infoFrame({ header, frames, sizeBytes, samples: outputSamples }), 0, reserved, 0)
  } finally {
    await Promise.all([...sources, target].map((file) => file.close()))
  }
}

/** Counts the frames of a stream that comes in pieces of any size. */
function countFrames() {
  const first = Buffer.alloc(4)
  const pending = Buffer.alloc(4)
  let held = 0
  let skip = 0
  let frames = 0
  return {
    push(bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length; ) {
        if (skip > 0) {
          const step = Math.min(skip, bytes.length - at)
          skip -= step
          at += step
          continue
        }
        pending[held] = bytes[at] as number
        held += 1
        at += 1
        if (held < 4) continue
        const frame = readMpegFrame(pending, 0)
        if (!frame) throw new Error('the encoder wrote something that is no MP3 frame')
        if (frames === 0) pending.copy(first)
        frames += 1
        skip = frame.lengthBytes - 4
        held = 0
      }
    },
    header: () => first,
    frames: () => frames,
  }
}
