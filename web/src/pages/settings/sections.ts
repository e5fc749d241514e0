// The parts of the settings, and which right each needs. What concerns the whole organisation is not shown to who sees a part.

import {
  type Icon,
  IconBuilding,
  IconChartBar,
  IconClipboardCheck,
  IconEyeOff,
  IconHistory,
  IconKey,
  IconShieldLock,
  IconSitemap,
  IconTags,
  IconUsers,
} from '@tabler/icons-react'
import type { Session } from '../../api/session.ts'

type Section = { needs: string; icon: Icon; ofTheWhole?: boolean }

export const sections = {
  organisation: { needs: 'users:read', icon: IconBuilding, ofTheWhole: true },
  people: { needs: 'users:read', icon: IconUsers },
  roles: { needs: 'users:read', icon: IconShieldLock },
  groups: { needs: 'users:read', icon: IconSitemap },
  tags: { needs: 'calls:read', icon: IconTags },
  redaction: { needs: 'users:read', icon: IconEyeOff },
  usage: { needs: 'analytics:read', icon: IconChartBar },
  audit: { needs: 'audit:read', icon: IconHistory, ofTheWhole: true },
  'access-review': { needs: 'audit:read', icon: IconClipboardCheck, ofTheWhole: true },
  'sign-in': { needs: 'users:read', icon: IconKey },
} as const satisfies Record<string, Section>

export type SectionName = keyof typeof sections
const names = Object.keys(sections) as SectionName[]

export const allowedSections = ({ organisation: { scopes, level } }: Session): SectionName[] =>
  names.filter((name) => {
    const { needs, ofTheWhole }: Section = sections[name]
    return scopes.includes(needs) && (level === 'organisation' || !ofTheWhole)
  })
