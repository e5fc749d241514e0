// What a match of a rule amounts to: it is waited for more of them, an alert is opened or opened again, or one that is
// there counts up. Pure, so that trying a rule out over past events says what it would have done.

import type { EventRule } from './shapes.ts'

type Bounds = Pick<EventRule, 'at_least' | 'within_s' | 'cooldown_s' | 'auto_resolve_s'>

/** What is known of one group of a rule. Times in ms since 1970. */
export type Track = {
  /** Of the last matches, oldest first, while there is no alert; fewer than `at_least`. */
  times: number[]
  /** `resolvedAt` null: it is not resolved. */
  alert: { lastAt: number; resolvedAt: number | null } | null
}

/** `count`: how many matches it brings; those that were waited with count too. */
export type Effect =
  | { kind: 'waits' }
  | { kind: 'counts'; count: 1 }
  | { kind: 'opens' | 'reopens'; count: number; firstAt: number }

/** Events may come in a slightly different order than they occurred. */
export function take(bounds: Bounds, track: Track, at: number): { track: Track; effect: Effect } {
  const { alert } = track
  if (alert && alert.resolvedAt === null) {
    const lastAt = Math.max(alert.lastAt, at)
    return { track: { times: [], alert: { lastAt, resolvedAt: null } }, effect: { kind: 'counts', count: 1 } }
  }
  const times = [...track.times, at].filter((time) => at - time < bounds.within_s * 1000)
  if (times.length < bounds.at_least) return { track: { times, alert }, effect: { kind: 'waits' } }
  const isSoon = alert?.resolvedAt != null && at - alert.resolvedAt < bounds.cooldown_s * 1000
  return {
    track: { times: [], alert: { lastAt: at, resolvedAt: null } },
    effect: { kind: isSoon ? 'reopens' : 'opens', count: times.length, firstAt: Math.min(...times) },
  }
}

/** What has been quiet for long enough by `at` is over. */
export function settle(bounds: Bounds, track: Track, at: number): Track {
  const { alert } = track
  if (!alert || alert.resolvedAt !== null || bounds.auto_resolve_s === null) return track
  const resolvedAt = alert.lastAt + bounds.auto_resolve_s * 1000
  return at >= resolvedAt ? { ...track, alert: { ...alert, resolvedAt } } : track
}

/** Whether a subscription to these would be told of an event of this type. Alerts are never about alerts. */
export function namesType(types: readonly string[], type: string): boolean {
  const noun = type.slice(0, type.indexOf('.'))
  return noun !== 'alert' && types.some((one) => one === '*' || one === type || one === `${noun}.*`)
}
