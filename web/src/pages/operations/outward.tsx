// What goes out and what comes in: deliveries with their breakers, bulk loads, remote folders.

import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Absent, useFormats } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import { useLengths } from './lengths.ts'
import { Figures } from './parts.tsx'
import type { State } from './queries.ts'

export function Outward({ state: { deliveries, ingest } }: { state: State }) {
  const { t } = useTranslation('operations')
  const { number } = useFormats()
  const { seconds } = useLengths()
  const counts = ['endpoints', 'pending', 'held', 'breakers_open', 'dead_letters', 'dead_letters_24h'] as const
  return (
    <>
      <Panel title={t('deliveries.title')}>
        <Figures
          label={t('deliveries.title')}
          of={[
            ...counts.map((name) => ({ name: t(`deliveries.${name}`), value: number(deliveries[name]) })),
            {
              name: t('deliveries.oldest'),
              value:
                deliveries.oldest_due_s === null ? (
                  <Absent reason={t('nothingWaits')} />
                ) : (
                  seconds(deliveries.oldest_due_s)
                ),
            },
            { name: t('deliveries.rate'), value: number(deliveries.attempts_per_minute) },
            { name: t('deliveries.failedRate'), value: number(deliveries.failed_attempts_per_minute) },
          ]}
        />
      </Panel>
      <Panel title={t('ingest.title')}>
        <Figures
          label={t('ingest.title')}
          of={[
            { name: t('ingest.failed'), value: number(ingest.failed_24h) },
            { name: t('ingest.folders'), value: number(ingest.remote_folders) },
            { name: t('ingest.failing'), value: number(ingest.remote_folders_failing) },
          ]}
        />
        <Text size="sm">
          {ingest.open_jobs.length === 0
            ? t('ingest.noneOpen')
            : ingest.open_jobs.map(({ state, count }) => t('ingest.open', { state, number: number(count) })).join(', ')}
        </Text>
      </Panel>
    </>
  )
}
