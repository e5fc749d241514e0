// A chart of any kind, and its numbers as a table for whoever would rather read them. What draws curves is loaded when it is
// first needed, into a place of the same size.

import { Center, Skeleton, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { BarRows } from './bar-rows.tsx'
import { type ChartData, type ChartKind, commonReason, hasValues } from './chart-data.ts'
import { FiguresTable } from './figures-table.tsx'
import './charts.css'

const plots = () => import('./plots.ts')
const Plot = lazy(async () => ({ default: (await plots()).Plot }))
const Slices = lazy(async () => ({ default: (await plots()).Slices }))

/** For a page that will show charts: what draws them comes while its figures are on their way. */
export const preparePlots = (): void => void plots()

/** Fills the height that it is given. `asNumbers` shows the table in place of the chart, with what is in each figure. */
export function Chart({
  kind,
  data,
  caption,
  asNumbers = false,
}: {
  kind: ChartKind
  data: ChartData
  caption: string
  asNumbers?: boolean
}) {
  const { t } = useTranslation('charts')
  if (!hasValues(data) && !(asNumbers && data.points.length > 0))
    return (
      <Center h="100%">
        <Text size="sm" c="dimmed" ta="center" maw={320}>
          {commonReason(data) ?? t(data.points.length === 0 ? 'empty' : 'none')}
        </Text>
      </Center>
    )
  if (asNumbers || kind === 'table') return <FiguresTable data={data} caption={caption} isDetailed={asNumbers} />
  if (kind === 'bar' && data.over === 'category') return <BarRows data={data} caption={caption} />
  return (
    <Suspense fallback={<Skeleton height="100%" aria-hidden />}>
      {kind === 'pie' || kind === 'doughnut' ? (
        <Slices data={data} caption={caption} isRing={kind === 'doughnut'} />
      ) : (
        <Plot data={data} caption={caption} kind={kind} />
      )}
    </Suspense>
  )
}
