// The sample recording of the repository, as it is and as one channel of it. What is sent twice is a duplicate, so each
// one that is asked for here differs from the others, in a chunk that no decoder reads.

import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** 42 s, 8 kHz, stereo, mu-law: the agent left, the customer right. */
export const sampleCall = resolve(import.meta.dirname, '../../../samples/call.wav')

const chunkHeadBytes = 8

/** The same sound with other bytes behind it. */
export function distinct(wav: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.from('junk\x10\0\0\0'), randomBytes(16)])
  const whole = Buffer.concat([wav, Buffer.alloc(wav.length % 2), chunk])
  whole.writeUInt32LE(whole.length - chunkHeadBytes, 4)
  return whole
}

export const distinctCall = async (): Promise<Buffer> => distinct(await readFile(sampleCall))

/** As a file, for programs that send one. */
export async function distinctCallFile(): Promise<string> {
  const path = join(tmpdir(), `call-${randomUUID()}.wav`)
  await writeFile(path, await distinctCall())
  return path
}

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
  return distinct(Buffer.concat([head, samples]))
}
