import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createResampler } from './resample.ts'

function sine(hz: number, rateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rateHz * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rateHz))
}

function resample(samples: Float32Array, fromHz: number, toHz: number, chunk = 4096): Float32Array {
  const resampler = createResampler(fromHz, toHz)
  const parts: Float32Array[] = []
  for (let at = 0; at < samples.length; at += chunk) parts.push(resampler.push(samples.subarray(at, at + chunk)))
  parts.push(resampler.flush())
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

/** Amplitude of the part of a signal that is a sine of `hz`, leaving out the ends. */
function amplitude(samples: Float32Array, hz: number, rateHz: number): number {
  let real = 0
  let imaginary = 0
  const from = 800
  const to = samples.length - 800
  for (let i = from; i < to; i += 1) {
    real += (samples[i] as number) * Math.cos((2 * Math.PI * hz * i) / rateHz)
    imaginary += (samples[i] as number) * Math.sin((2 * Math.PI * hz * i) / rateHz)
  }
  return (2 * Math.hypot(real, imaginary)) / (to - from)
}

describe('resampling', () => {
  for (const fromHz of [22_050, 44_100, 48_000, 44_099, 192_000]) {
    it(`${fromHz} Hz to 16 kHz keeps speech and lets nothing fold back`, () => {
      for (const hz of [300, 3000, 6000]) {
        const kept = amplitude(resample(sine(hz, fromHz, 1), fromHz, 16_000), hz, 16_000)
        assert.ok(Math.abs(kept - 1) < 0.01, `${hz} Hz: ${kept}`)
      }
      for (const hz of [8500, 10_000].filter((one) => one < fromHz / 2)) {
        const folded = Math.max(
          ...resample(sine(hz, fromHz, 1), fromHz, 16_000)
            .subarray(800, -800)
            .map(Math.abs),
        )
        assert.ok(folded < 0.002, `${hz} Hz: ${folded}`)
      }
    })
  }

  it('keeps length and place in time, however the input is cut', () => {
    const input = sine(500, 44_100, 0.5)
    const whole = resample(input, 44_100, 16_000, input.length)
    assert.equal(whole.length, 8000)
    // A sine that starts at 0 still does.
    assert.ok(Math.abs((whole[160] ?? 1) - Math.sin((2 * Math.PI * 500 * 160) / 16_000)) < 0.01)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), (chunk) => {
        assert.deepEqual(resample(input, 44_100, 16_000, chunk), whole)
      }),
      { numRuns: 10 },
    )
  })
})
