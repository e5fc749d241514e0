// Lowers a sample rate with a windowed-sinc low-pass, so that nothing above the new Nyquist frequency folds back.
// A stream in, a stream out; the delay of the filter is taken off, so both stay aligned in time.

export type Resampler = {
  push(samples: Float32Array): Float32Array
  /** The rest, so that all output together is round(input * toHz / fromHz) samples. */
  flush(): Float32Array
}

// Kaiser window, 70 dB stop band, 24 zero crossings a side: the transition is 9 % of the new rate wide, so at 16 kHz
// speech is flat to 6.5 kHz and everything from 8 kHz is gone.
const zeroCrossings = 24
const kaiserBeta = 6.755
const cutoffOfRate = 0.454
// Ratios with more phases than this (odd rates) take the nearest of this many: the timing error is below 60 dB.
const phaseCountMax = 1024

export function createResampler(fromHz: number, toHz: number): Resampler {
  // Going up (a stream that changes its rate on the way), the filter keeps to the lower rate, the old one.
  const ratio = Math.max(1, fromHz / toHz)
  const phaseCount = Math.min(phaseCountMax, toHz / greatestCommonDivisor(fromHz, toHz))
  const reach = Math.ceil(zeroCrossings * ratio)
  const taps = reach * 2 + 1
  const phases = Array.from({ length: phaseCount + 1 }, (_, phase) =>
    filterTaps(taps, reach, phase / phaseCount, ratio),
  )

  // `held` begins at input sample `heldFrom`; the silence before the first sample is real here.
  let held = new Float32Array(reach)
  let heldFrom = -reach
  let inputCount = 0
  let outputCount = 0

  function produce(outputEnd: number): Float32Array {
    const out = new Float32Array(Math.max(0, outputEnd - outputCount))
    for (let n = 0; n < out.length; n += 1) {
      const at = ((outputCount + n) * fromHz) / toHz
      const base = Math.floor(at)
      const filter = phases[Math.round((at - base) * phaseCount)] as Float32Array
      const from = base - reach - heldFrom
      let sum = 0
      for (let tap = 0; tap < taps; tap += 1) sum += (filter[tap] as number) * (held[from + tap] as number)
      out[n] = sum
    }
    outputCount += out.length
    const keepFrom = Math.max(heldFrom, Math.floor((outputCount * fromHz) / toHz) - reach)
    held = held.slice(keepFrom - heldFrom)
    heldFrom = keepFrom
    return out
  }

  function hold(samples: Float32Array): void {
    const joined = new Float32Array(held.length + samples.length)
    joined.set(held)
    joined.set(samples, held.length)
    held = joined
  }

  return {
    push(samples) {
      hold(samples)
      inputCount += samples.length
      // The last output whose whole filter lies within the input so far.
      return produce(Math.floor(((inputCount - reach - 1) * toHz) / fromHz))
    },
    flush() {
      hold(new Float32Array(reach * 2 + Math.ceil(ratio) + 1))
      return produce(Math.round((inputCount * toHz) / fromHz))
    },
  }
}

/** The filter for an output that lies `fraction` (0..1) of an input sample after the centre tap. */
function filterTaps(taps: number, reach: number, fraction: number, ratio: number): Float32Array {
  const filter = new Float32Array(taps)
  let sum = 0
  for (let tap = 0; tap < taps; tap += 1) {
    const distance = (tap - reach - fraction) / ratio
    const inWindow = distance / zeroCrossings
    const weight = Math.abs(inWindow) >= 1 ? 0 : bessel0(kaiserBeta * Math.sqrt(1 - inWindow * inWindow))
    const angle = 2 * Math.PI * cutoffOfRate * distance
    const value = weight * (angle === 0 ? 1 : Math.sin(angle) / angle)
    filter[tap] = value
    sum += value
  }
  return filter.map((value) => value / sum)
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
