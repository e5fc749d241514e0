// Reports, their schedules, and exports of conversations.

import { Button, Stack, Tabs } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { useAddress } from '../../components/address.ts'
import { Page } from '../../components/page.tsx'
import { NotAllowed } from '../../components/states.tsx'
import { Documents, OfSchedule } from './documents.tsx'
import { ExportForm } from './export-form.tsx'
import { ReportForm } from './report-form.tsx'
import { EditSchedule, ScheduleForm } from './schedule-form.tsx'
import { Schedules } from './schedules.tsx'
import './reports.css'

const tabs = ['reports', 'schedules', 'exports'] as const
type Tab = (typeof tabs)[number]

/** What each tab makes, and what that needs besides `reports:manage`. */
const made = {
  reports: { what: 'report', needs: 'analytics:read' },
  schedules: { what: 'schedule', needs: 'analytics:read' },
  exports: { what: 'export', needs: 'calls:read' },
} as const

export function ReportsPage() {
  const { t } = useTranslation(['reports', 'shell'])
  const may = useMay()
  const { search, set } = useAddress()
  const tab: Tab = tabs.find((one) => one === search.tab) ?? 'reports'
  const { what, needs } = made[tab]
  const mayMake = may(needs)
  const close = () => void set({ open: null, schedule: null })
  const create = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      disabled={!mayMake}
      title={mayMake ? undefined : t('shell:state.forbidden.title')}
      onClick={() => void set({ open: what }, { push: true })}
    >
      {t(`${what}.new`)}
    </Button>
  )
  if (!may('reports:manage'))
    return (
      <Page title={t('title')}>
        <NotAllowed />
      </Page>
    )
  return (
    <Page title={t('title')} actions={create}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void set({ tab: next === 'reports' ? null : next, of: null }, { push: true })}
      >
        <Tabs.List aria-label={t('title')}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="reports" pt="md">
          <Stack gap="sm">
            {search.of && <OfSchedule onClear={() => void set({ of: null })} />}
            <Documents kind="report" scheduleId={search.of ?? ''} action={create} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="schedules" pt="md">
          <Schedules action={create} />
        </Tabs.Panel>
        <Tabs.Panel value="exports" pt="md">
          <Documents kind="export" action={create} />
        </Tabs.Panel>
      </Tabs>
      {search.open === 'report' && <ReportForm onClose={close} />}
      {search.open === 'schedule' && <ScheduleForm schedule={null} onClose={close} />}
      {search.open === 'export' && <ExportForm onClose={close} />}
      {search.schedule && <EditSchedule id={search.schedule} onClose={close} />}
    </Page>
  )
}
