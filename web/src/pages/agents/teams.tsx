// Teams and departments side by side: each metric's values in one column, shaded from the weakest to the best.

import { Group, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useAddress } from '../../components/address.ts'
import { FigureLink } from '../../components/charts/figure-link.tsx'
import { Blank, Loaded } from '../../components/states.tsx'
import { TableRegion } from '../../components/table-region.tsx'
import { heatOf, toneOf } from './heat.ts'
import { PeriodChoice, usePeriod } from './period-choice.tsx'
import {
  type Difference,
  departmentPerformanceQuery,
  type Figure,
  type Metric,
  teamPerformanceQuery,
} from './queries.ts'
import { StandingBrief } from './standing.tsx'
import { chartFigure, comparedMetrics, useMetricName } from './words.ts'
import '../../components/charts/charts.css'

type Row = {
  key: string
  name: string | null
  under: string | null
  opens: Record<string, string> | null
  figures: Record<string, Figure>
  standing: { strengths: Difference[]; weaknesses: Difference[] } | null
}

export function Teams() {
  const { t } = useTranslation('agents')
  const { search, set } = useAddress()
  const isByTeam = search.by !== 'department'
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="sm">
        <PeriodChoice />
        <SegmentedControl
          aria-label={t('teams.by')}
          value={isByTeam ? 'team' : 'department'}
          onChange={(by) => void set({ by: by === 'team' ? null : by })}
          data={[
            { value: 'team', label: t('teams.team') },
            { value: 'department', label: t('teams.department') },
          ]}
        />
      </Group>
      {isByTeam ? <ByTeam /> : <ByDepartment />}
    </Stack>
  )
}

function ByTeam() {
  const period = usePeriod()
  const list = useQuery(teamPerformanceQuery(period))
  return (
    <Loaded query={list}>
      {({ teams, metrics }) => (
        <HeatTable
          metrics={metrics}
          rows={teams.map(({ team, department, figures, strengths, weaknesses }) => ({
            key: `${department} ${team}`,
            name: team,
            under: department,
            opens: team === null ? null : { team },
            figures,
            standing: { strengths, weaknesses },
          }))}
        />
      )}
    </Loaded>
  )
}

function ByDepartment() {
  const period = usePeriod()
  const list = useQuery(departmentPerformanceQuery(period, comparedMetrics))
  return (
    <Loaded query={list}>
      {({ rows, metrics }) => (
        <HeatTable
          metrics={metrics}
          rows={rows.map(({ group, metrics: figures }) => ({
            key: String(group.department),
            name: group.department ?? null,
            under: null,
            opens: null,
            figures,
            standing: null,
          }))}
        />
      )}
    </Loaded>
  )
}

function HeatTable({ rows, metrics }: { rows: readonly Row[]; metrics: readonly Metric[] }) {
  const { t } = useTranslation('agents')
  const nameOf = useMetricName()
  if (rows.length === 0)
    return (
      <Blank title={t('teams.blank.title')} icon={IconUsersGroup}>
        {t('teams.blank.text')}
      </Blank>
    )
  const shown = comparedMetrics.flatMap((id) => metrics.find((one) => one.id === id) ?? [])
  const hasStanding = rows.some(({ standing }) => standing !== null)
  return (
    <>
      <TableRegion
        label={t('teams.caption')}
        minWidth={980}
        headings={[
          { id: 'name', label: t('column.team') },
          ...shown.map(({ id, name }) => ({ id, label: nameOf(id, name), align: 'end' as const })),
          ...(hasStanding ? [{ id: 'standing', label: t('column.standing') }] : []),
        ]}
      >
        {rows.map((row) => (
          <Table.Tr key={row.key}>
            <Table.Th scope="row" fw={600} fz="sm">
              {row.name ?? t('noTeam')}
              {row.under && (
                <Text size="xs" c="dimmed">
                  {row.under}
                </Text>
              )}
            </Table.Th>
            {shown.map((metric) => (
              <HeatCell key={metric.id} row={row} metric={metric} rows={rows} />
            ))}
            {hasStanding && <Table.Td miw={175}>{row.standing && <StandingBrief {...row.standing} />}</Table.Td>}
          </Table.Tr>
        ))}
      </TableRegion>
      <Text size="sm" c="dimmed">
        {t('teams.legend')}
      </Text>
    </>
  )
}

function HeatCell({ row, metric, rows }: { row: Row; metric: Metric; rows: readonly Row[] }) {
  const { t } = useTranslation('agents')
  const nameOf = useMetricName()
  const period = usePeriod()
  const figure = row.figures[metric.id]
  const heat = heatOf(
    figure?.value ?? null,
    rows.map(({ figures }) => figures[metric.id]?.value ?? null),
    metric,
  )
  const tone = toneOf(heat)
  return (
    <Table.Td
      ta="end"
      className="agents-figure agents-heat"
      data-tone={tone}
      style={{ '--heat': `${Math.round(Math.abs(heat ?? 0) * 34)}%` } as object}
    >
      <FigureLink
        figure={chartFigure(figure, period, row.opens)}
        unit={metric.unit}
        of={`${nameOf(metric.id, metric.name)}, ${row.name ?? t('noTeam')}`}
      />
      {tone && <Text size="xs">{t(tone === 'good' ? 'teams.better' : 'teams.weaker')}</Text>}
    </Table.Td>
  )
}
