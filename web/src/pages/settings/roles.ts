// What each role may do, as the server has it: a test compares the two.

const listening = [
  ...['calls:read', 'calls:annotate', 'recordings:read', 'agents:read'],
  ...['analytics:read', 'reports:manage', 'users:read'],
]

export const scopeNames = [
  ...(['calls:read', 'calls:write', 'calls:annotate', 'calls:delete', 'recordings:read', 'redactions:reveal'] as const),
  ...(['agents:read', 'agents:manage', 'analytics:read', 'reports:manage', 'events:read', 'webhooks:manage'] as const),
  ...(['ingest:manage', 'connections:manage', 'alerts:read', 'alerts:manage', 'keys:manage', 'users:read'] as const),
  ...(['users:manage', 'teams:manage', 'applications:manage', 'organisation:manage', 'audit:read'] as const),
]

export const roleNames = ['owner', 'admin', 'supervisor', 'analyst', 'agent', 'auditor'] as const
export type RoleName = (typeof roleNames)[number]

export const scopesOf: Record<RoleName, readonly string[]> = {
  owner: scopeNames,
  admin: scopeNames,
  supervisor: [...listening, 'calls:write', 'agents:manage', 'redactions:reveal', 'alerts:read', 'alerts:manage'],
  analyst: [...listening, 'alerts:read'],
  agent: ['calls:read'],
  auditor: ['audit:read', 'users:read'],
}
