// A token bucket, the same thing as GCRA seen from the other side: it holds `capacity` tokens when full, and fills evenly.
// The arithmetic alone; whose bucket it is, and where it is kept, is others' business.

export type Rate = {
  /** How many may come at once. */
  capacity: number
  /** Tokens that flow back in a millisecond. */
  perMs: number
}

/** `spent`: what was taken and had not flowed back at the time `atMs`. */
export type Bucket = { spent: number; atMs: number }

/** A hair of a token, so that 0.6 s after 0.6 s is not a token short of a minute. */
const tolerance = 1e-9

export function tokensLeft({ spent, atMs }: Bucket, { capacity, perMs }: Rate, nowMs: number): number {
  return capacity - Math.max(0, spent - Math.max(0, nowMs - atMs) * perMs)
}

/** Takes up to so many whole tokens. @returns how many there were, and the bucket after that */
export function takeTokens(bucket: Bucket, rate: Rate, nowMs: number, wanted = 1): { taken: number; bucket: Bucket } {
  const left = tokensLeft(bucket, rate, nowMs)
  const taken = Math.max(0, Math.min(wanted, Math.floor(left + tolerance)))
  return { taken, bucket: { spent: rate.capacity - left + taken, atMs: Math.max(bucket.atMs, nowMs) } }
}

/** Until there is a whole token. */
export const waitMs = (left: number, { perMs }: Rate): number => Math.max(0, 1 - left) / perMs
