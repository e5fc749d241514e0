import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { toDbfs } from './decibels.ts'
import { compareSpeech, decode, makeFolder, readRttm } from './fixtures.ts'
import { measureLoudness } from './loudness.ts'
import { findSpeech } from './speech-intervals.ts'

const frameMs = 20

/** Levels of a channel from stretches of [seconds, dBFS], moving by some dB as speech and noise do. */
function levelsOf(...stretches: [number, number][]) {
  const power = Float32Array.from(
    stretches.flatMap(([seconds, dbfs]) =>
      Array.from({ length: (seconds * 1000) / frameMs }, (_, i) => 10 ** ((dbfs + 3 * Math.sin(i * 0.7)) / 10)),
    ),
  )
  return { frameMs, power, speechBandPower: power }
}

describe('speech intervals', () => {
  const noise = -70
  const voice = -20

  it('finds speech in noise, to within its padding', () => {
    const speech = findSpeech(levelsOf([2, noise], [3, voice], [2, noise], [1, voice], [2, noise]), 10_000)
    assert.equal(speech.length, 2)
    for (const [found, wanted] of [
      [speech[0], [2000, 5000]],
      [speech[1], [7000, 8000]],
    ] as const) {
      assert.ok(Math.abs((found?.startMs ?? 0) - (wanted[0] ?? 0)) <= 100)
      assert.ok(Math.abs((found?.endMs ?? 0) - (wanted[1] ?? 0)) <= 120)
    }
  })

  it('joins what is less than 0.3 s apart', () => {
    assert.equal(findSpeech(levelsOf([1, noise], [1, voice], [0.24, noise], [1, voice], [1, noise]), 4_240).length, 1)
    assert.equal(findSpeech(levelsOf([1, noise], [1, voice], [0.6, noise], [1, voice], [1, noise]), 4_600).length, 2)
  })

  it('follows a noise that grows', () => {
    const speech = findSpeech(levelsOf([40, -70], [3, voice], [40, -50], [3, voice], [5, -50]), 91_000)
    assert.equal(speech.length, 2)
  })

  it('steady sound and silence are not speech', () => {
    assert.deepEqual(findSpeech(levelsOf([20, -20]), 20_000), [])
    assert.deepEqual(findSpeech(levelsOf([20, -100]), 20_000), [])
    assert.deepEqual(findSpeech(levelsOf(), 1), [])
  })

  it('the faint echo of the other party is not speech, talking at the same time is', () => {
    const agent = levelsOf([1, noise], [3, voice], [3, noise], [3, voice], [1, noise])
    const caller = levelsOf([1, noise], [3, voice - 22], [1, noise], [2, voice], [3, voice - 4], [1, noise])
    const speech = findSpeech(caller, 11_000, agent)
    assert.equal(speech.length, 1)
    assert.ok(Math.abs((speech[0]?.startMs ?? 0) - 5000) < 150)
    assert.ok(Math.abs((speech[0]?.endMs ?? 0) - 10_000) < 150)
    assert.equal(findSpeech(caller, 11_000).length, 2)
    assert.deepEqual(findSpeech(levelsOf([1, noise], [3, voice - 22], [7, noise]), 11_000, agent), [])
  })
})

describe('loudness', () => {
  it('is the RMS of seconds with speech, and null without any', () => {
    const levels = levelsOf([2, -70], [2, -20], [2, -40], [2, -70])
    const { loudnessDbfsP50, loudnessDbfsP95 } = measureLoudness(levels, [{ startMs: 2000, endMs: 6000 }])
    const mean = (from: number) => toDbfs(levels.power.subarray(from, from + 50).reduce((a, b) => a + b, 0) / 50)
    assert.ok(Math.abs((loudnessDbfsP50 ?? 0) - mean(100)) < 0.5)
    assert.ok(Math.abs((loudnessDbfsP95 ?? 0) - mean(100)) < 0.5)
    assert.deepEqual(measureLoudness(levels, []), { loudnessDbfsP50: null, loudnessDbfsP95: null })
  })
})

describe('speech of real recordings agrees with the labels', () => {
  const root = sharedData('data/audio')
  const folder = makeFolder({ after })
  // Largest share of wrong frames allowed. The people who labelled the AMI meeting left out its quiet voices in the
  // background (ami_trn01) and marked the pauses of a long talk as speech (ami_trn03).
  const cases: [string, string, (string | undefined)[], number][] = [
    ['calls/auto_repairs_40.stereo.wav', 'calls/auto_repairs_40.silver.rttm', ['agent', 'caller'], 0.05],
    ['diarisation/picovoice_three_turns.wav', 'diarisation/picovoice_three_turns.rttm', [undefined], 0.05],
    ['diarisation/ami_trn01.wav', 'diarisation/ami_trn01.rttm', [undefined], 0.5],
    ['diarisation/ami_trn02.wav', 'diarisation/ami_trn02.rttm', [undefined], 0.15],
    ['diarisation/ami_trn03.wav', 'diarisation/ami_trn03.rttm', [undefined], 0.2],
  ]
  for (const [wav, rttm, speakers, errorMax] of cases) {
    it(wav, { skip: skipWithout(root) }, async () => {
      const audio = await decode(join(root as string, wav), folder)
      assert.equal(audio.channels.length, speakers.length)
      for (const [i, speaker] of speakers.entries()) {
        const reference = readRttm(join(root as string, rttm), speaker)
        const { error, missed, falseAlarm } = compareSpeech(
          audio.channels[i]?.speech ?? [],
          reference,
          audio.durationMs,
        )
        const percent = (share: number) => `${(share * 100).toFixed(1)} %`
        console.log(
          `  ${wav} ${i}: frames wrong ${percent(error)} (missed ${percent(missed)}, false ${percent(falseAlarm)})`,
        )
        assert.ok(error <= errorMax)
      }
    })
  }
})
