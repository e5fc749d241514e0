// One widget with its figures, or why it has none. The figures of all but histograms come with those of the board.

import { Alert, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { Chart } from '../../components/charts/chart.tsx'
import { Stat } from '../../components/charts/stat.tsx'
import { useUnits } from '../../components/charts/units.ts'
import { Failed } from '../../components/states.tsx'
import { useGroupLabels } from './group-labels.ts'
import type { Days } from './periods.ts'
import { type Answer, catalogueQuery, type Figures, spreadQuery, type Widget as WidgetOf } from './queries.ts'
import { courseOf, spreadOf } from './questions.ts'
import type { View } from './view.ts'
import { type Context, chartDataOf, figureOf, filtersOf, spreadDataOf } from './widget-data.ts'
import { WidgetFrame } from './widget-frame.tsx'

type Asked = { widget: WidgetOf; view: View; days: Days }

export function Widget({ widget, figures, view, days }: Asked & { figures: Figures | undefined }) {
  const { t } = useTranslation('home')
  const context = useContextOf(widget, view)
  if (widget.chart === 'histogram') return <Spread widget={widget} view={view} days={days} />
  const found = figures?.answers[widget.id]
  const fallback = widget.title ?? ''
  if (!found)
    return (
      <WidgetFrame title={fallback} meanings={[]} hasNumbers={false}>
        {() => <Skeleton height="100%" aria-hidden />}
      </WidgetFrame>
    )
  if ('error' in found)
    return (
      <WidgetFrame title={fallback || t('widget.untitled')} meanings={[]} hasNumbers={false}>
        {() => (
          <Alert color="yellow" title={t('widget.refused')} p="xs">
            {found.error.message}
          </Alert>
        )}
      </WidgetFrame>
    )
  const title = titleOf(widget, found.metrics)
  const first = found.rows[0]
  const meanings = found.metrics.map((one) => ({ ...one, basis: first?.metrics[one.id]?.basis }))
  const data = chartDataOf(found, context)
  return (
    <WidgetFrame title={title} meanings={meanings} hasNumbers={widget.chart !== 'card' && data.points.length > 0}>
      {(asNumbers) =>
        widget.chart === 'card' ? (
          <Card answer={found} course={figures?.answers[courseOf(widget.id)]} context={context} />
        ) : data.points.length === 0 && found.notes.length > 0 ? (
          <Text size="sm" c="dimmed">
            {found.notes.join(' ')}
          </Text>
        ) : (
          <Chart kind={widget.chart as 'bar'} data={data} caption={title} asNumbers={asNumbers} />
        )
      }
    </WidgetFrame>
  )
}

export const titleOf = ({ title }: Pick<WidgetOf, 'title'>, metrics: readonly { name: string }[]): string =>
  title || metrics.map(({ name }) => name).join(', ')

function useContextOf(widget: WidgetOf, view: View): Context {
  const { t } = useTranslation('home')
  const labels = useGroupLabels()
  const mayOpen = useMay()('calls:read')
  return { labels, heading: (group) => t(`group.${group}`), filters: filtersOf(view.filters, widget), mayOpen }
}

function Card({
  answer,
  course,
  context,
}: {
  answer: Answer
  course: Figures['answers'][string] | undefined
  context: Context
}) {
  const isNamed = answer.metrics.length > 1
  return (
    <div className={isNamed ? 'widget-stats' : undefined}>
      {answer.metrics.map((metric) => (
        <Stat
          key={metric.id}
          series={metric}
          figure={figureOf(answer, answer.rows[0], metric.id, context)}
          course={
            course && 'rows' in course && !isNamed
              ? course.rows.map(({ metrics }) => metrics[metric.id]?.value ?? null)
              : undefined
          }
          isNamed={isNamed}
        />
      ))}
    </div>
  )
}

/** How the values behind a metric are spread: a question of its own for each. */
function Spread({ widget, view, days }: Asked) {
  const { t } = useTranslation('home')
  const { brief } = useUnits()
  const context = useContextOf(widget, view)
  const catalogue = useQuery(catalogueQuery)
  const metric = catalogue.data?.metrics.find(({ id }) => id === widget.metrics[0])
  const measure = metric?.distribution ?? null
  const spread = useQuery({
    ...spreadQuery(spreadOf(widget, measure ?? '', view, days)),
    enabled: measure !== null,
  })
  const error = catalogue.error ?? spread.error
  const title = widget.title ?? (metric ? t('widget.spreadOf', { name: metric.name }) : '')
  const range = (from: number | null, to: number | null) => {
    const [low, high] = [from, to].map((value) => value !== null && brief(value, spread.data?.unit ?? 'n'))
    return low && high ? `${low} – ${high}` : low || (high ? t('widget.below', { value: high }) : '')
  }
  return (
    <WidgetFrame title={title} meanings={metric ? [metric] : []} hasNumbers={(spread.data?.n ?? 0) > 0}>
      {(asNumbers) =>
        error ? (
          <Failed error={error} retry={() => void spread.refetch()} />
        ) : metric && !measure ? (
          <Text size="sm" c="dimmed">
            {t('widget.noSpread', { name: metric.name })}
          </Text>
        ) : spread.data ? (
          <Chart
            kind="histogram"
            data={spreadDataOf(
              spread.data,
              { heading: metric?.name ?? '', series: t('widget.spreadCount'), range },
              context,
            )}
            caption={title}
            asNumbers={asNumbers}
          />
        ) : (
          <Skeleton height="100%" aria-hidden />
        )
      }
    </WidgetFrame>
  )
}
