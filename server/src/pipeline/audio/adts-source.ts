// Raw AAC files: a run of ADTS frames without any container. Finds its way again after damaged bytes.

import type { FileHandle } from 'node:fs/promises'
import { decodeAac } from './aac.ts'
import { readAt, readChunks } from './file-bytes.ts'
import { readAdtsFrame } from './mpeg-frame.ts'
import { type SoundSource, unreadable } from './sound-source.ts'

export async function openAdts(file: FileHandle, startByte: number, fileBytes: number): Promise<SoundSource> {
  const first = readAdtsFrame(await readAt(file, startByte, 16), 0)
  if (!first) throw unreadable('it is marked as AAC but holds no AAC sound')
  const warnings: string[] = []
  const frames = readFrames(file, startByte, fileBytes, first.sampleRateHz, warnings)
  return {
    container: 'adts',
    codec: 'aac',
    sampleRateHz: first.sampleRateHz,
    channelCount: first.channelConfig === 7 ? 8 : first.channelConfig || 2,
    promisedS: null,
    blocks: decodeAac(frames, first.sampleRateHz, warnings),
    warnings,
  }
}

async function* readFrames(
  file: FileHandle,
  startByte: number,
  fileBytes: number,
  sampleRateHz: number,
  warnings: string[],
): AsyncGenerator<Uint8Array> {
  let skippedBytes = 0
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of readChunks(file, startByte, fileBytes)) {
    held = Buffer.concat([held, chunk])
    let at = 0
    while (at + 7 <= held.length) {
      const frame = readAdtsFrame(held, at)
      if (frame?.sampleRateHz !== sampleRateHz) {
        at += 1
        skippedBytes += 1
      } else if (at + frame.lengthBytes > held.length) {
        break
      } else {
        yield held.subarray(at, at + frame.lengthBytes)
        at += frame.lengthBytes
      }
    }
    held = Buffer.from(held.subarray(at))
  }
  skippedBytes += held.length
  if (skippedBytes > 0) warnings.push(`Bytes that are no AAC sound and were skipped: ${skippedBytes}.`)
}
