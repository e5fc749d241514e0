// Every figure of a conversation with its unit, its formula, and the reason where there is none. Grouped by what is asked.

import { Code, Popover, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { clock, useFormats } from '../../components/figures.tsx'
import { type Conversation, metricsQuery } from './queries.ts'

type Metric = Conversation['metrics'][string]

const groups: readonly { id: 'time' | 'talk' | 'silence' | 'answers' | 'pace' | 'mood' | 'quality'; of: RegExp }[] = [
  { id: 'silence', of: /silence|dead_air|hold|non_talk/ },
  { id: 'mood', of: /sentiment|negative_turn|scored_turn/ },
  { id: 'answers', of: /response|patience|question/ },
  { id: 'quality', of: /asr|confidence|language_mix|loudness/ },
  { id: 'pace', of: /speech_rate|turn_count|switches|monologue|story|interruption/ },
  { id: 'talk', of: /talk|overtalk/ },
  { id: 'time', of: /./ },
]
const order = ['time', 'talk', 'silence', 'answers', 'pace', 'mood', 'quality'] as const
const groupOf = (id: string) => groups.find(({ of }) => of.test(id))?.id ?? 'time'

export function MetricsPanel({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const formulas = useQuery(metricsQuery)
  const metrics = Object.entries(conversation.metrics)
  if (metrics.length === 0) return <Text c="dimmed">{t('metrics.notYet')}</Text>
  const definitionOf = (formula: string) => formulas.data?.find((one) => one.formula === formula)?.definition ?? null
  return (
    <Stack gap="md">
      {order.map((group) => {
        const own = metrics.filter(([id]) => groupOf(id) === group)
        if (own.length === 0) return null
        return (
          <section key={group}>
            <Title order={3} mb={4}>
              {t(`metrics.group.${group}`)}
            </Title>
            <Table verticalSpacing={4} className="metrics">
              <Table.Caption className="data-table-caption">{t(`metrics.group.${group}`)}</Table.Caption>
              <Table.Thead className="data-table-caption">
                <Table.Tr>
                  <Table.Th>{t('metrics.name')}</Table.Th>
                  <Table.Th>{t('metrics.value')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {own.map(([id, metric]) => (
                  <Table.Tr key={id}>
                    <Table.Th scope="row" fw={400}>
                      <Name id={id} metric={metric} definition={definitionOf(metric.formula)} />
                    </Table.Th>
                    <Table.Td ta="end">
                      <Value metric={metric} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        )
      })}
    </Stack>
  )
}

function Name({ id, metric, definition }: { id: string; metric: Metric; definition: string | null }) {
  const { t } = useTranslation('interaction')
  // A newer server may know more than these words do.
  const name = t(`metric.${id}` as 'metric.duration', { defaultValue: id.replaceAll('_', ' ') })
  return (
    <Popover width={320} position="top-start" withArrow>
      <Popover.Target>
        <UnstyledButton className="metric-name" aria-label={t('metrics.explain', { name })}>
          <Text size="sm" span>
            {name}
          </Text>{' '}
          <IconInfoCircle size={14} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4}>
          {definition && <Text size="sm">{definition}</Text>}
          <Code>{metric.formula}</Code>
          {metric.reason && <Text size="xs">{metric.reason}</Text>}
          {definition?.includes('|') && (
            <Text size="xs" c="dimmed">
              {t('metrics.letters')}
            </Text>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function Value({ metric: { value, unit, reason, status } }: { metric: Metric }) {
  const { t } = useTranslation('interaction')
  const { number, percent } = useFormats()
  if (value === null)
    return (
      <Text size="xs" c="dimmed">
        {reason ?? t('metrics.unknown')}
      </Text>
    )
  const shown =
    typeof value === 'boolean'
      ? t(value ? 'metrics.yes' : 'metrics.no')
      : typeof value === 'string'
        ? t(`metrics.class.${value}` as 'metrics.class.no_change', { defaultValue: value })
        : unit === 's'
          ? value < 60
            ? t('metrics.seconds', { value: number(value) })
            : clock(value)
          : unit === '%'
            ? percent(value)
            : /^(n|ratio|0\.\.1|-\d\.\.\d)$/.test(unit)
              ? number(value, 2)
              : `${number(value)} ${unit}`
  return (
    <>
      <Text size="sm" fw={600} className="figure">
        {shown}
      </Text>
      {status === 'partial' && (
        <Text size="xs" c="dimmed">
          {t('metrics.partial', { reason: reason ?? '' })}
        </Text>
      )}
    </>
  )
}
