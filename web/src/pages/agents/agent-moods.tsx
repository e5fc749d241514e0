// How the conversations of one agent divide by mood.

import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Chart } from '../../components/charts/chart.tsx'
import type { ChartData } from '../../components/charts/chart-data.ts'
import { Panel } from '../../components/panel.tsx'
import type { Period } from './period.ts'
import type { AgentPerformance } from './queries.ts'

const moods = ['positive', 'neutral', 'negative'] as const

export function AgentMoods({ agent, period }: { agent: AgentPerformance; period: Period }) {
  const { t } = useTranslation(['agents', 'charts', 'shell'])
  const figures = moods.map((mood) => ({ mood, figure: agent.figures[`sentiment_${mood}_share`] }))
  const data: ChartData = {
    over: 'category',
    heading: t('agent.mood'),
    series: [{ id: 'share', name: t('charts:share'), unit: '%' }],
    points: figures.map(({ mood, figure }) => ({
      key: mood,
      label: t(`shell:sentiment.${mood}`),
      figures: {
        share: {
          value: figure?.value ?? null,
          reason: figure?.reason,
          n: figure?.numerator ?? 0,
          excluded: 0,
          opens: { search: { agent: agent.agent_id, sentiment: mood, from: period.from, to: period.to } },
        },
      },
    })),
  }
  const n = figures[0]?.figure?.n
  return (
    <Panel title={t('agent.moods')} about={n === undefined ? undefined : t('agent.from', { count: n })}>
      <div className="agents-moods">
        <Chart kind="bar" data={data} caption={t('agent.moods')} />
      </div>
      <Text size="xs" c="dimmed">
        {t('agent.moodsAbout')}
      </Text>
    </Panel>
  )
}
