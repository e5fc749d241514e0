// What the sidebar leads to, and which right each needs. What somebody may not do is not shown.

import {
  type Icon,
  IconApi,
  IconHeadset,
  IconHome,
  IconMessages,
  IconReportAnalytics,
  IconServerCog,
  IconSettings,
  IconUpload,
} from '@tabler/icons-react'

export type Destination = {
  to: string
  label: 'home' | 'interactions' | 'upload' | 'agents' | 'own' | 'reports' | 'integrations' | 'settings' | 'operations'
  icon: Icon
  /** Any one of these rights; none: everybody. */
  needs: readonly string[]
}

export const destinations: readonly Destination[] = [
  { to: '/home', label: 'home', icon: IconHome, needs: ['analytics:read', 'calls:read'] },
  { to: '/interactions', label: 'interactions', icon: IconMessages, needs: ['calls:read'] },
  { to: '/upload', label: 'upload', icon: IconUpload, needs: ['calls:write'] },
  { to: '/agents', label: 'agents', icon: IconHeadset, needs: ['analytics:read', 'agents:read'] },
  { to: '/reports', label: 'reports', icon: IconReportAnalytics, needs: ['reports:manage'] },
  {
    to: '/integrations',
    label: 'integrations',
    icon: IconApi,
    needs: [
      ...['webhooks:manage', 'keys:manage', 'ingest:manage', 'applications:manage'],
      ...['connections:manage', 'alerts:read', 'events:read'],
    ],
  },
  {
    to: '/settings',
    label: 'settings',
    icon: IconSettings,
    needs: ['organisation:manage', 'users:read', 'audit:read'],
  },
  { to: '/operations', label: 'operations', icon: IconServerCog, needs: ['operations:read'] },
]

/** Who reads neither agents nor figures of others, and is an agent, finds their own page. */
export function destinationsOf({ scopes, agent_id }: { scopes: readonly string[]; agent_id: string | null }) {
  const may = ({ needs }: Destination) => needs.length === 0 || needs.some((one) => scopes.includes(one))
  return destinations.flatMap((one): Destination[] => {
    if (may(one)) return [one]
    return one.to === '/agents' && agent_id ? [{ ...one, to: `/agents/${agent_id}`, label: 'own' }] : []
  })
}
