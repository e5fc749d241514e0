// How far a run over many letters is, and the way to call it off.

import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useFormats } from '../../../components/figures.tsx'
import { Loaded } from '../../../components/states.tsx'
import { type Run, runQuery } from './queries.ts'

export function RunProgress({ id }: { id: string }) {
  const run = useQuery(runQuery(id))
  const client = useQueryClient()
  const isOver = run.data !== undefined && run.data.state !== 'running'
  useEffect(() => {
    if (!isOver) return
    for (const noun of ['groups', 'list', 'runs']) void client.invalidateQueries({ queryKey: ['dead-letters', noun] })
    void client.invalidateQueries({ queryKey: ['webhooks'] })
  }, [isOver, client])
  return <Loaded query={run}>{(found) => <Figures run={found} />}</Loaded>
}

function Figures({ run }: { run: Run }) {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const { state, total, done, skipped, replay_id: id } = run
  const share = total === 0 ? 100 : (100 * (done + skipped)) / total
  const cancel = useAct(() => told(api.POST('/v1/replays/{id}/cancel', { params: { path: { id } } })), {
    touches: [['dead-letters']],
    done: t('letters.cancelled'),
  })
  return (
    <Stack gap="xs">
      <Text size="sm" role="status">
        {t(`letters.run.${state}`)} {t('letters.progress', { done: number(done), total: number(total) })}
        {skipped > 0 && ` ${t('letters.skipped', { count: skipped })}`}
      </Text>
      <Progress
        value={state === 'done' ? 100 : share}
        color={state === 'failed' ? 'red' : undefined}
        aria-label={t('letters.progressLabel')}
      />
      {state === 'running' && (
        <Group>
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('letters.cancel')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
