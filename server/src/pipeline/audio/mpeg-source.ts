// MP3 and the older MPEG audio layers, decoded by mpg123 (WebAssembly). Also used for MP3 inside WAV.

import type { FileHandle } from 'node:fs/promises'
import { MPEGDecoder } from 'mpg123-decoder'
import { readAt, readChunks } from './file-bytes.ts'
import { findFrameRun, readMpegFrame, readXingFrameCount } from './mpeg-frame.ts'
import { type SoundBlock, type SoundSource, unreadable } from './sound-source.ts'

// Encoders add up to this much before and after the sound; mpg123 takes it off again.
const paddingFrames = 4

export async function openMpeg(file: FileHandle, start: number, end: number): Promise<SoundSource> {
  const head = await readAt(file, start, Math.min(end - start, 64 * 1024))
  const at = findFrameRun(head, readMpegFrame)
  const first = at < 0 ? null : readMpegFrame(head, at)
  if (!first) throw unreadable('it is marked as MP3 but holds no MP3 sound')
  const frameCount = readXingFrameCount(head, at, first)
  const warnings: string[] = []
  return {
    container: first.layer === 3 ? 'mp3' : 'mpeg',
    codec: `mp${first.layer}`,
    sampleRateHz: first.sampleRateHz,
    channelCount: first.channelCount,
    promisedS: frameCount === null ? null : ((frameCount - paddingFrames) * first.samples) / first.sampleRateHz,
    blocks: readBlocks(file, start + at, end, first.channelCount, warnings),
    warnings,
  }
}

async function* readBlocks(
  file: FileHandle,
  start: number,
  end: number,
  channelCount: number,
  warnings: string[],
): AsyncGenerator<SoundBlock> {
  const decoder = new MPEGDecoder()
  await decoder.ready
  let errors = 0
  for await (const bytes of readChunks(file, start, end)) {
    const decoded = decoder.decode(bytes)
    errors += decoded.errors.length
    // mpg123 gives two equal channels for mono.
    if (decoded.samplesDecoded > 0) {
      yield { sampleRateHz: decoded.sampleRate, channels: decoded.channelData.slice(0, channelCount) }
    }
  }
  if (errors > 0) warnings.push(`Damaged places in the MP3 stream that were skipped: ${errors}.`)
  decoder.free()
}
