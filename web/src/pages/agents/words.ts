// What metrics and agents are called here, which are compared, and where their figures lead.

import { useTranslation } from 'react-i18next'
import type { ChartFigure } from '../../components/charts/chart-data.ts'
import type agents from '../../strings/en/agents.json'
import type { Period } from './period.ts'
import type { Figure } from './queries.ts'

/** What an agent and a team are looked at by. */
export const comparedMetrics = [
  'conversations',
  'aht',
  'silence_ratio',
  'hold_time',
  'avg_response_time',
  'sentiment_customer',
  'negative_turn_ratio',
  'satisfaction_estimated',
] as const

type Known = keyof typeof agents.metric

/** Short names for columns; the server's own for the rest. */
export function useMetricName() {
  const { t } = useTranslation('agents')
  return (id: string, name: string): string => t(`metric.${id as Known}`, { defaultValue: name })
}

export const calledOf = (agent: { name: string | null; email: string | null; agent_id: string }): string =>
  agent.name ?? agent.email ?? agent.agent_id.slice(0, 8)

/** `opens`: what the conversations behind it are narrowed by, besides the days. */
export const chartFigure = (
  figure: Figure | undefined,
  period: Period,
  opens: Record<string, string> | null,
): ChartFigure | undefined =>
  figure && {
    value: figure.value,
    reason: figure.reason,
    previous: figure.previous?.value,
    n: figure.n,
    excluded: figure.excluded,
    opens: opens && { search: { ...opens, from: period.from, to: period.to } },
  }

/** Fewer conversations than that say little, and nobody is ranked by them. */
export const rankedMin = 20
