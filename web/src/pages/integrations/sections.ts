// The rooms of this page, and which right each needs. All but alerts concern the whole organisation: who sees a part of it
// is not shown what the server would refuse.

import {
  type Icon,
  IconActivity,
  IconApps,
  IconArrowBarToDown,
  IconBell,
  IconFolderSymlink,
  IconKey,
  IconMailX,
  IconWebhook,
} from '@tabler/icons-react'
import type { Session } from '../../api/session.ts'

export const sectionNames = [
  'webhooks',
  'dead-letters',
  'keys',
  'applications',
  'remote-folders',
  'inbound',
  'alerts',
  'events',
] as const
export type SectionName = (typeof sectionNames)[number]

type Section = { needs: string; icon: Icon; ofTheWhole: boolean }

export const sections: Record<SectionName, Section> = {
  webhooks: { needs: 'webhooks:manage', icon: IconWebhook, ofTheWhole: true },
  'dead-letters': { needs: 'webhooks:manage', icon: IconMailX, ofTheWhole: true },
  keys: { needs: 'keys:manage', icon: IconKey, ofTheWhole: true },
  applications: { needs: 'applications:manage', icon: IconApps, ofTheWhole: true },
  'remote-folders': { needs: 'ingest:manage', icon: IconFolderSymlink, ofTheWhole: true },
  inbound: { needs: 'connections:manage', icon: IconArrowBarToDown, ofTheWhole: true },
  alerts: { needs: 'alerts:read', icon: IconBell, ofTheWhole: false },
  events: { needs: 'events:read', icon: IconActivity, ofTheWhole: true },
}

export const allowedSections = ({ organisation: { scopes, level } }: Session): SectionName[] =>
  sectionNames.filter((name) => {
    const { needs, ofTheWhole } = sections[name]
    return scopes.includes(needs) && (level === 'organisation' || !ofTheWhole)
  })
