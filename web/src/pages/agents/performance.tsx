// Agents of a period, best first by the metric that they are ranked by, with what each is good and weak at.

import { Alert, Anchor, Badge, Group, Select, Stack, Table, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconHeadset } from '@tabler/icons-react'
import { useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAddress } from '../../components/address.ts'
import { Change } from '../../components/charts/change.tsx'
import { FigureLink } from '../../components/charts/figure-link.tsx'
import { Spark } from '../../components/charts/spark.tsx'
import { Rest } from '../../components/listed.tsx'
import { Blank, Failed, Waiting } from '../../components/states.tsx'
import { TableRegion } from '../../components/table-region.tsx'
import { searchOf } from './period.ts'
import { PeriodChoice, usePeriod } from './period-choice.tsx'
import { type AgentRow, coursesQuery, type Metric, performanceQuery } from './queries.ts'
import { StandingBrief } from './standing.tsx'
import { TeamFilter } from './team-filter.tsx'
import { calledOf, chartFigure, rankedMin, useMetricName } from './words.ts'
import '../../components/charts/charts.css'

const columns = ['conversations', 'aht', 'silence_ratio', 'avg_response_time', 'sentiment_customer'] as const
const rankedByFirst = 'conversations'

export function Performance() {
  const { t } = useTranslation('agents')
  const { search, set } = useAddress()
  const period = usePeriod()
  const [rankBy, team] = [search.sort ?? rankedByFirst, search.team ?? '']
  const list = useInfiniteQuery(performanceQuery(period, { team, rankBy }))
  const pages = list.data?.pages ?? []
  const courses = useQueries({
    queries: pages.map(({ agents }) =>
      coursesQuery(period, { agents: agents.map(({ agent_id }) => agent_id), metric: rankBy }),
    ),
  })
  const [rows, first] = [pages.flatMap(({ agents }) => agents), pages[0]]
  const courseOf = (id: string) => courses.map(({ data }) => data?.get(id)).find(Boolean)
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="sm">
        <PeriodChoice />
        <TeamFilter value={team} onChange={(value) => void set({ team: value })} />
        <RankBy metrics={first?.metrics ?? []} value={rankBy} onChange={(value) => void set({ sort: value })} />
      </Group>
      {list.isError && <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Waiting lines={10} />}
      {first?.is_behind && <Text size="sm">{t('behind')}</Text>}
      {first && rows.length === 0 && (
        <Blank title={t('performance.blank.title')} icon={IconHeadset}>
          {t('performance.blank.text')}
        </Blank>
      )}
      {courses.some(({ isError }) => isError) && <Alert color="yellow">{t('performance.noCourse')}</Alert>}
      {first && rows.length > 0 && (
        <>
          <Ranking
            rows={rows}
            metrics={first.metrics}
            rankBy={rankBy}
            onRank={(by) => void set({ sort: by === rankedByFirst ? null : by })}
            courseOf={courseOf}
          />
          <Group justify="space-between">
            <Text size="sm" c="dimmed" role="status">
              {t('performance.count', { count: first.total })} {t('performance.rankedMin', { count: rankedMin })}
            </Text>
            <Rest query={list} />
          </Group>
        </>
      )}
    </Stack>
  )
}

function RankBy(props: { metrics: readonly Metric[]; value: string; onChange: (id: string | null) => void }) {
  const { t } = useTranslation('agents')
  const nameOf = useMetricName()
  return (
    <Select
      label={t('performance.rankBy')}
      w={230}
      searchable
      allowDeselect={false}
      value={props.value}
      data={props.metrics.map(({ id, name }) => ({ value: id, label: nameOf(id, name) }))}
      onChange={(id) => props.onChange(id === rankedByFirst ? null : id)}
    />
  )
}

function Ranking({
  rows,
  metrics,
  rankBy,
  onRank,
  courseOf,
}: {
  rows: readonly AgentRow[]
  metrics: readonly Metric[]
  rankBy: string
  onRank: (metric: string) => void
  courseOf: (agentId: string) => (number | null)[] | undefined
}) {
  const { t } = useTranslation('agents')
  const nameOf = useMetricName()
  const known = new Map(metrics.map((one) => [one.id, one]))
  const by = known.get(rankBy)
  const shown: string[] = columns.some((id) => id === rankBy) ? [...columns] : [rankBy, ...columns]
  const headings = [
    { id: 'rank', label: t('column.rank') },
    { id: 'agent', label: t('column.agent') },
    ...shown.map((id) => ({
      id,
      align: 'end' as const,
      sorted: id === rankBy ? (by?.better === 'less' ? ('ascending' as const) : ('descending' as const)) : undefined,
      label: (
        <SortButton
          name={nameOf(id, known.get(id)?.name ?? id)}
          sorted={id !== rankBy ? null : by?.better === 'less' ? 'up' : 'down'}
          onClick={() => onRank(id)}
        />
      ),
    })),
    { id: 'course', label: t('column.course') },
    { id: 'standing', label: t('column.standing') },
  ]
  return (
    <TableRegion label={t('performance.caption')} headings={headings} minWidth={940}>
      {rows.map((row) => (
        <AgentLine key={row.agent_id} row={row} shown={shown} known={known} by={by} course={courseOf(row.agent_id)} />
      ))}
    </TableRegion>
  )
}

function AgentLine({
  row,
  shown,
  known,
  by,
  course,
}: {
  row: AgentRow
  shown: readonly string[]
  known: ReadonlyMap<string, Metric>
  by: Metric | undefined
  course: (number | null)[] | undefined
}) {
  const { t } = useTranslation('agents')
  const nameOf = useMetricName()
  const period = usePeriod()
  const figure = (id: string) => chartFigure(row.figures[id], period, { agent: row.agent_id })
  const ranked = by && figure(by.id)
  return (
    <Table.Tr>
      <Table.Td className="agents-figure">{row.rank ?? <Few n={ranked?.n ?? 0} />}</Table.Td>
      <Table.Th scope="row" fw={400} miw={110}>
        <Anchor component={Link} size="sm" fw={600} {...agentLink(row.agent_id, searchOf(period))}>
          {calledOf(row)}
        </Anchor>
        <Text size="xs" c="dimmed">
          {row.team ?? t('noTeam')}
          {!row.active && ` · ${t('inactive')}`}
        </Text>
      </Table.Th>
      {shown.map((id) => (
        <Table.Td key={id} ta="end" className="agents-figure">
          <FigureLink
            figure={figure(id)}
            unit={known.get(id)?.unit ?? 'n'}
            of={`${nameOf(id, known.get(id)?.name ?? id)}, ${calledOf(row)}`}
          />
        </Table.Td>
      ))}
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          {course && <Spark values={course} />}
          {ranked && <Change figure={ranked} unit={by.unit} better={by.better} isBrief />}
        </Group>
      </Table.Td>
      <Table.Td miw={175}>
        <StandingBrief strengths={row.strengths} weaknesses={row.weaknesses} />
      </Table.Td>
    </Table.Tr>
  )
}

export const agentLink = (id: string, search: Record<string, string>) =>
  ({ to: '/agents/$id', params: { id }, search }) as object

function Few({ n }: { n: number }) {
  const { t } = useTranslation('agents')
  const why = t('performance.few', { count: n, least: rankedMin })
  return (
    <Tooltip label={why} events={{ hover: true, focus: true, touch: true }}>
      <Badge variant="default" size="sm" tt="none" fw={500} tabIndex={0} aria-label={why}>
        {t('performance.fewBrief')}
      </Badge>
    </Tooltip>
  )
}

function SortButton({ name, sorted, onClick }: { name: string; sorted: 'up' | 'down' | null; onClick: () => void }) {
  const Sign = sorted === 'up' ? IconArrowUp : sorted === 'down' ? IconArrowDown : IconArrowsSort
  return (
    <UnstyledButton className="agents-sort" fz="sm" onClick={onClick}>
      <Group gap={4} wrap="nowrap" justify="flex-end">
        {name}
        <Sign size={14} aria-hidden opacity={sorted ? 1 : 0.45} />
      </Group>
    </UnstyledButton>
  )
}
