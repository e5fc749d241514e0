// Reads the header of a WAV file (RIFF, RF64, BW64), forgiving what real recorders get wrong about sizes.
// Leaves the samples to wav-source.ts.

import type { FileHandle } from 'node:fs/promises'
import { readAt } from './file-bytes.ts'
import { unreadable } from './sound-source.ts'

export type WavHeader = {
  formatTag: number
  channelCount: number
  sampleRateHz: number
  blockBytes: number
  bitsPerSample: number
  dataStart: number
  /** Never past the end of the file. */
  dataEnd: number
  /** What the header says; null when it says nothing usable, as while a stream is being recorded. */
  promisedBytes: number | null
  /** Samples per channel by the `fact` chunk; null without one. */
  factSamples: number | null
}

const chunkCountMax = 10_000
const extensibleTag = 0xfffe
// Recorders that do not know the length write 0, 0x7fffffff, 0xffffffff or a round number near them.
const unknownSizeMin = 0x7fff_0000

export async function readWavHeader(file: FileHandle, fileBytes: number): Promise<WavHeader> {
  let format: Buffer | null = null
  let factSamples: number | null = null
  let longDataBytes: number | null = null
  let at = 12
  for (let n = 0; n < chunkCountMax; n += 1) {
    const head = await readAt(file, at, 8)
    if (head.length < 8) break
    const id = head.toString('latin1', 0, 4)
    const size = head.readUInt32LE(4)
    const start = at + 8
    if (id === 'data') {
      if (!format) throw unreadable('the description of its format is missing or comes after the sound')
      return { ...readFormat(format), factSamples, ...(await placeData(file, start, size, longDataBytes, fileBytes)) }
    }
    if (id === 'fmt ') format = await readAt(file, start, Math.min(size, 64))
    const body = id === 'fact' || id === 'ds64' ? await readAt(file, start, Math.min(size, 28)) : null
    if (id === 'fact' && body && body.length >= 4) factSamples = body.readUInt32LE(0)
    // EBU Tech 3306: the 64-bit size of `data` stands at byte 8 of `ds64`.
    if (id === 'ds64' && body && body.length >= 16) longDataBytes = Number(body.readBigUInt64LE(8))
    at = start + size + (size % 2)
  }
  throw unreadable('it ends before any sound begins')
}

function readFormat(format: Buffer) {
  if (format.length < 14) throw unreadable('the description of its format is cut short')
  const tag = format.readUInt16LE(0)
  const blockBytes = format.readUInt16LE(12)
  const channelCount = format.readUInt16LE(2)
  return {
    // WAVE_FORMAT_EXTENSIBLE: the real tag is the start of the GUID at byte 24.
    formatTag: tag === extensibleTag && format.length >= 26 ? format.readUInt16LE(24) : tag,
    channelCount,
    sampleRateHz: format.readUInt32LE(4),
    blockBytes,
    bitsPerSample: format.length >= 16 ? format.readUInt16LE(14) : (blockBytes / Math.max(1, channelCount)) * 8,
  }
}

async function placeData(
  file: FileHandle,
  dataStart: number,
  size: number,
  longBytes: number | null,
  fileBytes: number,
) {
  const promised = size === 0xffff_ffff && longBytes ? longBytes : size
  const isUnknown = (promised >= unknownSizeMin && dataStart + promised > fileBytes) || promised === 0
  if (promised === 0) {
    const next = (await readAt(file, dataStart, 4)).toString('latin1')
    if (['LIST', 'id3 ', 'ID3 ', 'bext', 'fact', 'JUNK', 'junk', 'cue '].includes(next)) {
      return { dataStart, dataEnd: dataStart, promisedBytes: 0 }
    }
  }
  const dataEnd = isUnknown ? fileBytes : Math.min(fileBytes, dataStart + promised)
  return { dataStart, dataEnd, promisedBytes: isUnknown ? null : promised }
}
