// How far a conversation is: each stage with what became of it, when, how long and how often.

import { Loader, Table, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconMinus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Absent, useFormats } from '../../components/figures.tsx'
import type { Conversation } from './queries.ts'

export function Stages({ stages }: { stages: Conversation['stages'] }) {
  const { t } = useTranslation('interaction')
  const { time, number } = useFormats()
  if (stages.length === 0) return <Text size="sm">{t('stages.waiting')}</Text>
  return (
    <Table verticalSpacing={4} className="stages">
      <Table.Caption className="data-table-caption">{t('stages.title')}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('stages.stage')}</Table.Th>
          <Table.Th>{t('stages.began')}</Table.Th>
          <Table.Th ta="end">{t('stages.took')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {stages.map(({ name, status, attempt, started_at, ended_at, error }) => (
          <Table.Tr key={name}>
            <Table.Td>
              <span className="stage-name">
                <Sign of={status} /> {t(`stages.name.${name}` as 'stages.name.decode', { defaultValue: name })}
              </span>
              <Text size="xs" c="dimmed">
                {t(`stages.status.${status}` as 'stages.status.ok', { defaultValue: status })}
                {attempt > 1 && ` · ${t('stages.attempt', { attempt })}`}
              </Text>
              {error && <Text size="xs">{error.reason}</Text>}
            </Table.Td>
            <Table.Td>{time(started_at)}</Table.Td>
            <Table.Td ta="end">
              {ended_at ? (
                t('stages.seconds', { seconds: number((Date.parse(ended_at) - Date.parse(started_at)) / 1000) })
              ) : (
                <Absent reason={t('stages.running')} />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Sign({ of }: { of: string }) {
  if (of === 'running') return <Loader size={14} aria-hidden />
  if (of === 'failed') return <IconAlertTriangle size={16} aria-hidden color="var(--mantine-color-red-7)" />
  if (of === 'skipped') return <IconMinus size={16} aria-hidden />
  return <IconCheck size={16} aria-hidden color="var(--mantine-color-teal-7)" />
}
