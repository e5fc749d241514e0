// How the installation is doing, for its operators: one line that says whether all is well, then the figures behind it.

import { Alert, Grid, List, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { useFormats } from '../../components/figures.tsx'
import { Page } from '../../components/page.tsx'
import { Failed, Loaded, NotAllowed } from '../../components/states.tsx'
import { DeadJobs } from './dead-jobs.tsx'
import { Outward } from './outward.tsx'
import { Processes } from './processes.tsx'
import { type State, stateQuery } from './queries.ts'
import { Storage } from './storage.tsx'
import { troublesOf } from './troubles.ts'
import { Conversations, Queues, Stages } from './work.tsx'

export function OperationsPage() {
  const { t } = useTranslation('operations')
  if (!useMay()('operations:read')) {
    return (
      <Page title={t('title')}>
        <NotAllowed what={t('notAllowed')} />
      </Page>
    )
  }
  return <Shown />
}

function Shown() {
  const { t } = useTranslation('operations')
  const { time } = useFormats()
  const state = useQuery(stateQuery)
  return (
    <Page
      title={t('title')}
      about={state.data && t('about', { version: state.data.version, at: time(state.data.generated_at) })}
    >
      {state.isError && state.data && <Failed error={state.error} retry={() => void state.refetch()} />}
      <Loaded query={state}>
        {(found) => (
          <Stack gap="md">
            <Verdict state={found} />
            <Grid gap="md">
              <Grid.Col span={{ base: 12, lg: 6 }}>
                <Stack gap="md">
                  <Conversations state={found} />
                  <Stages state={found} />
                  <Outward state={found} />
                </Stack>
              </Grid.Col>
              <Grid.Col span={{ base: 12, lg: 6 }}>
                <Stack gap="md">
                  <Queues state={found} />
                  <Storage state={found} />
                </Stack>
              </Grid.Col>
            </Grid>
            <Processes state={found} />
          </Stack>
        )}
      </Loaded>
      <DeadJobs />
    </Page>
  )
}

function Verdict({ state }: { state: State }) {
  const { t } = useTranslation('operations')
  const troubles = troublesOf(state)
  const isWell = troubles.length === 0
  return (
    <Alert
      role="status"
      color={isWell ? 'teal' : 'orange'}
      icon={isWell ? <IconCircleCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={isWell ? t('well') : t('notWell', { count: troubles.length })}
    >
      {isWell ? (
        <Text size="sm">{t('wellText')}</Text>
      ) : (
        <List size="sm" spacing={2}>
          {troubles.map(({ name, count }) => (
            <List.Item key={name}>{t(`trouble.${name}`, { count })}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  )
}
