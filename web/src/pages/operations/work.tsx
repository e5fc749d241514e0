// What waits and what is done: conversations, queues of jobs, stages.

import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Absent, useFormats } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import { useLengths } from './lengths.ts'
import { Figures, Small } from './parts.tsx'
import type { State } from './queries.ts'

export function Conversations({ state: { conversations, limits } }: { state: State }) {
  const { t } = useTranslation('operations')
  const { number } = useFormats()
  const { seconds } = useLengths()
  const { queued, processing, oldest_waiting_s } = conversations
  return (
    <Panel title={t('conversations.title')}>
      <Figures
        label={t('conversations.title')}
        of={[
          { name: t('conversations.queued'), value: number(queued) },
          { name: t('conversations.processing'), value: number(processing) },
          {
            name: t('oldest'),
            value: oldest_waiting_s === null ? <Absent reason={t('nothingWaits')} /> : seconds(oldest_waiting_s),
          },
          { name: t('limits.near'), value: number(limits.organisations_above_75_percent) },
          { name: t('limits.at'), value: number(limits.organisations_at_limit) },
        ]}
      />
    </Panel>
  )
}

export function Queues({ state: { queues } }: { state: State }) {
  const { t } = useTranslation('operations')
  const { number } = useFormats()
  const { seconds } = useLengths()
  const [isWhole, setWhole] = useState(false)
  const busy = queues.filter((one) => one.waiting + one.deferred + one.running + one.failed_24h > 0)
  const shown = isWhole ? queues : busy
  const quiet = queues.length - busy.length
  return (
    <Panel
      title={t('queues.title')}
      about={t('queues.about')}
      actions={
        <Button size="compact-sm" variant="subtle" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('queues.fewer') : t('queues.all', { count: queues.length })}
        </Button>
      }
    >
      {!isWhole && quiet > 0 && (
        <Text size="sm" c="dimmed">
          {t('queues.quiet', { count: quiet })}
        </Text>
      )}
      <Small
        label={t('queues.title')}
        columns={(['job', 'waiting', 'deferred', 'running', 'oldest', 'failed'] as const).map((one) =>
          t(`queues.${one}`),
        )}
        rows={shown.map((one) => ({
          id: one.job,
          cells: [
            one.job,
            number(one.waiting),
            number(one.deferred),
            number(one.running),
            one.oldest_waiting_s === null ? (
              <Absent key="none" reason={t('nothingWaits')} />
            ) : (
              seconds(one.oldest_waiting_s)
            ),
            number(one.failed_24h),
          ],
        }))}
      />
    </Panel>
  )
}

export function Stages({ state: { stages } }: { state: State }) {
  const { t } = useTranslation('operations')
  const { number } = useFormats()
  const { seconds, ms } = useLengths()
  const length = (value: number | null) =>
    value === null ? <Absent key="none" reason={t('stages.none')} /> : ms(value)
  return (
    <Panel title={t('stages.title')} about={t('stages.about', { window: seconds(stages.window_s) })}>
      {stages.stages.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('stages.none')}
        </Text>
      ) : (
        <Small
          label={t('stages.title')}
          columns={(['stage', 'ended', 'failed', 'p50', 'p95'] as const).map((one) => t(`stages.${one}`))}
          rows={stages.stages.map((one) => ({
            id: one.stage,
            cells: [
              one.stage,
              number(one.ended),
              number(one.failed),
              length(one.duration_p50_ms),
              length(one.duration_p95_ms),
            ],
          }))}
        />
      )}
    </Panel>
  )
}
