// The frame around every page: sidebar, top bar, what is told to the whole page (server away, session ended).

import { Alert, AppShell, Burger, Group, NavLink, ScrollArea, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconExternalLink, IconPlugConnectedX } from '@tabler/icons-react'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useServerIsAway } from '../api/connection.ts'
import { useSession } from '../api/session.ts'
import { destinationsOf } from './navigation.ts'
import { Notices } from './notices.tsx'
import { Reader } from './reader.tsx'
import { SessionEnded } from './session-ended.tsx'
import { UploadsSign } from './uploads-sign.tsx'
import { UserMenu } from './user-menu.tsx'
import './shell.css'

export function Shell() {
  const { t } = useTranslation()
  const [isOpen, menu] = useDisclosure()
  const { organisation } = useSession()
  const isAway = useServerIsAway()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  useHeadingFocus(path)
  const shown = destinationsOf(organisation)
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t(isOpen ? 'nav.close' : 'nav.open')}
            />
            <img src="/app/icon.svg" width={28} height={28} alt="" />
            <Text fw={650}>{t('app')}</Text>
            <Text c="dimmed" truncate visibleFrom="xs">
              {organisation.name}
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <UploadsSign />
            <Notices />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('nav.title')}>
        <AppShell.Section grow component={ScrollArea}>
          {shown.map(({ to, label, icon: Sign }) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={t(`nav.${label}`)}
              leftSection={<Sign size={18} aria-hidden />}
              active={path === to || path.startsWith(`${to}/`)}
              aria-current={path === to ? 'page' : undefined}
              onClick={menu.close}
            />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <NavLink
            href="/docs"
            target="_blank"
            label={t('nav.documentation')}
            leftSection={<IconExternalLink size={18} aria-hidden />}
          />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content">
        {isAway && (
          <Alert color="yellow" icon={<IconPlugConnectedX />} title={t('state.offline.title')} mb="md" role="status">
            {t('state.offline.text')}
          </Alert>
        )}
        <Reader>
          <Outlet />
        </Reader>
      </AppShell.Main>
      <SessionEnded />
    </AppShell>
  )
}

/** After a way to another page, a reader of the screen begins at its heading; not at the first page, which begins on top. */
function useHeadingFocus(path: string) {
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    const timer = setTimeout(() => document.getElementById('page-title')?.focus({ preventScroll: true }), 50)
    return () => clearTimeout(timer)
  }, [path])
}
