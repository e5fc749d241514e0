// The sample recording of the repository, as it is and as one channel of it.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

/** 42 s, 8 kHz, stereo, mu-law: the agent left, the customer right. */
export const sampleCall = resolve(import.meta.dirname, '../../../samples/call.wav')

const chunkHeadBytes = 8

/** The first seconds of the agent's channel alone: 8 kHz mono mu-law. */
export async function monoCall(seconds: number): Promise<Buffer> {
  const stereo = await readFile(sampleCall)
  const start = stereo.indexOf('data') + chunkHeadBytes
  const samples = Buffer.alloc(seconds * 8000)
  for (let i = 0; i < samples.length; i++) samples[i] = stereo[start + 2 * i] as number
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(7, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(8000, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.length, 40)
  return Buffer.concat([head, samples])
}
