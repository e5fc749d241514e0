// When a failed delivery is tried again, and when it is given up.

import type { PayloadStyle } from '../endpoints/endpoints.ts'

const s = 1000
const min = 60 * s
const h = 60 * min

/** Waits before the 2nd, 3rd, ... attempt. `vela`: the ten attempts of Standard Webhooks; `vbot`: one and three more. */
export const waitsMs: Record<PayloadStyle, number[]> = {
  vela: [5 * s, 5 * min, 30 * min, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h],
  vbot: [5 * s, 30 * s, 2 * min],
}
export const jitter = 0.2
export const retryAfterMsMax = 6 * h
/** What comes after it under the same ordering key waits no longer than this. */
export const orderedHoldMsMax = 6 * h

/**
 * @param input.attempt the one that has just failed, 1 for the first of this round
 * @param input.retryAfterMs what the receiver asked for, or null; honoured up to six hours, never below the schedule
 * @param input.heldForMs how long others wait behind this one already; null where nobody does
 * @returns milliseconds to wait, or null: give up
 */
export function nextWaitMs(
  input: { waitsMs: readonly number[]; attempt: number; retryAfterMs: number | null; heldForMs: number | null },
  random: () => number = Math.random,
): number | null {
  const scheduled = input.waitsMs[input.attempt - 1]
  if (scheduled === undefined) return null
  const spread = scheduled * (1 + jitter * (2 * random() - 1))
  const wait = Math.max(spread, Math.min(input.retryAfterMs ?? 0, retryAfterMsMax))
  return input.heldForMs !== null && input.heldForMs + wait > orderedHoldMsMax ? null : wait
}
