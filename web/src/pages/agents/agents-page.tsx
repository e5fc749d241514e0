// Agents and teams: how they do, and who they are.

import { Tabs } from '@mantine/core'
import { Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay, useSession } from '../../api/session.ts'
import { useAddress } from '../../components/address.ts'
import { Page } from '../../components/page.tsx'
import { NotAllowed } from '../../components/states.tsx'
import { Directory } from './directory/directory.tsx'
import { Performance } from './performance.tsx'
import { Teams } from './teams.tsx'
import './agents.css'

const needs = { performance: 'analytics:read', teams: 'analytics:read', directory: 'agents:read' } as const
type Tab = keyof typeof needs

export function AgentsPage() {
  const { t } = useTranslation('agents')
  const may = useMay()
  const { organisation } = useSession()
  const { search, set } = useAddress()
  const tabs = (Object.keys(needs) as Tab[]).filter((tab) => may(needs[tab]))
  const own = organisation.agent_id
  if (tabs.length === 0 && own) return <Navigate to="/agents/$id" params={{ id: own }} replace />
  const chosen = tabs.find((tab) => tab === search.tab) ?? tabs[0]
  return (
    <Page title={t('title')}>
      {chosen === undefined && <NotAllowed />}
      {chosen && (
        <Tabs
          value={chosen}
          keepMounted={false}
          // A team and an order of one tab mean nothing in another; the days hold for all.
          onChange={(tab) =>
            void set(
              { tab: tab === tabs[0] ? null : tab, sort: null, team: null, by: null, active: null },
              { push: true },
            )
          }
        >
          <Tabs.List aria-label={t('title')}>
            {tabs.map((tab) => (
              <Tabs.Tab key={tab} value={tab}>
                {t(`tab.${tab}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="performance" pt="md">
            <Performance />
          </Tabs.Panel>
          <Tabs.Panel value="teams" pt="md">
            <Teams />
          </Tabs.Panel>
          <Tabs.Panel value="directory" pt="md">
            <Directory />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  )
}
