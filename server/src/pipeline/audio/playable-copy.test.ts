// The copy is decoded again with the house's own decoder: as long as the recording, as loud on each side, each side apart.

import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { sampleCall } from '../../../test/journeys/sample-call.ts'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { decode, makeFolder, makeWav, readSamples, run, skipWithoutTool } from './fixtures.ts'
import { makePlayableCopy } from './playable-copy.ts'
import type { DecodedAudio } from './types.ts'

const { signal } = new AbortController()
const decibels = (samples: Int16Array) =>
  10 * Math.log10(samples.reduce((sum, one) => sum + (one / 0x8000) ** 2, 0) / Math.max(1, samples.length) + 1e-12)

type Folders = { after(remove: () => void): void }

/** A recording, its copy, and the copy decoded again. */
async function copied(t: Folders, path: string): Promise<{ audio: DecodedAudio; again: DecodedAudio; bytes: number }> {
  const folder = makeFolder(t)
  const audio = await decode(path, folder)
  const copy = join(folder, 'copy.mp3')
  await makePlayableCopy({ audio, path: copy, signal })
  return { audio, again: await decode(copy, makeFolder(t)), bytes: statSync(copy).size }
}

function assertAlike({ audio, again }: { audio: DecodedAudio; again: DecodedAudio }): void {
  assert.equal(again.codec, 'mp3')
  assert.deepEqual(again.warnings, [])
  assert.ok(Math.abs(again.durationMs - audio.durationMs) <= 60, `${again.durationMs} of ${audio.durationMs} ms`)
  assert.equal(again.channels.length, audio.channels.length)
  for (const [index, channel] of audio.channels.entries()) {
    const [was, is] = [channel, again.channels[index] as typeof channel].map(({ wavPath }) =>
      decibels(readSamples(wavPath)),
    )
    assert.ok(Math.abs((was as number) - (is as number)) < 1, `channel ${index}: ${is} dB of ${was} dB`)
  }
}

describe('the playable copy', () => {
  test('of the sample call, in mu-law, is as long and as loud on both sides', async (t) => {
    const { audio, again, bytes } = await copied(t, sampleCall)
    assert.equal(audio.codec, 'mulaw')
    assertAlike({ audio, again })
    // 48 kbit/s and one frame.
    assert.ok(bytes < (audio.durationMs / 1000) * 6000 + 2000, `${bytes} bytes`)
  })

  const calls = sharedData('data', 'audio')
  const recordings: [string, string[]][] = [
    ['calls/auto_repairs_40.stereo.wav', ['-e', 'a-law']],
    ['calls/auto_repairs_40.stereo.wav', ['-e', 'ima-adpcm']],
    ['calls/chromecast_order_8k.wav', ['-e', 'ms-adpcm']],
    ['calls/stereo_two_speakers_5s.wav', ['-b', '24']],
    ['diarisation/picovoice_three_turns.wav', ['-r', '11025']],
    ['asr/LJ001-0001.wav', ['-r', '6000']],
    ['digits_8k/7_nicolas_0.wav', ['-e', 'a-law']],
  ]
  for (const [name, encoding] of recordings) {
    const skip = skipWithout(calls) || skipWithoutTool('sox')
    test(`of ${name} as ${encoding.join(' ')}`, { skip }, async (t) => {
      const path = join(makeFolder(t), 'recording.wav')
      run('sox', [join(calls as string, name), ...encoding, path])
      assertAlike(await copied(t, path))
    })
  }

  test('keeps a side that says nothing silent', { skip: skipWithoutTool('sox') }, async (t) => {
    const path = join(makeFolder(t), 'left.wav')
    run('sox', [sampleCall, '-e', 'a-law', path, 'remix', '1', '0'])
    const { again } = await copied(t, path)
    const [left, right] = again.channels.map(({ wavPath }) => decibels(readSamples(wavPath))) as [number, number]
    // A-law has no zero: its smallest step is -72 dB.
    assert.ok(left > -40 && right < -70, `${left} dB and ${right} dB`)
  })

  test('of a recording that breaks off holds what could be read', async (t) => {
    const path = join(makeFolder(t), 'short.wav')
    const whole = readFileSync(sampleCall)
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 3)))
    const found = await copied(t, path)
    assert.ok(found.audio.warnings.length > 0)
    assertAlike(found)
  })

  test('of a single sample is a file that can be read', async (t) => {
    const path = join(makeFolder(t), 'one.wav')
    writeFileSync(path, makeWav(Int16Array.of(1000)))
    const { again } = await copied(t, path)
    assert.ok(again.durationMs <= 60)
  })

  test('ends when it is asked to', async (t) => {
    const folder = makeFolder(t)
    const audio = await decode(sampleCall, folder)
    const reason = new Error('no longer wanted')
    const making = makePlayableCopy({ audio, path: join(folder, 'copy.mp3'), signal: AbortSignal.abort(reason) })
    await assert.rejects(making, reason)
    const stop = new AbortController()
    const later = makePlayableCopy({ audio, path: join(folder, 'later.mp3'), signal: stop.signal })
    stop.abort(reason)
    await assert.rejects(later, reason)
  })
})

describe('peaks', () => {
  test('are the largest magnitude of each frame', async (t) => {
    const folder = makeFolder(t)
    const audio = await decode(sampleCall, folder)
    const frame = Math.round((audio.pcmRateHz * audio.peakMs) / 1000)
    for (const { wavPath, peaks } of audio.channels) {
      const samples = readSamples(wavPath)
      assert.equal(peaks.length, Math.ceil(samples.length / frame))
      for (let i = 0; i < peaks.length; i += 1) {
        const largest = samples
          .subarray(i * frame, (i + 1) * frame)
          .reduce((most, one) => Math.max(most, Math.abs(one)), 0)
        assert.ok(Math.abs((peaks[i] as number) - largest / 0x8000) < 1 / 0x4000, `frame ${i}`)
      }
    }
  })
})
