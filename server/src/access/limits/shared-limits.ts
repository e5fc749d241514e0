// One limit of one caller on all nodes together. Each node leases blocks of tokens from the shared bucket and decides in
// memory while it holds some. Over-admission is bounded by what the nodes hold: a block each. While the database is away,
// each node gives out its even share.

import type { Lease, Nodes } from './leases.ts'
import { recent } from './recent.ts'
import { type Bucket, type Rate, takeTokens, tokensLeft, waitMs } from './token-bucket.ts'

/** `left`: whole requests that may follow at once. `waitMs`: until the next one may pass, 0 when it may now. */
export type Decision = { isAdmitted: boolean; left: number; waitMs: number; fullInMs: number }

const windowMs = 60_000
const bucketsMax = 50_000
/** Of the limit; at least 1. With 4 nodes, what they hold is at most 2 % of a minute. */
const blockShare = 0.005
/** An empty bucket is not asked again before this, whatever the limit: tokens gather meanwhile, and none is lost. */
const pauseMsMin = 5
const answerMsMax = 1000
const awayMs = 1000

type Entry = {
  rate: Rate
  block: number
  /** Leased and not spent. */
  held: number
  /** The shared bucket, as the last lease left it. */
  shared: Bucket
  isAsking: boolean
  waiting: ((decision: Decision) => void)[]
  /** Until then there is nothing to be had. */
  emptyUntil: number
  /** This node's share, while the database is away. */
  own: { bucket: Bucket; rate: Rate } | null
}

/**
 * As GCRA with a burst of the whole limit: so many at once, then evenly.
 * @param now milliseconds of a clock that never goes back
 * @returns takes one request of `name`'s bucket; at once while a block is held, or after asking the database
 */
export function sharedLimits(
  input: { lease: Lease; nodes: Nodes },
  now: () => number = () => performance.now(),
): (name: string, perMinute: number) => Decision | Promise<Decision> {
  const entries = recent<Entry>(bucketsMax)
  let awayUntil = Number.NEGATIVE_INFINITY

  const decision = (entry: Entry, isAdmitted: boolean): Decision => {
    const inBucket = tokensLeft(entry.shared, entry.rate, now())
    const left = Math.max(0, inBucket) + entry.held
    return {
      isAdmitted,
      left: isAdmitted ? Math.floor(left + 1e-9) : 0,
      waitMs: isAdmitted ? 0 : Math.max(entry.emptyUntil - now(), waitMs(inBucket, entry.rate)),
      fullInMs: Math.max(0, entry.rate.capacity - left) / entry.rate.perMs,
    }
  }

  const spend = (entry: Entry): Decision => {
    entry.held -= 1
    return decision(entry, true)
  }

  function takeOwn(entry: Entry): Decision {
    const nodes = input.nodes.known()
    const at = now()
    if (!entry.own) {
      const capacity = Math.max(1, entry.rate.capacity / nodes)
      const left = Math.min(capacity, Math.max(0, tokensLeft(entry.shared, entry.rate, at)) / nodes)
      entry.own = { rate: { capacity, perMs: entry.rate.perMs / nodes }, bucket: { spent: capacity - left, atMs: at } }
    }
    const { own } = entry
    const { taken, bucket } = takeTokens(own.bucket, own.rate, at)
    own.bucket = bucket
    const left = tokensLeft(bucket, own.rate, at)
    return {
      isAdmitted: taken === 1,
      left: taken === 1 ? Math.floor(left + 1e-9) : 0,
      waitMs: taken === 1 ? 0 : waitMs(left, own.rate),
      fullInMs: (own.rate.capacity - left) / own.rate.perMs,
    }
  }

  const isAway = () => now() < awayUntil

  /** For all who wait, and for a block to hold. */
  async function ask(name: string, entry: Entry): Promise<void> {
    if (entry.isAsking) return
    entry.isAsking = true
    input.nodes.tell()
    do {
      const wanted = Math.max(entry.waiting.length, entry.block - entry.held)
      const answer = await leased(name, entry.rate, wanted)
      if (!answer) {
        awayUntil = now() + awayMs
        for (const settle of entry.waiting.splice(0)) settle(takeOwn(entry))
        break
      }
      entry.own = null
      entry.held += answer.granted
      entry.shared = { spent: entry.rate.capacity - answer.left, atMs: now() }
      const isDry = answer.granted < wanted
      if (isDry) entry.emptyUntil = now() + Math.max(pauseMsMin, waitMs(answer.left, entry.rate))
      for (const settle of entry.waiting.splice(0, entry.held)) settle(spend(entry))
      // Who came while the question was under way is asked for next.
      if (isDry) for (const settle of entry.waiting.splice(0)) settle(decision(entry, false))
    } while (entry.waiting.length > 0)
    entry.isAsking = false
  }

  /** Null when the database does not answer. */
  function leased(name: string, rate: Rate, wanted: number) {
    return new Promise<Awaited<ReturnType<Lease>> | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), answerMsMax)
      input
        .lease(name, rate, wanted)
        .catch(() => null)
        .then((answer) => {
          clearTimeout(timer)
          resolve(answer)
        })
    })
  }

  return (name, perMinute) => {
    // A limit that was changed begins anew on this node; the shared bucket keeps what was spent.
    const entry = entries(`${name} ${perMinute}`, () => newEntry(perMinute, now()))
    if (entry.held >= 1) {
      const taken = spend(entry)
      if (entry.held < Math.floor(entry.block / 2) && now() >= entry.emptyUntil && !isAway()) void ask(name, entry)
      return taken
    }
    if (isAway()) return takeOwn(entry)
    if (now() < entry.emptyUntil) return decision(entry, false)
    return new Promise((resolve) => {
      entry.waiting.push(resolve)
      void ask(name, entry)
    })
  }
}

const newEntry = (perMinute: number, atMs: number): Entry => ({
  rate: { capacity: perMinute, perMs: perMinute / windowMs },
  block: Math.max(1, Math.floor(perMinute * blockShare)),
  held: 0,
  shared: { spent: 0, atMs },
  isAsking: false,
  waiting: [],
  emptyUntil: Number.NEGATIVE_INFINITY,
  own: null,
})
