// Jobs that failed on every try: tried again, or discarded.

import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../components/act.ts'
import { ask } from '../../components/actions.tsx'
import { Absent, When } from '../../components/figures.tsx'
import { Listed } from '../../components/listed.tsx'
import { usePages } from '../../components/pages.ts'
import { Panel } from '../../components/panel.tsx'
import { Small } from './parts.tsx'
import { againMs, type DeadJob, discardJob, readDeadJobs, retryJob } from './queries.ts'

const touches = [['operations']]

export function DeadJobs() {
  const { t } = useTranslation(['operations', 'shell'])
  const jobs = usePages(['operations', 'dead-jobs'], readDeadJobs, { everyMs: againMs })
  const columns = ['job', 'customer', 'failedAt', 'attempts', 'error', 'actions'] as const
  return (
    <Panel title={t('dead.title')} about={t('dead.about')}>
      <Listed
        query={jobs}
        blank={
          <Text size="sm" c="dimmed">
            {t('dead.none')}
          </Text>
        }
      >
        {(rows) => (
          <Small
            label={t('dead.title')}
            columns={columns.map((one) => t(`dead.${one}`))}
            areNumbers={false}
            minWidth={820}
            rows={rows.map((one) => ({
              id: one.id,
              cells: [
                one.job,
                one.customer_id ?? <Absent key="customer" reason={t('dead.noCustomer')} />,
                <When key="at" at={one.failed_at} relative />,
                one.attempts,
                <Text key="error" size="sm" maw={360} lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
                  {one.error ?? <Absent />}
                </Text>,
                <Acts key="acts" job={one} />,
              ],
            }))}
          />
        )}
      </Listed>
    </Panel>
  )
}

function Acts({ job }: { job: DeadJob }) {
  const { t } = useTranslation('operations')
  const isLocked = !useMay()('operations:manage')
  const retry = useAct(retryJob, { touches, done: t('dead.retried') })
  const discard = useAct(discardJob, { touches, done: t('dead.discarded') })
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="light"
        disabled={isLocked}
        loading={retry.isPending}
        onClick={() => retry.mutate(job.id)}
      >
        {t('dead.retry')}
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        disabled={isLocked}
        onClick={() =>
          ask({
            title: t('dead.discardTitle'),
            text: t('dead.discardText', { job: job.job }),
            confirm: t('dead.discard'),
            onConfirm: () => discard.mutate(job.id),
          })
        }
      >
        {t('dead.discard')}
      </Button>
    </Group>
  )
}
