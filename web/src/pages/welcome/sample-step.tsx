// The sample call, from taking it in until it is done; then it is opened.

import { Alert, Button, Group, List, Loader, Stack, Text, ThemeIcon } from '@mantine/core'
import { IconCheck, IconPlayerPlay, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { Panel } from '../../components/panel.tsx'
import { Failed } from '../../components/states.tsx'
import { type Conversation, isDone, progressQuery, takeSamples } from './queries.ts'

/** Long enough to read that it is done. */
const openMs = 1200
const stageNames = ['decode', 'transcribe', 'diarise', 'measure', 'analyse', 'complete'] as const

export function SampleStep({ isAllowed }: { isAllowed: boolean }) {
  const { t } = useTranslation('welcome')
  const client = useQueryClient()
  const take = useMutation({
    mutationFn: takeSamples,
    onSuccess: () => client.invalidateQueries({ queryKey: ['interactions'] }),
  })
  const call = take.data?.conversations.find(({ channel }) => channel === 'voice')
  return (
    <Panel title={t('sample.title')} about={t('sample.about')}>
      {take.isError && <Alert color="red">{asFailure(take.error).message}</Alert>}
      {call ? (
        <Progress id={call.id} />
      ) : (
        <Button
          loading={take.isPending}
          disabled={!isAllowed}
          onClick={() => take.mutate()}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
        >
          {t('sample.start')}
        </Button>
      )}
      {!isAllowed && (
        <Text size="sm" c="dimmed">
          {t('sample.notAllowed')}
        </Text>
      )}
    </Panel>
  )
}

function Progress({ id }: { id: string }) {
  const { t } = useTranslation('welcome')
  const navigate = useNavigate()
  const progress = useQuery(progressQuery(id))
  const status = progress.data?.status
  useEffect(() => {
    if (status !== 'completed') return
    const timer = setTimeout(() => void navigate({ to: '/interactions/$id', params: { id } as never }), openMs)
    return () => clearTimeout(timer)
  }, [status, id, navigate])
  if (progress.isError) return <Failed error={progress.error} retry={() => void progress.refetch()} />
  const { data } = progress
  return (
    <Stack gap="xs">
      <List spacing={6} center listStyleType="none" aria-label={t('sample.stages')}>
        {stageNames.map((name) => (
          <Stage key={name} name={name} of={data} />
        ))}
      </List>
      <Text size="sm" role="status" fw={600}>
        {!data || !isDone(data) ? t('sample.working') : t(`sample.${status as 'completed' | 'failed'}`)}
      </Text>
      {data?.failure && <Alert color="red">{data.failure.reason}</Alert>}
      {data && isDone(data) && (
        <Button component={Link} to="/interactions/$id" params={{ id } as never} variant="light">
          {t('sample.open')}
        </Button>
      )}
    </Stack>
  )
}

function Stage({ name, of }: { name: (typeof stageNames)[number]; of: Conversation | undefined }) {
  const { t } = useTranslation('welcome')
  const found = of?.stages.filter((one) => one.name === name).at(-1)
  // Diarisation is left out of recordings with a channel for each speaker: what is done needs no further stages.
  const state = found ? (found.error ? 'failed' : found.ended_at ? 'done' : 'running') : 'waiting'
  if (state === 'waiting' && of && isDone(of)) return null
  return (
    <List.Item
      icon={
        state === 'running' ? (
          <Loader size={20} aria-hidden />
        ) : (
          <ThemeIcon size={20} radius="xl" variant={state === 'waiting' ? 'default' : 'filled'} color={colours[state]}>
            {state === 'done' && <IconCheck size={14} aria-hidden />}
            {state === 'failed' && <IconX size={14} aria-hidden />}
          </ThemeIcon>
        )
      }
    >
      <Group gap={6}>
        <Text size="sm">{t(`stage.${name}`)}</Text>
        <Text size="xs" c="dimmed">
          {t(`stageState.${state}`)}
        </Text>
      </Group>
    </List.Item>
  )
}

const colours = { waiting: 'gray', running: 'blue', done: 'teal', failed: 'red' } as const
