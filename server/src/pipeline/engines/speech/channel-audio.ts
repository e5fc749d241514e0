// Reads stretches of one channel's WAV file for the engines. Holds one stretch in memory.
// Leaves decoding of other formats to the audio room, which made the file.

import { type FileHandle, open } from 'node:fs/promises'
import { Problem } from '../../../platform/problem.ts'
import { readAt } from '../../audio/file-bytes.ts'
import { readWavHeader } from '../../audio/wav-header.ts'

export type Stretch = { startMs: number; endMs: number }

export type ChannelAudio = {
  sampleRateHz: number
  durationMs: number
  /** 16-bit samples of a stretch; shorter where the file ends. */
  samples(stretch: Stretch): Promise<Int16Array>
  close(): Promise<void>
}

/** Throws Problem('unavailable', 'audio_missing' | 'audio_unreadable') when the file is not there or not what it should be. */
export async function openChannelAudio(wavPath: string): Promise<ChannelAudio> {
  const file = await open(wavPath).catch((cause: unknown) => {
    throw new Problem(
      'unavailable',
      'audio_missing',
      'The decoded sound of this recording is no longer on this machine. Process the recording again.',
      { cause },
    )
  })
  try {
    return await readable(file)
  } catch (cause) {
    await file.close()
    throw new Problem(
      'unavailable',
      'audio_unreadable',
      'The decoded sound of this recording is not a 16-bit WAV file with one channel. Process the recording again.',
      { cause },
    )
  }
}

async function readable(file: FileHandle): Promise<ChannelAudio> {
  const header = await readWavHeader(file, (await file.stat()).size)
  if (header.formatTag !== 1 || header.bitsPerSample !== 16 || header.channelCount !== 1 || header.sampleRateHz < 1) {
    throw new Error(`tag ${header.formatTag}, ${header.bitsPerSample} bits, ${header.channelCount} channels`)
  }
  const sampleCount = Math.floor((header.dataEnd - header.dataStart) / 2)
  const sampleAt = (ms: number) => Math.max(0, Math.min(sampleCount, Math.round((ms * header.sampleRateHz) / 1000)))
  return {
    sampleRateHz: header.sampleRateHz,
    durationMs: (sampleCount * 1000) / header.sampleRateHz,
    async samples({ startMs, endMs }) {
      const from = sampleAt(startMs)
      const bytes = await readAt(file, header.dataStart + from * 2, Math.max(0, sampleAt(endMs) - from) * 2)
      const samples = new Int16Array(bytes.length >> 1)
      for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(i * 2)
      return samples
    },
    close: () => file.close(),
  }
}
