// What was done about many letters at once, the newest first.

import { Paper, Stack, Text } from '@mantine/core'
import { IconRepeat } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useActorNames } from '../../../components/actor-names.ts'
import { When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { useEndpointNames } from './groups.tsx'
import { readRuns, type Which } from './queries.ts'
import { RunProgress } from './run-progress.tsx'

export function Runs() {
  const { t } = useTranslation('integrations')
  const nameOfEndpoint = useEndpointNames()
  const nameOf = useActorNames()
  const runs = usePages(['dead-letters', 'runs'], readRuns)
  const about = ({ endpoint_id, fingerprint, event_type }: Which) =>
    [endpoint_id && nameOfEndpoint(endpoint_id), fingerprint, event_type].filter(Boolean).join(' · ') ||
    t('letters.allOfThem')
  return (
    <Listed
      query={runs}
      blank={
        <Blank title={t('letters.noRuns.title')} icon={IconRepeat}>
          {t('letters.noRuns.text')}
        </Blank>
      }
    >
      {(rows) => (
        <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {rows.map((run) => (
            <Paper key={run.replay_id} component="li" withBorder p="sm">
              <Text fw={600} size="sm">
                {t(`letters.bulk.${run.action}`)}: {about(run.filters as Which)}
              </Text>
              <Text size="xs" c="dimmed" mb="xs">
                {nameOf(run.requested_by)}, <When at={run.created_at} />
                {run.reason && ` · ${run.reason}`}
              </Text>
              <RunProgress id={run.replay_id} />
            </Paper>
          ))}
        </Stack>
      )}
    </Listed>
  )
}
