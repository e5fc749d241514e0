import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Participant } from './shapes.ts'
import { packPeaks, peakCode, waveformView } from './waveform.ts'

const speaker = (role: Participant['role'], channel_index: number | null): Participant => ({
  id: `p-${role}`,
  role,
  role_source: 'channel',
  role_confidence: 1,
  name: null,
  channel_index,
})
const stored = (channels: number[][], peakMs = 20, speech: number[][] = channels.map(() => [])) => ({
  durationMs: Math.round((channels[0]?.length ?? 0) * peakMs),
  peakMs,
  peaks: packPeaks(channels.map((one) => Uint8Array.from(one, peakCode))),
  speech,
})
const whole = { points: 2000, fromMs: 0, toMs: 1e9 }

describe('a waveform', () => {
  test('names who speaks on which channel, and on one channel nobody', () => {
    const stereo = stored([[0.5], [0.25]])
    const sides = [speaker('customer', 1), speaker('agent', 0)]
    const { channels } = waveformView(stereo, whole, sides)
    assert.deepEqual(
      channels.map(({ index, side, participant_id }) => [index, side, participant_id]),
      [
        [0, 'agent', 'p-agent'],
        [1, 'customer', 'p-customer'],
      ],
    )
    assert.deepEqual(
      waveformView(stereo, whole, []).channels.map(({ side }) => side),
      [null, null],
    )
    assert.equal(waveformView(stored([[0.5]]), whole, [speaker('agent', 0)]).channels[0]?.side, null)
  })

  test('of three hours fits into the points that were asked for, and a part of it is finer', () => {
    const peaks = Array.from({ length: 540_000 }, (_, i) => (i === 500_001 ? 1 : 0.01))
    const waveform = stored([peaks, peaks])
    const all = waveformView(waveform, { ...whole, points: 4000 }, [])
    assert.equal(all.duration_ms, 10_800_000)
    assert.equal(all.channels[0]?.peaks.length, 4000)
    assert.equal(all.channels[1]?.peaks.filter((peak) => peak === 1).length, 1)
    assert.ok(JSON.stringify(all).length < 60_000)
    const part = waveformView(waveform, { points: 4000, fromMs: 10_000_000, toMs: 10_001_000 }, [])
    assert.deepEqual([part.point_ms, part.channels[0]?.peaks.length, part.from_ms], [20, 50, 10_000_000])
    assert.equal(part.channels[0]?.peaks[1], 1)
  })

  test('never loses a peak, never exceeds the points, whatever is asked', () => {
    const magnitude = fc.double({ min: 0, max: 1, noNaN: true })
    const channels = fc.integer({ min: 1, max: 300 }).chain((length) => {
      const channel = fc.array(magnitude, { minLength: length, maxLength: length })
      return fc.array(channel, { minLength: 1, maxLength: 2 })
    })
    const window = fc.record({
      points: fc.integer({ min: 1, max: 400 }),
      fromMs: fc.nat(7000),
      length: fc.integer({ min: 1, max: 7000 }),
    })
    fc.assert(
      fc.property(channels, window, fc.constantFrom(20, 20.045), (given, { points, fromMs, length }, peakMs) => {
        const view = waveformView(stored(given, peakMs), { points, fromMs, toMs: fromMs + length }, [])
        for (const [index, { peaks }] of view.channels.entries()) {
          assert.ok(peaks.length >= 1 && peaks.length <= points)
          const from = Math.min(Math.floor(fromMs / peakMs), (given[0]?.length ?? 1) - 1)
          const step = Math.round(view.point_ms / peakMs)
          for (const [i, peak] of peaks.entries()) {
            const covered = (given[index] ?? []).slice(from + i * step, from + (i + 1) * step)
            assert.ok(peak <= Math.max(...covered) + 0.01)
          }
        }
        if (fromMs === 0 && length > 6100)
          for (const [index, { peaks }] of view.channels.entries())
            assert.ok(Math.abs(Math.max(...peaks) - Math.max(...(given[index] as number[]))) < 0.01)
      }),
    )
  })

  test('tells the speech of the part that is shown', () => {
    const waveform = stored([Array(500).fill(0.1)], 20, [[0, 900, 2000, 3000, 9000, 9500]])
    const { channels } = waveformView(waveform, { points: 100, fromMs: 900, toMs: 9000 }, [])
    assert.deepEqual(channels[0]?.speech, [{ start_ms: 2000, end_ms: 3000 }])
  })
})
