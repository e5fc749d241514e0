// Which limit a request counts against, and how high it is.

import type { Route } from '../../platform/http/route.ts'
import type { OrgSettings } from '../orgs.ts'

/** Requests of one key in a minute. */
export const plans = { standard: 100, professional: 500, enterprise: 1000 } as const
export type Plan = keyof typeof plans
export const isPlan = (text: unknown): text is Plan => typeof text === 'string' && Object.hasOwn(plans, text)

type Kind = { name: string; isOf(route: Pick<Route, 'tag' | 'auth'>): boolean; perMinuteMax?: number }

/** The first that fits. Each has a bucket of its own: whoever sends a thousand calls can still read. */
const kinds: Kind[] = [
  // As its documentation promises, whatever the plan.
  { name: 'vbot', isOf: ({ tag }) => tag === 'vBot', perMinuteMax: 100 },
  { name: 'uploads', isOf: ({ tag }) => tag === 'Uploads' || tag === 'Resumable uploads' },
  { name: 'search', isOf: ({ tag, auth }) => tag === 'Search' || auth === 'analytics:read' },
  { name: 'plan', isOf: () => true },
]

/** Of the organisation's own number, its plan, and the installation's default, the first that is there; 0: no limit. */
export const perMinuteOf = (settings: OrgSettings, byDefault: number): number =>
  settings.requests_per_minute ?? (isPlan(settings.plan) ? plans[settings.plan] : byDefault)

/** The bucket that a request of this route takes from; `perMinute` 0: unlimited. */
export function limitOf(route: Pick<Route, 'tag' | 'auth'>, perMinute: number): { name: string; perMinute: number } {
  const { name, perMinuteMax = perMinute } = kinds.find(({ isOf }) => isOf(route)) as Kind
  return { name, perMinute: Math.min(perMinute, perMinuteMax) }
}
