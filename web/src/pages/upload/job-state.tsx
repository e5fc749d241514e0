// A bulk load in brief: how far it is, in words, numbers and a bar.

import { Badge, Group, Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../components/figures.tsx'
import { isUnderWay, type Job } from './queries.ts'

const colours: Record<Job['state'], string> = {
  open: 'blue',
  uploading: 'blue',
  received: 'blue',
  expanded: 'blue',
  planned: 'grape',
  done: 'teal',
  partial: 'orange',
  failed: 'red',
  cancelled: 'gray',
}

export function JobState({ job }: { job: Job }) {
  const { t } = useTranslation('upload')
  return (
    <Badge color={colours[job.state]} variant="light" tt="none" fw={550}>
      {t(`state.${job.state}`)}
    </Badge>
  )
}

const parts = [
  ['ok', 'teal'],
  ['duplicate', 'gray'],
  ['failed', 'red'],
  ['cancelled', 'gray'],
] as const

export function JobProgress({ job, size = 'md' }: { job: Job; size?: 'sm' | 'md' }) {
  const { t } = useTranslation('upload')
  const { ago, number } = useFormats()
  const { counts, progress } = job
  const total = Math.max(1, counts.total)
  const said = parts.flatMap(([name]) => (counts[name] > 0 ? [t(`counts.${name}`, { count: counts[name] })] : []))
  if (counts.waiting > 0) said.push(t('counts.waiting', { count: counts.waiting }))
  return (
    <Stack gap={4}>
      <Progress.Root size={size === 'sm' ? 8 : 14} aria-label={t('progressOf', { name: job.name })}>
        {parts.map(([name, colour]) => (
          <Progress.Section
            key={name}
            value={(100 * counts[name]) / total}
            color={colour}
            aria-label={t(`counts.${name}`, { count: counts[name] })}
          />
        ))}
      </Progress.Root>
      <Group gap="sm" role={isUnderWay(job) ? 'status' : undefined}>
        <Text size="sm" c="dimmed">
          {said.length > 0 ? said.join(', ') : t('counts.none')}
        </Text>
        {isUnderWay(job) && progress.items_per_second !== null && (
          <Text size="sm" c="dimmed">
            {t('rate', { rate: number(progress.items_per_second) })}
          </Text>
        )}
        {isUnderWay(job) && progress.estimated_end && (
          <Text size="sm" c="dimmed">
            {t('ends', { when: ago(progress.estimated_end) })}
          </Text>
        )}
      </Group>
    </Stack>
  )
}
