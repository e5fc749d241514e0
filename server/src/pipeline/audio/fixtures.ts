// For the tests of this folder: encodes recordings with the tools of the machine, reads back what was decoded, compares.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeRecording } from './decode-recording.ts'
import type { SpeechInterval } from './types.ts'

const presence = new Map<string, boolean>()

/** For node:test's `skip`: false when the program is there, else the printed reason. */
export function skipWithoutTool(tool: string): false | string {
  if (!presence.has(tool)) presence.set(tool, spawnSync(tool, ['--help'], { stdio: 'ignore' }).error === undefined)
  return presence.get(tool) ? false : `${tool} is not installed`
}

export function makeFolder(test: { after(remove: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'indaba-audio-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function run(tool: 'sox' | 'ffmpeg', args: string[]): Buffer {
  const quiet = tool === 'ffmpeg' ? ['-v', 'error', '-y'] : ['-V1']
  return execFileSync(tool, [...quiet, ...args], { maxBuffer: 2 ** 28 })
}

export function decode(path: string, workDir: string, signal: AbortSignal = new AbortController().signal) {
  return decodeRecording({ path, workDir, signal })
}

/** Samples of the 16-bit mono WAV files that the decoder writes. */
export function readSamples(wavPath: string): Int16Array {
  const bytes = readFileSync(wavPath)
  return new Int16Array(new Uint8Array(bytes.subarray(44)).buffer)
}

/** The greatest correlation of two recordings over delays of up to `delayMax` samples either way. */
export function correlate(a: Int16Array, b: Int16Array, delayMax: number): number {
  let best = 0
  for (let delay = -delayMax; delay <= delayMax; delay += 1) {
    let product = 0
    let powerA = 0
    let powerB = 0
    for (let i = Math.max(0, -delay); i < Math.min(a.length, b.length - delay); i += 1) {
      const x = a[i] as number
      const y = b[i + delay] as number
      product += x * y
      powerA += x * x
      powerB += y * y
    }
    best = Math.max(best, product / Math.sqrt(powerA * powerB || 1))
  }
  return best
}

export function largestDifference(a: Int16Array, b: Int16Array): number {
  let largest = 0
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)))
  }
  return largest
}

/** Speech of an RTTM file, of one speaker or of all. */
export function readRttm(path: string, speaker?: string): SpeechInterval[] {
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
  return lines
    .filter((fields) => !speaker || fields[7] === speaker)
    .map((fields) => ({ startMs: Number(fields[3]) * 1000, endMs: (Number(fields[3]) + Number(fields[4])) * 1000 }))
}

/** Share of 10 ms frames in which two sets of intervals disagree: speech missed, and speech seen where there is none. */
export function compareSpeech(found: SpeechInterval[], reference: SpeechInterval[], durationMs: number) {
  const frames = (intervals: SpeechInterval[]) => {
    const marks = new Uint8Array(Math.ceil(durationMs / 10))
    for (const { startMs, endMs } of intervals) marks.fill(1, Math.round(startMs / 10), Math.round(endMs / 10))
    return marks
  }
  const marks = frames(found)
  const wanted = frames(reference)
  const missed = marks.filter((mark, i) => !mark && wanted[i]).length / marks.length
  const falseAlarm = marks.filter((mark, i) => mark && !wanted[i]).length / marks.length
  return { missed, falseAlarm, error: missed + falseAlarm }
}

/** A minimal WAV file; `format` overrides single fields of its header. */
export function makeWav(
  samples: Int16Array,
  format: {
    tag?: number
    channels?: number
    rateHz?: number
    bits?: number
    blockBytes?: number
    dataBytes?: number
  } = {},
): Buffer {
  const { tag = 1, channels = 1, rateHz = 8000, bits = 16, dataBytes = samples.byteLength } = format
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE((36 + dataBytes) % 2 ** 32, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(tag, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt32LE((rateHz * channels * 2) % 2 ** 32, 28)
  header.writeUInt16LE((format.blockBytes ?? channels * 2) % 65_536, 32)
  header.writeUInt16LE(bits, 34)
  header.write('data', 36)
  header.writeUInt32LE(dataBytes, 40)
  return Buffer.concat([header, new Uint8Array(samples.buffer)])
}
