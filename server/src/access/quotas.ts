// Requests a minute: a token bucket for each caller in this process.

import type { Principal } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'

const windowMs = 60_000
const bucketsMax = 50_000

type Bucket = { tokens: number; at: number }

/**
 * @param now milliseconds of a clock that never goes back
 * @returns a function that takes one token of the caller's bucket and returns the headers that tell what is left
 */
export function rateLimits(now: () => number = () => performance.now()) {
  // The least recently used first.
  const buckets = new Map<string, Bucket>()

  return (by: Principal, perMinute: number): Record<string, string> => {
    if (perMinute === 0 || by.actor === 'anonymous') return {}
    const name = `${by.actor} ${perMinute}`
    const at = now()
    const bucket = buckets.get(name) ?? { tokens: perMinute, at }
    bucket.tokens = Math.min(perMinute, bucket.tokens + ((at - bucket.at) * perMinute) / windowMs)
    bucket.at = at
    buckets.delete(name)
    buckets.set(name, bucket)
    if (buckets.size > bucketsMax) for (const oldest of buckets.keys().take(1)) buckets.delete(oldest)
    if (bucket.tokens < 1) {
      const retryAfterS = ((1 - bucket.tokens) * windowMs) / perMinute / 1000
      const detail = `Rate limit exceeded: ${perMinute} requests per minute. Try again in ${Math.ceil(retryAfterS)} s.`
      throw new Problem('limited', 'rate_limit_exceeded', detail, { retryAfterS, facts: { limit: perMinute } })
    }
    bucket.tokens -= 1
    const fullInS = ((perMinute - bucket.tokens) * windowMs) / perMinute / 1000
    return {
      'X-RateLimit-Limit': String(perMinute),
      'X-RateLimit-Remaining': String(Math.floor(bucket.tokens)),
      'X-RateLimit-Reset': String(Math.ceil(fullInS)),
    }
  }
}
