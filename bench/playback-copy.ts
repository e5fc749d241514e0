// Figures: what it costs to make a recording visible and audible in browsers, beside decoding it. The waveform falls off
// while decoding, so its own cost is packing it; the playable copy is encoded from what was decoded.

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packPeaks, peakCode } from '../server/src/conversations/index.ts'
import { decodeRecording } from '../server/src/pipeline/audio/decode-recording.ts'
import { makePlayableCopy } from '../server/src/pipeline/audio/playable-copy.ts'
import { sharedData } from '../server/test/shared-data.ts'
import { median, report, round, skip, spread } from './figure.ts'

const copyName = 'Making the playable copy of a call, beside decoding it'
const peaksName = 'Packing its waveform, beside decoding it'
const runs = 5
const copyGoal = 4
const peaksGoal = 5
const { signal } = new AbortController()

async function timed<T>(work: () => Promise<T> | T): Promise<{ ms: number; value: T }> {
  const startedAt = performance.now()
  const value = await work()
  return { ms: performance.now() - startedAt, value }
}

async function measure(path: string): Promise<void> {
  const decodeMs: number[] = []
  const copyMs: number[] = []
  const peaksMs: number[] = []
  let minutes = 0
  const wavBytes = (await stat(path)).size
  let copyBytes = 0
  let peakBytes = 0
  for (let i = 0; i < runs; i += 1) {
    const workDir = await mkdtemp(join(tmpdir(), 'indaba-bench-'))
    const decoded = await timed(() => decodeRecording({ path, workDir, signal }))
    const audio = decoded.value
    const copy = join(workDir, 'copy.mp3')
    copyMs.push((await timed(() => makePlayableCopy({ audio, path: copy, signal }))).ms)
    const packed = await timed(() => packPeaks(audio.channels.map(({ peaks }) => Uint8Array.from(peaks, peakCode))))
    decodeMs.push(decoded.ms)
    peaksMs.push(packed.ms)
    minutes = audio.durationMs / 60_000
    copyBytes = (await stat(copy)).size
    peakBytes = packed.value.length
    await rm(workDir, { recursive: true })
  }
  const perMinute = (values: number[]) => round(median(values) / minutes)
  const ratios = copyMs.map((ms, i) => ms / (decodeMs[i] as number))
  const size = `${round(wavBytes / minutes / 2 ** 20)} MiB a minute become ${round(copyBytes / minutes / 2 ** 20)}`
  report({
    name: copyName,
    value: median(ratios),
    goal: { atMost: copyGoal },
    unit: 'x',
    from: `Median of ${runs} (${spread(ratios)}); a minute of stereo at 8 kHz: ${perMinute(decodeMs)} ms to decode, ${perMinute(copyMs)} ms to copy; ${size}.`,
  })
  const shares = peaksMs.map((ms, i) => (ms / (decodeMs[i] as number)) * 100)
  report({
    name: peaksName,
    value: median(shares),
    goal: { atMost: peaksGoal },
    unit: '%',
    from: `Median of ${runs} (${spread(shares)}); ${round(peakBytes / minutes / 1024)} KiB a minute.`,
  })
}

const path = sharedData('data/audio/calls/auto_repairs_40.stereo.wav')
if (path) await measure(path)
else
  for (const name of [copyName, peaksName])
    skip(name, 'the recordings are not here (set INDABA_SHARED to their folder)')
