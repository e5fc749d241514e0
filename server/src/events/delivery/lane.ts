// How one endpoint is doing, and what that means for what is sent to it: breaker, quiet that was asked for, and when its
// owner is told or it is switched off. Pure: time and outcomes go in, the next state comes out. Kept by lanes.ts.

import { retryAfterMsMax } from './retry.ts'

const s = 1000
const min = 60 * s
const h = 60 * min

export const slotsMax = 4
const failuresToOpen = 5
const windowMs = 60 * s
const windowLeast = 10
const openMs = 30 * s
const openMsMax = h
/** After each of these an owner is told that the endpoint still fails. */
export const noticesAfterMs = [h, 24 * h, 72 * h]
const disableAfterMs = 120 * h
const disableAttemptsLeast = 20
/** For a receiver that asks for less without saying until when. */
const quietMs = 5 * s

export type Lane = {
  breaker: 'closed' | 'open' | 'half_open'
  /** In flight at once: 1 for a probe, doubled by each success until it is whole again. */
  slots: number
  open_until: Date | null
  openings: number
  /** In a row. */
  failures: number
  failing_since: Date | null
  last_success_at: Date | null
  window_at: Date
  window_ok: number
  window_failed: number
  blocked_until: Date
  notices: number
}

/** What an exchange with the receiver amounted to, for the endpoint. */
export type LaneOutcome =
  | { kind: 'ok' }
  /** `quietForMs`: it said that all of this is too much (429, 502, 503, 504); null where it did not say for how long. */
  | { kind: 'failed'; quietForMs?: number | null }

export type LaneStep = 'failing' | 'recovered' | 'disabled'

export const newLane = (): Lane => ({
  breaker: 'closed',
  slots: slotsMax,
  open_until: null,
  openings: 0,
  failures: 0,
  failing_since: null,
  last_success_at: null,
  window_at: new Date(0),
  window_ok: 0,
  window_failed: 0,
  blocked_until: new Date(0),
  notices: 0,
})

/** Whether a success changes more than figures. */
export const isTroubled = ({ breaker, failures }: Pick<Lane, 'breaker' | 'failures'>): boolean =>
  breaker !== 'closed' || failures > 0

/**
 * @param outcomes in the order in which they came
 * @returns the lane after them, and what the owner is to be told
 */
export function afterOutcomes(
  before: Lane,
  outcomes: LaneOutcome[],
  now: Date,
  random: () => number = Math.random,
): { lane: Lane; step: LaneStep | null } {
  const lane = { ...before }
  for (const outcome of outcomes) {
    if (now.getTime() - lane.window_at.getTime() >= windowMs || lane.window_at > now) {
      Object.assign(lane, { window_at: now, window_ok: 0, window_failed: 0 })
    }
    if (outcome.kind === 'ok') succeed(lane, now)
    else fail(lane, now, outcome.quietForMs, random)
  }
  return { lane, step: stepOf(before, lane, now) }
}

function succeed(lane: Lane, now: Date): void {
  lane.window_ok += 1
  Object.assign(lane, { failures: 0, failing_since: null, last_success_at: now })
  // What was still in flight when the breaker opened says nothing of the receiver of now; the probe does.
  if (lane.breaker !== 'half_open') return
  lane.slots = Math.min(slotsMax, lane.slots * 2)
  if (lane.slots < slotsMax) return
  Object.assign(lane, {
    breaker: 'closed',
    open_until: null,
    openings: 0,
    window_at: now,
    window_ok: 0,
    window_failed: 0,
  })
}

function fail(lane: Lane, now: Date, quietForMs: number | null | undefined, random: () => number): void {
  lane.window_failed += 1
  lane.failures += 1
  lane.failing_since ??= now
  if (quietForMs !== undefined) {
    const until = new Date(now.getTime() + Math.min(quietForMs ?? quietMs, retryAfterMsMax))
    if (until > lane.blocked_until) lane.blocked_until = until
  }
  const seen = lane.window_ok + lane.window_failed
  const isTooMuch = lane.failures >= failuresToOpen || (seen >= windowLeast && lane.window_failed * 2 >= seen)
  if (lane.breaker === 'half_open' || (lane.breaker === 'closed' && isTooMuch)) open(lane, now, random)
}

function open(lane: Lane, now: Date, random: () => number): void {
  const wait = Math.min(openMsMax, openMs * 2 ** lane.openings) * (0.9 + 0.2 * random())
  Object.assign(lane, {
    breaker: 'open',
    open_until: new Date(now.getTime() + wait),
    openings: lane.openings + 1,
    slots: 1,
  })
}

function stepOf(before: Lane, lane: Lane, now: Date): LaneStep | null {
  if (!lane.failing_since) {
    const wasTold = before.notices > 0
    lane.notices = 0
    return wasTold ? 'recovered' : null
  }
  const failingMs = now.getTime() - lane.failing_since.getTime()
  if (failingMs >= disableAfterMs && lane.failures >= disableAttemptsLeast) return 'disabled'
  const due = noticesAfterMs.filter((afterMs) => failingMs >= afterMs).length
  if (due <= lane.notices) return null
  lane.notices = due
  return 'failing'
}

/** After its owner switched it on again: nothing of before counts. */
export const revived = (lane: Lane): Lane => ({ ...newLane(), last_success_at: lane.last_success_at })
