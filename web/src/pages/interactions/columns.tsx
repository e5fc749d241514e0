// The columns that the list can have. Any metric of the catalogue can be one too, by its name.

import { Badge, Group, Mark, Stack, Text, Tooltip } from '@mantine/core'
import { IconCircleCheck, IconMessage, IconPhone } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column } from '../../components/data-table.tsx'
import { Absent, clock, useFormats, When } from '../../components/figures.tsx'
import { SentimentBadge } from '../../components/sentiment.tsx'
import { StatusBadge } from '../../components/status.tsx'
import type { Interaction } from './queries.ts'

export const standardColumns = [
  'name',
  'started_at',
  'agent',
  'contact',
  'duration_ms',
  'silence_ratio',
  'sentiment',
  'language',
  'team',
  'tags',
  'status',
] as const

/** Those among them that are metrics: of the others the server tells, and nothing waits for that. */
export const standardMetrics = ['silence_ratio']

/** The same list as long as words, formats and metrics are the same. */
export function useInteractionColumns(metrics: readonly string[]): Column<Interaction>[] {
  const { t } = useTranslation('interactions')
  const formats = useFormats()
  return useMemo(() => columnsOf(t, formats, metrics), [t, formats, metrics])
}

function columnsOf(
  t: TFunction<'interactions'>,
  { number, percent }: ReturnType<typeof useFormats>,
  metrics: readonly string[],
): Column<Interaction>[] {
  const text = (value: string | null | undefined) => value ?? <Absent />
  const label = (id: string) => t(`column.${id}` as 'column.name')
  const own: Column<Interaction>[] = [
    { id: 'name', label: label('name'), cell: (row) => <Name row={row} /> },
    {
      id: 'started_at',
      label: label('started_at'),
      width: 170,
      isSortable: true,
      cell: (row) => <When at={row.started_at} />,
    },
    {
      id: 'received_at',
      label: label('received_at'),
      width: 170,
      isSortable: true,
      cell: (row) => <When at={row.received_at} />,
    },
    { id: 'agent', label: label('agent'), cell: (row) => text(row.agent.name ?? row.agent.email) },
    { id: 'contact', label: label('contact'), cell: (row) => text(row.contact.number ?? row.contact.customer_ref) },
    {
      id: 'duration_ms',
      label: label('duration_ms'),
      width: 105,
      align: 'end',
      isSortable: true,
      cell: (row) => (row.duration_ms === null ? <Absent /> : clock(row.duration_ms / 1000)),
    },
    {
      id: 'silence_ratio',
      label: label('silence_ratio'),
      width: 105,
      align: 'end',
      isSortable: true,
      cell: (row) =>
        row.silence_ratio === null ? <Absent reason={t('absent.silence')} /> : percent(row.silence_ratio),
    },
    {
      id: 'avg_response_time',
      label: label('avg_response_time'),
      width: 130,
      align: 'end',
      isSortable: true,
      cell: (row) => (row.response_time === null ? <Absent reason={t('absent.response')} /> : clock(row.response_time)),
    },
    { id: 'sentiment', label: label('sentiment'), width: 110, cell: (row) => <SentimentBadge of={row.sentiment} /> },
    { id: 'language', label: label('language'), width: 100, cell: (row) => text(row.language) },
    {
      id: 'direction',
      label: label('direction'),
      width: 110,
      cell: (row) => (row.direction ? t(`direction.${row.direction}`) : <Absent />),
    },
    { id: 'department', label: label('department'), isSortable: true, cell: (row) => text(row.department) },
    { id: 'team', label: label('team'), isSortable: true, cell: (row) => text(row.team) },
    { id: 'tags', label: label('tags'), cell: (row) => <Tags tags={row.tags} /> },
    {
      id: 'reviewed',
      label: label('reviewed'),
      width: 110,
      cell: (row) => (row.reviewed ? <Reviewed at={row.reviewed_at} /> : t('notReviewed')),
    },
    {
      id: 'status',
      label: label('status'),
      width: 120,
      cell: (row) => <StatusBadge of={row.status} reason={row.failure?.reason} />,
    },
  ]
  const others = metrics.map(
    (id): Column<Interaction> => ({
      id,
      label: id.replaceAll('_', ' '),
      width: 120,
      align: 'end',
      isSortable: true,
      cell: (row) => {
        const value = row.metrics[id]
        return value == null ? <Absent reason={t('absent.metric')} /> : number(value, 2)
      },
    }),
  )
  return [...own, ...others]
}

function Name({ row }: { row: Interaction }) {
  const { t } = useTranslation('interactions')
  const Sign = row.channel === 'voice' ? IconPhone : IconMessage
  return (
    <Stack gap={0}>
      <Group gap={6} wrap="nowrap">
        <Sign size={16} aria-label={t(`channel.${row.channel}`)} />
        <Link to="/interactions/$id" params={{ id: row.id }} className="interaction-link">
          {nameOf(row)}
        </Link>
      </Group>
      {row.highlights[0] && <Highlight of={row.highlights[0]} />}
    </Stack>
  )
}

/** The line in which the words stand that were looked for. */
function Highlight({ of: { text, matches, speaker } }: { of: Interaction['highlights'][number] }) {
  const { t } = useTranslation('interactions')
  const ends = matches.flatMap(({ start, end }, index) => [
    text.slice(matches[index - 1]?.end ?? 0, start),
    <Mark key={start}>{text.slice(start, end)}</Mark>,
  ])
  return (
    <Text size="xs" c="dimmed" truncate>
      {t(`speaker.${speaker}`)}: {ends}
      {text.slice(matches.at(-1)?.end ?? 0)}
    </Text>
  )
}

function Tags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return <Absent />
  const [first, ...others] = tags
  return (
    <Group gap={4} wrap="nowrap">
      <Badge variant="default" size="sm" tt="none" fw={500}>
        {first}
      </Badge>
      {others.length > 0 && (
        <Tooltip label={others.join(', ')}>
          <Text span size="xs" c="dimmed">
            +{others.length}
          </Text>
        </Tooltip>
      )}
    </Group>
  )
}

function Reviewed({ at }: { at: string | null }) {
  return (
    <Group gap={4} wrap="nowrap">
      <IconCircleCheck size={16} aria-hidden />
      <When at={at} relative />
    </Group>
  )
}

export const nameOf = (row: Interaction): string => row.file_name ?? row.external_id ?? row.id.slice(-8)
