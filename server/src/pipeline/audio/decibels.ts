// Levels in dBFS. Full scale is an amplitude of 1, so a full-scale sine has -3.01 dBFS RMS.

/** Digital silence; also keeps the logarithm finite. */
export const silenceDbfs = -100

export function toDbfs(power: number): number {
  return power <= 1e-10 ? silenceDbfs : 10 * Math.log10(power)
}

/** The value below which `share` (0..1) of the values lie; null without values. */
export function percentile(values: ArrayLike<number>, share: number): number | null {
  if (values.length === 0) return null
  const sorted = Float32Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
}
