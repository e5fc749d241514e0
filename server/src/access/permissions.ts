// What may be done, by whom: scopes, the roles that bundle them, and the one place where a caller is let through or not.

import type { Principal } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'

/** Every scope that a key, a token or a role can carry, with what it lets its holder do. */
export const scopes = {
  'calls:read': 'read calls, chats, transcripts and findings',
  'calls:write': 'send calls and chats',
  'calls:annotate': 'comment on, tag, review, correct and reassign calls and chats, write coaching notes',
  'calls:delete': 'delete calls and chats',
  'recordings:read': 'hear and download recordings',
  'redactions:reveal': 'see what is masked, with a reason',
  'agents:read': 'read agents',
  'agents:manage': 'create, change, import and merge agents',
  'analytics:read': 'read metrics and performance',
  'reports:manage': 'make and schedule reports, export lists',
  'events:read': 'read the event log and live streams',
  'webhooks:manage': 'create and delete webhook endpoints, read their log',
  'ingest:manage': 'set up remote servers and folders',
  'connections:manage': 'set up connections to other systems, read what they send',
  'alerts:read': 'read alerts and the rules that open them',
  'alerts:manage': 'acknowledge, assign, snooze and resolve alerts, change their rules',
  'keys:manage': 'create, rotate and revoke API keys',
  'users:read': 'read users, teams and departments',
  'users:manage': 'invite, change and deactivate users',
  'teams:manage': 'create, move and delete teams and departments',
  'applications:manage': 'register OAuth applications',
  'organisation:manage': 'change the settings of the organisation',
  'audit:read': 'read, export and verify the audit',
} as const

/**
 * Of the installation, not of an organisation: in the sessions of its operators and with its administrator's token, in no
 * role, key or application.
 */
export const installationScopes = {
  'operations:read': 'see how the installation is doing',
  'operations:manage': 'try dead jobs again, or discard them',
} as const

export type Scope = keyof typeof scopes
export const allScopes = Object.keys(scopes) as Scope[]
export const operatorScopes: readonly string[] = Object.keys(installationScopes)
export const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text)

const listening: Scope[] = [
  'calls:read',
  'calls:annotate',
  'recordings:read',
  'agents:read',
  'analytics:read',
  'reports:manage',
  'users:read',
]

/** What each role may do. On whose data is the level's business. */
export const roleScopes = {
  owner: allScopes,
  admin: allScopes,
  supervisor: [...listening, 'calls:write', 'agents:manage', 'redactions:reveal', 'alerts:read', 'alerts:manage'],
  analyst: [...listening, 'alerts:read'],
  agent: ['calls:read'],
  integration: [
    'calls:read',
    'calls:write',
    'calls:delete',
    'recordings:read',
    'agents:read',
    'agents:manage',
    'analytics:read',
    'reports:manage',
    'events:read',
    'webhooks:manage',
    'ingest:manage',
    'connections:manage',
    'alerts:read',
    'alerts:manage',
  ],
  auditor: ['audit:read', 'users:read'],
} as const satisfies Record<string, readonly Scope[]>

export type Role = keyof typeof roleScopes
export const roles = Object.keys(roleScopes) as Role[]

/**
 * What these let one do cannot be done to a part of an organisation: an endpoint and the event log tell of every
 * conversation, a server brings in calls of everybody, a key or an application serves all.
 */
const ofTheWhole: readonly string[] = [
  'events:read',
  'webhooks:manage',
  'ingest:manage',
  'connections:manage',
  'keys:manage',
  'applications:manage',
  'organisation:manage',
  'audit:read',
] satisfies Scope[]

/**
 * @throws Problem('forbidden', 'insufficient_permissions') when the caller lacks what a route or an object needs;
 *   Problem('forbidden', 'beyond_reach') when they have it for a part of the organisation, and it needs the whole
 */
export function authorise(by: Principal, needs: string): void {
  if (needs === 'admin' ? !by.isAdmin : needs !== 'any' && !by.scopes.includes(needs)) {
    throw new Problem('forbidden', 'insufficient_permissions', 'Insufficient permissions', { facts: { needs } })
  }
  if (by.reach !== 'all' && ofTheWhole.includes(needs)) {
    const detail = 'This concerns the whole organisation, and you have access to a part of it.'
    throw new Problem('forbidden', 'beyond_reach', detail, { facts: { needs } })
  }
}

/** Nobody grants more than they hold. @throws Problem('forbidden', 'more_than_held') */
export function mayGrant(by: Principal, wanted: readonly string[]): void {
  const beyond = by.isAdmin ? [] : wanted.filter((one) => !by.scopes.includes(one))
  if (beyond.length === 0) return
  const detail = `You cannot grant what you do not hold: ${beyond.join(', ')}.`
  throw new Problem('forbidden', 'more_than_held', detail, { facts: { beyond } })
}
