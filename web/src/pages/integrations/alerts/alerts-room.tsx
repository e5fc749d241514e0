// What wants somebody's attention, and the rules that say what does.

import { Button, Group, Select, Table, Text } from '@mantine/core'
import { IconBellCheck, IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useMay, useSession } from '../../../api/session.ts'
import { useFormats, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { Page } from '../../../components/page.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { NameLink } from '../parts/name-link.tsx'
import { Status } from '../parts/status.tsx'
import { AddressTabs } from '../parts/tabs.tsx'
import { alertStates, readAlerts, severities, severityTones, stateTones } from './queries.ts'
import { RulesList } from './rules-list.tsx'

export function AlertsRoom() {
  const { t } = useTranslation('integrations')
  const may = useMay()
  const { organisation } = useSession()
  const { search, set } = useAddress()
  // Rules are of the whole organisation; who sees a part of it has the alerts of that part.
  const seesRules = organisation.level === 'organisation'
  return (
    <Page
      title={t('alerts.title')}
      about={t('alerts.about')}
      actions={
        search.tab === 'rules' &&
        may('alerts:manage') && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ rule: 'new' })}>
            {t('alerts.addRule')}
          </Button>
        )
      }
    >
      <AddressTabs
        label={t('alerts.title')}
        tabs={[
          { value: 'alerts', label: t('alerts.tab.alerts'), content: () => <AlertsList /> },
          ...(seesRules ? [{ value: 'rules', label: t('alerts.tab.rules'), content: () => <RulesList /> }] : []),
        ]}
      />
    </Page>
  )
}

const unresolved = 'open,acknowledged,assigned,snoozed'

function AlertsList() {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const { search, set } = useAddress()
  const state = search.state ?? unresolved
  const alerts = usePages(
    ['alerts', 'list', state, search.severity],
    (cursor) => readAlerts(state === 'all' ? undefined : state, search.severity, cursor),
    { everyMs: 15_000 },
  )
  return (
    <>
      <Group mb="sm">
        <Select
          label={t('alerts.state')}
          allowDeselect={false}
          data={[
            { value: unresolved, label: t('alerts.unresolved') },
            ...alertStates.map((value) => ({ value, label: t(`alerts.states.${value}`) })),
            { value: 'all', label: t('all') },
          ]}
          value={state}
          onChange={(value) => set({ state: value === unresolved ? undefined : (value ?? undefined) })}
        />
        <Select
          label={t('alerts.severity')}
          allowDeselect={false}
          data={[
            { value: '', label: t('all') },
            ...severities.map((value) => ({ value, label: t(`alerts.severities.${value}`) })),
          ]}
          value={search.severity ?? ''}
          onChange={(severity) => set({ severity: severity || undefined })}
        />
      </Group>
      <Listed
        query={alerts}
        blank={
          <Blank title={t('alerts.none.title')} icon={IconBellCheck}>
            {t('alerts.none.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('alerts.title')}
            headings={(['alert', 'severity', 'state', 'count', 'last'] as const).map((key) =>
              t(`alerts.column.${key}`),
            )}
          >
            {rows.map((alert) => (
              <Table.Tr key={alert.id}>
                <Table.Td maw={380}>
                  <NameLink section="alerts" id={alert.id} under={alert.detail}>
                    {alert.title}
                  </NameLink>
                </Table.Td>
                <Table.Td>
                  <Status tone={severityTones[alert.severity]}>{t(`alerts.severities.${alert.severity}`)}</Status>
                </Table.Td>
                <Table.Td>
                  <Status tone={stateTones[alert.state]}>{t(`alerts.states.${alert.state}`)}</Status>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{number(alert.count)}</Text>
                </Table.Td>
                <Table.Td>
                  <When at={alert.last_at} relative />
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
    </>
  )
}
