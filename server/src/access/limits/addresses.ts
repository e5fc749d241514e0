// Limits for those who have not shown who they are: by the address they come from, in this process alone. Whoever shows a
// right credential is not counted here, whatever else comes from the same address.

import { readAddress } from '../../platform/outbound/allow-list.ts'
import { Problem } from '../../platform/problem.ts'
import { recent } from './recent.ts'
import { type Bucket, type Rate, takeTokens, tokensLeft, waitMs } from './token-bucket.ts'

/** Recordings come in batches, and nearly all who send one have a ticket; webhooks come in bursts, and have a signature. */
const uploadsPerStranger = 10
const addressesMax = 50_000
/** A page in a browser asks for its parts at once. */
const burstS = 5
/** One household or machine has a whole /64 of IPv6 (RFC 6177 §2). */
const ipv6PrefixBytes = 8
const charsMax = 64

export type AddressLimits = {
  /** Counts a request without a credential. @throws Problem('limited', 'rate_limit_exceeded') */
  countStranger(address: string): void
  /** Counts a request that brings its proof within itself: an upload with its ticket, a webhook. @throws Problem('limited', 'rate_limit_exceeded') */
  countUpload(address: string): void
  /** Counts a credential that was wrong. @throws Problem('limited', 'too_many_failures') */
  countFailure(address: string): void
}

/**
 * 0 switches a limit off.
 * @param now milliseconds of a clock that never goes back
 */
export function addressLimits(
  input: { strangersPerSecond: number; failuresPerMinute: number },
  now: () => number = () => performance.now(),
): AddressLimits {
  const counter = (rate: Rate, refuse: (retryAfterS: number) => Problem) => {
    const buckets = recent<{ bucket: Bucket }>(addressesMax)
    return (address: string) => {
      if (rate.capacity === 0) return
      const kept = buckets(networkOf(address), () => ({ bucket: { spent: 0, atMs: now() } }))
      const { taken, bucket } = takeTokens(kept.bucket, rate, now())
      kept.bucket = bucket
      if (taken === 0) throw refuse(waitMs(tokensLeft(bucket, rate, now()), rate) / 1000)
    }
  }
  const perSecond = (limit: number) =>
    counter({ capacity: limit * burstS, perMs: limit / 1000 }, (retryAfterS) => {
      const detail = `More than ${limit} requests per second without an API key. Slow down, or send one.`
      return new Problem('limited', 'rate_limit_exceeded', detail, { retryAfterS, facts: { limit } })
    })
  const { strangersPerSecond, failuresPerMinute } = input
  return {
    countStranger: perSecond(strangersPerSecond),
    countUpload: perSecond(strangersPerSecond * uploadsPerStranger),
    countFailure: counter({ capacity: failuresPerMinute, perMs: failuresPerMinute / 60_000 }, (retryAfterS) => {
      const detail = `More than ${failuresPerMinute} wrong credentials in a minute. Check the key, and wait before the next try.`
      return new Problem('limited', 'too_many_failures', detail, { retryAfterS, facts: { limit: failuresPerMinute } })
    }),
  }
}

/** Whose address it is: an IPv4 address, or the /64 of an IPv6 one. */
export function networkOf(address: string): string {
  const known = readAddress(address.replace(/%.*$/, ''))
  if (!known) return address.slice(0, charsMax)
  return known.kind() === 'ipv4'
    ? known.toString()
    : Buffer.from(known.toByteArray()).toString('hex', 0, ipv6PrefixBytes)
}
