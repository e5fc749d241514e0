// What a client is told of its limits: the headers of draft-ietf-httpapi-ratelimit-headers, and the older X-RateLimit-*.

import type { Decision } from './shared-limits.ts'

const windowS = 60

/** `name` is that of the limit's kind; it must be a plain word. */
export function limitHeaders(name: string, perMinute: number, { left, fullInMs }: Decision): Record<string, string> {
  const fullInS = Math.ceil(fullInMs / 1000)
  return {
    'RateLimit-Policy': `"${name}";q=${perMinute};w=${windowS}`,
    RateLimit: `"${name}";r=${left};t=${fullInS}`,
    'X-RateLimit-Limit': String(perMinute),
    'X-RateLimit-Remaining': String(left),
    'X-RateLimit-Reset': String(fullInS),
  }
}
