// The page of integrations: which of its rooms the address asks for, and the way between them.

import { Box, Group } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ComponentType, lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { Page } from '../../components/page.tsx'
import { NotAllowed, Waiting } from '../../components/states.tsx'
import { Overview } from './overview.tsx'
import { useAddress } from './parts/address.ts'
import { allowedSections, type SectionName, sectionNames, sections } from './sections.ts'
import './section-links.css'

type Room = ComponentType
type Inner = ComponentType<{ id: string }>

const room = (load: () => Promise<Room>) => lazy(async () => ({ default: await load() }))
const inner = (load: () => Promise<Inner>) => lazy(async () => ({ default: await load() }))

const lists: Record<SectionName, Room> = {
  webhooks: room(async () => (await import('./webhooks/webhooks-list.tsx')).WebhooksList),
  'dead-letters': room(async () => (await import('./dead-letters/dead-letters.tsx')).DeadLetters),
  keys: room(async () => (await import('./keys/keys-list.tsx')).KeysList),
  applications: room(async () => (await import('./applications/applications-list.tsx')).ApplicationsList),
  'remote-folders': room(async () => (await import('./remote-folders/remote-folders.tsx')).RemoteFolders),
  inbound: room(async () => (await import('./inbound/sources-list.tsx')).SourcesList),
  alerts: room(async () => (await import('./alerts/alerts-room.tsx')).AlertsRoom),
  events: room(async () => (await import('./events/event-log.tsx')).EventLog),
}

const ones: Record<SectionName, Inner> = {
  webhooks: inner(async () => (await import('./webhooks/webhook-page.tsx')).WebhookPage),
  'dead-letters': inner(async () => (await import('./dead-letters/letter-page.tsx')).LetterPage),
  keys: inner(async () => (await import('./keys/key-page.tsx')).KeyPage),
  applications: inner(async () => (await import('./applications/application-page.tsx')).ApplicationPage),
  'remote-folders': inner(async () => (await import('./remote-folders/folder-page.tsx')).FolderPage),
  inbound: inner(async () => (await import('./inbound/source-page.tsx')).SourcePage),
  alerts: inner(async () => (await import('./alerts/alert-page.tsx')).AlertPage),
  events: inner(async () => (await import('./events/event-page.tsx')).EventPage),
}

export function IntegrationsPage() {
  const { t } = useTranslation('integrations')
  const session = useSession()
  const { section, id } = useAddress()
  const allowed = allowedSections(session)
  if (!section) {
    return allowed.length === 0 ? <Closed /> : <Overview allowed={allowed} />
  }
  const name = sectionNames.find((one) => one === section)
  if (!name || !allowed.includes(name)) return <Closed />
  const List = lists[name]
  const One = ones[name]
  return (
    <>
      <div className="section-links">
        <Group component="nav" aria-label={t('sections')} gap={4} wrap="nowrap">
          <SectionLink label={t('overview')} />
          {allowed.map((one) => (
            <SectionLink key={one} section={one} label={t(`short.${one}`)} />
          ))}
        </Group>
      </div>
      <Suspense fallback={<Waiting />}>{id ? <One key={id} id={id} /> : <List key={name} />}</Suspense>
    </>
  )
}

function SectionLink({ section, label }: { section?: SectionName; label: string }) {
  const Sign = section && sections[section].icon
  return (
    <Box
      component={Link}
      className="section-link"
      {...(section
        ? ({ to: '/integrations/$section', params: { section } } as object)
        : ({ to: '/integrations', activeOptions: { exact: true } } as object))}
    >
      {Sign && <Sign size={16} aria-hidden />}
      {label}
    </Box>
  )
}

function Closed() {
  const { t } = useTranslation('integrations')
  return (
    <Page title={t('title')}>
      <NotAllowed />
    </Page>
  )
}
