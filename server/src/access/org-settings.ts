// What an organisation may be set to, checked name by name.

import { isTimeZone } from '../platform/dates.ts'
import { Problem } from '../platform/problem.ts'
import { isPlan } from './limits/plans.ts'
import type { OrgSettings } from './orgs.ts'

const reasonCharsMax = 300
const bioCharsMax = 100
const requestsPerMinuteMax = 10_000_000
const domainsMax = 20

const isAmount = (value: unknown) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0)
const isReason = (value: unknown) => typeof value === 'string' && value.trim() !== '' && value.length <= reasonCharsMax
const isDomain = (value: unknown) => typeof value === 'string' && /^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/.test(value)

const checks: Record<keyof OrgSettings, (value: unknown) => boolean> = {
  time_zone: (value) => typeof value === 'string' && isTimeZone(value),
  agent_channel: (value) => value === 0 || value === 1,
  creates_agents: (value) => typeof value === 'boolean',
  unknown_people: (value) => ['create_or_leave', 'create', 'leave', 'refuse'].includes(value as string),
  agents_hear_own: (value) => typeof value === 'boolean',
  sign_up_domains: (value) => Array.isArray(value) && value.length <= domainsMax && value.every(isDomain),
  minutes_per_month: isAmount,
  chats_per_month: isAmount,
  on_allocation_exceeded: (value) => value === 'halt' || value === 'continue',
  legal_hold: (value) => value === null || typeof value === 'boolean' || isReason(value),
  bio: (value) =>
    value === null || (typeof value === 'string' && value.length <= bioCharsMax && !/\p{Cc}/u.test(value)),
  verify_webhooks: (value) => typeof value === 'boolean',
  plan: (value) => value === null || isPlan(value),
  requests_per_minute: (value) => isAmount(value) && ((value as number | null) ?? 0) <= requestsPerMinuteMax,
}

/**
 * What whoever runs the installation sets: an organisation does not raise its own limits, and does not say by itself that
 * a domain of e-mail addresses is its own.
 */
const installations: (keyof OrgSettings)[] = [
  'minutes_per_month',
  'chats_per_month',
  'plan',
  'requests_per_minute',
  'sign_up_domains',
]

/** @throws Problem('invalid', 'invalid_request') that names the setting; 'forbidden' for one that is the installation's */
export function readSettings(given: unknown, setBy: 'organisation' | 'installation'): OrgSettings {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid('settings', 'must be an object')
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) throw invalid(`settings.${name}`, 'is not a setting')
    if (setBy === 'organisation' && installations.includes(name as keyof OrgSettings)) {
      const detail = `settings.${name} is set by whoever runs this installation.`
      throw new Problem('forbidden', 'insufficient_permissions', detail)
    }
    if (!checks[name as keyof OrgSettings](value)) throw invalid(`settings.${name}`, 'has a value that is not allowed')
  }
  return given
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field} ${issue}.`, { facts: { field, issue } })
