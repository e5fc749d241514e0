import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { diarisationErrorRate, readRttm, type SpokenInterval } from './diarisation-error-rate.ts'
import { sharedData, skipWithout } from './shared-data.ts'

const line = (startS: number, endS: number, speaker: string): SpokenInterval => ({ file: 'f', speaker, startS, endS })

test('dscore example scores 26.393 %', { skip: skipWithout(sharedData('data/metric_checks')) }, () => {
  const read = (name: string) => readRttm(readFileSync(sharedData('data/metric_checks', name) as string, 'utf8'))
  const { rate } = diarisationErrorRate(read('dscore_ref.rttm'), read('dscore_sys.rttm'), 0, 43)
  assert.equal((rate * 100).toFixed(3), '26.393')
})

test('meeteval example: per file, counted by hand from its twelve lines', {
  skip: skipWithout(sharedData('data/metric_checks')),
}, () => {
  const read = (name: string) => readRttm(readFileSync(sharedData('data/metric_checks', name) as string, 'utf8'))
  const [ref, hyp] = [read('meeteval_ref.rttm'), read('meeteval_hyp.rttm')]
  const scores = ['recordingA', 'recordingB'].map((file) =>
    diarisationErrorRate(
      ref.filter((x) => x.file === file),
      hyp.filter((x) => x.file === file),
    ),
  )
  // A: 0-1 s and 2.1-2.5 s false alarm, 2-2.1 s confused, 3 s of reference.
  // B: 3-3.2 s missed, 4-4.6 s false alarm; Alice is best mapped to Bob (1.4 s together), so 4.6-5 s is confused.
  const rounded = scores.map((x) => [x.missedS, x.falseAlarmS, x.confusedS, x.scoredS].map((s) => Number(s.toFixed(6))))
  assert.deepEqual(rounded, [
    [0, 1.4, 0.1, 3],
    [0.2, 0.6, 0.4, 2],
  ])
})

test('only the scored part counts: the example in the documentation of meeteval is 50 %', () => {
  const ref = [line(5, 10, 'spk01'), line(10, 20, 'spk00')]
  const sys = [line(0, 10, 'spk01'), line(10, 20, 'spk00')]
  const { rate, scoredS, falseAlarmS } = diarisationErrorRate(ref, sys, 0, 15)
  assert.deepEqual([rate, scoredS, falseAlarmS], [0.5, 10, 5])
})

test('swapped names cost nothing, overlap counts per speaker, merged speakers cost the smaller one', () => {
  const ref = [line(0, 10, 'a'), line(8, 12, 'b')]
  assert.equal(diarisationErrorRate(ref, [line(0, 10, 'x'), line(8, 12, 'y')]).rate, 0)
  assert.deepEqual(diarisationErrorRate(ref, []), { missedS: 14, falseAlarmS: 0, confusedS: 0, scoredS: 14, rate: 1 })
  const one = diarisationErrorRate(ref, [line(0, 12, 'x')])
  assert.deepEqual([one.missedS, one.confusedS], [2, 2])
})
