// Receivers of a simulated world: how each behaves when, and what it answers.

import { type Answer, failed } from '../../server/src/events/delivery/attempt.ts'
import type { Chance } from './random.ts'

const s = 1000
const h = 3600 * s

/** `deaf`: it takes the delivery, and the answer never comes. */
type Manner = 'well' | 'slow' | 'broken' | 'busy' | 'away' | 'gone' | 'silent' | 'deaf' | 'refusing' | 'flaky'
const troubles = ['slow', 'broken', 'busy', 'away', 'gone', 'silent', 'deaf', 'refusing', 'flaky'] as const

export type Script = {
  phases: { fromMs: number; manner: Manner }[]
  /** From when on it takes everything; null: never for good. */
  wellFromMs: number | null
}

/** Mostly well, then in trouble for a while, and mostly well again in the end. */
export function scriptOf(chance: Chance, spanMs: number): Script {
  const phases: Script['phases'] = [{ fromMs: 0, manner: chance.is(0.6) ? 'well' : chance.pick(troubles) }]
  for (let count = chance.between(0, 3); count > 0; count -= 1) {
    phases.push({ fromMs: chance.between(0, spanMs), manner: chance.is(0.3) ? 'well' : chance.pick(troubles) })
  }
  phases.sort((a, b) => a.fromMs - b.fromMs)
  if (chance.is(0.75)) phases.push({ fromMs: spanMs, manner: 'well' })
  const last = phases.at(-1)
  return { phases, wellFromMs: last?.manner === 'well' ? last.fromMs : null }
}

export type Exchange = { answer: Answer; tookMs: number; isTaken: boolean }

const answered = (status: number, more: Partial<Answer> = {}): Answer => ({
  ...failed('', `http_${status}`, `the receiver answered ${status}`, status),
  ...more,
})
const ok: Answer = { ...failed('', '', '', 200), error: null, fingerprint: null }
const exchangeMsMax = 20 * s

export function answerOf({ phases }: Script, atMs: number, chance: Chance): Exchange {
  const manner = phases.findLast(({ fromMs }) => fromMs <= atMs)?.manner ?? 'well'
  const quickMs = chance.between(1, 60)
  const refused = (answer: Answer) => ({ answer, tookMs: quickMs, isTaken: false })
  switch (manner) {
    case 'slow':
      return { answer: ok, tookMs: chance.between(s, exchangeMsMax - s), isTaken: true }
    case 'broken':
      return refused(answered(500))
    case 'busy': {
      // Some ask for a year.
      const retryAfterMs = chance.is(0.1) ? 365 * 24 * h : chance.between(0, 2 * h)
      return refused(answered(429, { isQuietWanted: true, retryAfterMs }))
    }
    case 'away':
      return refused(answered(503, { isQuietWanted: true, retryAfterMs: null }))
    case 'gone':
      return refused(answered(410, { isGone: true }))
    case 'silent':
      return { answer: failed('', 'timeout', 'no answer'), tookMs: exchangeMsMax, isTaken: false }
    case 'deaf':
      return { answer: failed('', 'timeout', 'no answer'), tookMs: exchangeMsMax, isTaken: true }
    case 'refusing':
      return refused({ ...failed('', 'broker_refused', 'too large'), isPermanent: chance.is(0.3) })
    case 'flaky':
      return chance.is(0.5) ? refused(answered(500)) : { answer: ok, tookMs: quickMs, isTaken: true }
    case 'well':
      return { answer: ok, tookMs: quickMs, isTaken: true }
  }
}
