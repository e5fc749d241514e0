// How volume, handle time and mood of one agent went, day by day.

import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Chart } from '../../components/charts/chart.tsx'
import type { ChartData } from '../../components/charts/chart-data.ts'
import { daysBetween } from '../../components/days.ts'
import { useFormats } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import type { Period } from './period.ts'
import type { AgentPerformance } from './queries.ts'
import { useMetricName } from './words.ts'

const daysMax = 370

export function AgentCourses({ agent, period }: { agent: AgentPerformance; period: Period }) {
  const { t } = useTranslation(['agents', 'charts'])
  const { locale } = useFormats()
  const nameOf = useMetricName()
  const { volume_dates, volume_trend, handle_time_trend, sentiment_trend } = agent.trends
  const all = daysBetween(period.from, period.to)
  const days = all.length > daysMax ? volume_dates : all
  const write = (options: Intl.DateTimeFormatOptions) => (day: string) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(day))
  const [long, short] = [write({ dateStyle: 'medium' }), write({ day: 'numeric', month: 'short' })]

  /** `none`: what a day without conversations has. */
  const course = (id: string, values: readonly (number | null)[], none: number | null): ChartData => {
    const metric = agent.metrics.find((one) => one.id === id)
    return {
      over: 'time',
      heading: t('agent.day'),
      series: [{ id, name: nameOf(id, metric?.name ?? id), unit: metric?.unit ?? 'n', better: metric?.better }],
      points: days.map((day) => {
        const at = volume_dates.indexOf(day)
        const value = at < 0 ? none : (values[at] ?? null)
        return {
          key: day,
          label: long(day),
          short: short(day),
          figures: {
            [id]: {
              value,
              reason: value === null ? t('agent.noneThatDay') : undefined,
              n: at < 0 ? 0 : (volume_trend[at] ?? 0),
              excluded: 0,
              opens: at < 0 ? null : { search: { agent: agent.agent_id, from: day, to: day } },
            },
          },
        }
      }),
    }
  }
  const charts = [
    { kind: 'bar' as const, id: 'completed', values: volume_trend, none: 0 },
    { kind: 'line' as const, id: 'aht', values: handle_time_trend, none: null },
    { kind: 'line' as const, id: 'sentiment_customer', values: sentiment_trend, none: null },
  ]
  return (
    <Panel title={t('agent.courses')}>
      <div className="agents-grid">
        {charts.map(({ kind, id, values, none }) => {
          const data = course(id, values, none)
          const name = data.series[0]?.name ?? id
          return (
            <section key={id} aria-label={name}>
              <Text component="h3" size="sm" fw={650} mb="xs">
                {name}
              </Text>
              <div className="agents-chart">
                <Chart kind={kind} data={data} caption={t('agent.courseOf', { name })} />
              </div>
            </section>
          )
        })}
      </div>
    </Panel>
  )
}
