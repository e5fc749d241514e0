// FLAC (bare or in Ogg) and Ogg Vorbis, whose WebAssembly decoders read the file's bytes as they come.

import type { FileHandle } from 'node:fs/promises'
import { FLACDecoder } from '@wasm-audio-decoders/flac'
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis'
import { readAt, readChunks } from './file-bytes.ts'
import { checkFigures, type SoundBlock, type SoundSource, unreadable } from './sound-source.ts'

/** A bare FLAC stream that begins with its magic at `startByte`. */
export async function openFlac(file: FileHandle, startByte: number, fileBytes: number): Promise<SoundSource> {
  const info = (await readAt(file, startByte, 64)).subarray(8)
  return { ...openFlacStream(file, startByte, fileBytes, info), container: 'flac' }
}

/** Ogg with FLAC in it; `head` is the file's beginning. Mapping: https://xiph.org/flac/ogg_mapping.html */
export function openOggFlac(file: FileHandle, fileBytes: number, head: Buffer): SoundSource {
  return openFlacStream(file, 0, fileBytes, head.subarray(head.indexOf('fLaC') + 8))
}

function openFlacStream(file: FileHandle, startByte: number, fileBytes: number, info: Buffer): SoundSource {
  // RFC 9639 §8.2, STREAMINFO: after 10 bytes of sizes 20 bits rate, 3 bits channels, 5 bits depth, 36 bits samples.
  if (info.length < 18) throw unreadable('its FLAC header is cut short')
  const sampleRateHz = info.readUIntBE(10, 3) >> 4
  const channelCount = ((info.readUInt8(12) >> 1) & 7) + 1
  const samples = (info.readUInt8(13) & 15) * 2 ** 32 + info.readUInt32BE(14)
  checkFigures(sampleRateHz, channelCount)
  const warnings: string[] = []
  return {
    container: 'ogg',
    codec: 'flac',
    sampleRateHz,
    channelCount,
    promisedS: samples === 0 ? null : samples / sampleRateHz,
    blocks: readBlocks(new FLACDecoder(), file, startByte, fileBytes, warnings),
    warnings,
  }
}

/** Ogg with Vorbis in it; `head` is the file's beginning. */
export function openOggVorbis(file: FileHandle, fileBytes: number, head: Buffer): SoundSource {
  // Vorbis I specification §4.2.2: version, channels (1 byte), rate (4 bytes) after the packet type and name.
  const info = head.subarray(head.indexOf('\x01vorbis', 0, 'latin1') + 7)
  if (info.length < 9) throw unreadable('its Vorbis header is cut short')
  const channelCount = info.readUInt8(4)
  const sampleRateHz = info.readUInt32LE(5)
  checkFigures(sampleRateHz, channelCount)
  const warnings: string[] = []
  const blocks = readBlocks(new OggVorbisDecoder(), file, 0, fileBytes, warnings)
  return { container: 'ogg', codec: 'vorbis', sampleRateHz, channelCount, promisedS: null, blocks, warnings }
}

async function* readBlocks(
  decoder: FLACDecoder | OggVorbisDecoder,
  file: FileHandle,
  start: number,
  end: number,
  warnings: string[],
): AsyncGenerator<SoundBlock> {
  await decoder.ready
  let errors = 0
  try {
    for await (const bytes of readChunks(file, start, end)) yield* take(await decoder.decode(bytes))
    yield* take(await decoder.flush())
  } finally {
    if (errors > 0) warnings.push(`Damaged places in the stream that were skipped: ${errors}.`)
    decoder.free()
  }

  function* take(decoded: Awaited<ReturnType<typeof decoder.decode>>): Generator<SoundBlock> {
    errors += decoded.errors.length
    if (decoded.samplesDecoded > 0) yield { sampleRateHz: decoded.sampleRate, channels: decoded.channelData }
  }
}
