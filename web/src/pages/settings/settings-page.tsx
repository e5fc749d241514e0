// The frame of the settings: a list of their parts, and the one that the address names.

import { NavLink, Select, Stack } from '@mantine/core'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ComponentType, lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { Page } from '../../components/page.tsx'
import { NotAllowed, Waiting } from '../../components/states.tsx'
import { allowedSections, type SectionName, sections } from './sections.ts'
import './settings.css'

const part = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await load() }))

const parts: Record<SectionName, ComponentType> = {
  organisation: part(async () => (await import('./organisation/organisation-part.tsx')).OrganisationPart),
  people: part(async () => (await import('./people/people-part.tsx')).PeoplePart),
  roles: part(async () => (await import('./roles-part.tsx')).RolesPart),
  groups: part(async () => (await import('./groups/groups-part.tsx')).GroupsPart),
  tags: part(async () => (await import('./tags/tags-part.tsx')).TagsPart),
  redaction: part(async () => (await import('./redaction-part.tsx')).RedactionPart),
  usage: part(async () => (await import('./usage/usage-part.tsx')).UsagePart),
  audit: part(async () => (await import('./audit/audit-part.tsx')).AuditPart),
  'access-review': part(async () => (await import('./access-review/review-part.tsx')).ReviewPart),
  'sign-in': part(async () => (await import('./sign-in-part.tsx')).SignInPart),
}

export function SettingsPage() {
  const { t } = useTranslation('settings')
  const allowed = allowedSections(useSession())
  const { section } = useParams({ strict: false }) as { section?: string }
  const navigate = useNavigate()
  const shown = section === undefined ? allowed[0] : allowed.find((one) => one === section)
  const Part = shown && parts[shown]
  const go = (to: string) => void navigate({ to: '/settings/$section', params: { section: to } as never })
  return (
    <Page title={t('title')}>
      {allowed.length === 0 ? (
        <NotAllowed />
      ) : (
        <div className="settings-frame">
          <nav className="settings-links" aria-label={t('parts')}>
            {allowed.map((name) => {
              const { icon: Sign } = sections[name]
              return (
                <NavLink
                  key={name}
                  component={Link}
                  to="/settings/$section"
                  params={{ section: name } as never}
                  label={t(`part.${name}`)}
                  leftSection={<Sign size={16} aria-hidden />}
                  active={name === shown}
                  aria-current={name === shown ? 'page' : undefined}
                />
              )
            })}
          </nav>
          <Select
            className="settings-choice"
            label={t('parts')}
            allowDeselect={false}
            data={allowed.map((value) => ({ value, label: t(`part.${value}`) }))}
            value={shown ?? null}
            onChange={(value) => value && go(value)}
          />
          <Stack gap="md" miw={0}>
            {Part ? (
              <Suspense key={shown} fallback={<Waiting />}>
                <Part />
              </Suspense>
            ) : (
              <NotAllowed />
            )}
          </Stack>
        </div>
      )}
    </Page>
  )
}
