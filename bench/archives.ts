// Large ZIP archives, written in a process of their own, whose memory and time are nobody's concern: of recordings that are
// all different and hold no stretches of nothing, as a contact centre's would be, and of small chats.

import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { ZipFile } from 'yazl'
import { wavHeader } from '../server/src/pipeline/audio/pcm-wav.ts'
import { chatBody } from './chats.ts'

const sampleRateHz = 8000

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

/** Deflated, as the tools of Windows and macOS write them. */
function addCalls(zip: ZipFile, entries: number, entryBytes: number): void {
  const sound = noisySpeech(2 * entryBytes)
  const header = wavHeader(sampleRateHz, entryBytes)
  const rows = ['filename,agent_name,direction,tags']
  for (let index = 0; index < entries; index++) {
    // Each begins somewhere else in the sound.
    const start = (index * 7919 * 2) % entryBytes
    const name = `calls/call-${String(index).padStart(5, '0')}.wav`
    zip.addBuffer(Buffer.concat([header, sound.subarray(start, start + entryBytes)]), name, { compressionLevel: 1 })
    rows.push(`${name.slice(6)},,inbound,bench`)
  }
  zip.addBuffer(Buffer.from(rows.join('\n')), 'calls/metadata.csv')
}

function addChats(zip: ZipFile, entries: number, name: string): void {
  for (let index = 0; index < entries; index++)
    zip.addBuffer(Buffer.from(chatBody(`${name}-chat-${index}`)), `chats/${index}.json`)
}

const elsewhere = (...args: (string | number)[]) =>
  promisify(execFile)(process.execPath, [import.meta.filename, ...args.map(String)])

export const writeCallArchive = (path: string, entries: number, entryBytes: number) =>
  elsewhere('calls', path, entries, entryBytes)

/** `name` makes these chats others than those of another archive. */
export const writeChatArchive = (path: string, entries: number, name: string) => elsewhere('chats', path, entries, name)

if (import.meta.main) {
  const [what, path = '', entries, more = ''] = process.argv.slice(2)
  const zip = new ZipFile()
  if (what === 'calls') addCalls(zip, Number(entries), Number(more))
  else addChats(zip, Number(entries), more)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
}
