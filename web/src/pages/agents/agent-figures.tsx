// The figures of one agent, each with the period before and the team's own.

import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Change } from '../../components/charts/change.tsx'
import { FigureLink } from '../../components/charts/figure-link.tsx'
import { useUnits } from '../../components/charts/units.ts'
import { Panel } from '../../components/panel.tsx'
import type { Period } from './period.ts'
import type { AgentPerformance, Metric } from './queries.ts'
import { chartFigure, comparedMetrics, useMetricName } from './words.ts'
import '../../components/charts/charts.css'

/** A team's sum says nothing beside one agent's. */
const sums: readonly string[] = ['conversations', 'calls', 'chats', 'completed']

export function AgentFigures({ agent, period }: { agent: AgentPerformance; period: Period }) {
  const { t } = useTranslation('agents')
  return (
    <Panel
      title={t('agent.figures')}
      about={agent.compared_with ? t('agent.figuresAbout', { team: agent.compared_with }) : undefined}
    >
      <dl className="agents-tiles">
        {comparedMetrics.map((id) => {
          const metric = agent.metrics.find((one) => one.id === id)
          return metric && <Tile key={id} agent={agent} metric={metric} period={period} />
        })}
      </dl>
    </Panel>
  )
}

function Tile({ agent, metric, period }: { agent: AgentPerformance; metric: Metric; period: Period }) {
  const { t } = useTranslation(['agents', 'charts'])
  const { say } = useUnits()
  const nameOf = useMetricName()
  const figure = chartFigure(agent.figures[metric.id], period, { agent: agent.agent_id })
  const ofTeam = sums.includes(metric.id) ? undefined : agent.team_figures[metric.id]?.value
  const name = nameOf(metric.id, metric.name)
  return (
    <div className="agents-tile">
      <Text component="dt" size="xs" c="dimmed" title={metric.definition}>
        {name}
      </Text>
      <dd>
        <span className="agents-tile-value">
          <FigureLink figure={figure} unit={metric.unit} of={name} isBig />
        </span>
        {figure && figure.value === null && (
          <Text size="xs" c="dimmed">
            {figure.reason}
          </Text>
        )}
        {figure?.previous != null && <Change figure={figure} unit={metric.unit} better={metric.better} />}
        {ofTeam != null && (
          <Text size="xs" c="dimmed">
            {t(agent.compared_with ? 'agent.team' : 'agent.everybody', { value: say(ofTeam, metric.unit) })}
          </Text>
        )}
        {figure && figure.value !== null && !sums.includes(metric.id) && (
          <Text size="xs" c="dimmed">
            {t('agent.from', { count: figure.n })}
          </Text>
        )}
      </dd>
    </div>
  )
}
