// A large ZIP of recordings that are all different and hold no stretches of nothing, as a contact centre's would be.

import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { ZipFile } from 'yazl'

const sampleRateHz = 8000
const headerBytes = 44

/** Telephone audio of a kind: two tones that swell and fade, and noise. 16 bit, mono. */
function noisySpeech(bytes: number): Buffer {
  const samples = new Int16Array(bytes / 2)
  let noise = 1
  for (let index = 0; index < samples.length; index++) {
    noise = (Math.imul(noise, 1103515245) + 12345) | 0
    const seconds = index / sampleRateHz
    const swell = 0.5 + 0.5 * Math.sin(seconds * 2.1)
    const tones = Math.sin(seconds * 1450) + 0.6 * Math.sin(seconds * 3900)
    samples[index] = swell * tones * 6000 + (noise >> 22)
  }
  return Buffer.from(samples.buffer)
}

function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0)
  header.writeUInt32LE(headerBytes - 8 + dataBytes, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRateHz, 24)
  header.writeUInt32LE(sampleRateHz * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(dataBytes, 40)
  return header
}

/** Deflated, as the tools of Windows and macOS write them. In a process of its own, whose memory is nobody's concern. */
export async function writeWavArchive(path: string, entries: number, entryBytes: number): Promise<void> {
  await promisify(execFile)(process.execPath, [import.meta.filename, path, String(entries), String(entryBytes)])
}

async function write(path: string, entries: number, entryBytes: number): Promise<void> {
  const sound = noisySpeech(2 * entryBytes)
  const header = wavHeader(entryBytes)
  const zip = new ZipFile()
  const rows = ['filename,agent_name,direction,tags']
  for (let index = 0; index < entries; index++) {
    // Each begins somewhere else in the sound.
    const start = (index * 7919 * 2) % entryBytes
    const name = `calls/call-${String(index).padStart(5, '0')}.wav`
    zip.addBuffer(Buffer.concat([header, sound.subarray(start, start + entryBytes)]), name, { compressionLevel: 1 })
    rows.push(`${name.slice(6)},,inbound,bench`)
  }
  zip.addBuffer(Buffer.from(rows.join('\n')), 'calls/metadata.csv')
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
}

if (import.meta.main) {
  const [path = '', entries, entryBytes] = process.argv.slice(2)
  await write(path, Number(entries), Number(entryBytes))
}
