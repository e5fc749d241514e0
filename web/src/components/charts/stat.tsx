// One figure: its value, what has become of it, how many conversations are in it, and its course.

import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Change } from './change.tsx'
import type { ChartFigure, Series } from './chart-data.ts'
import { FigureLink } from './figure-link.tsx'
import { Spark } from './spark.tsx'
import { useUnits } from './units.ts'

export function Stat({
  series,
  figure,
  course,
  isNamed = false,
}: {
  series: Series
  figure: ChartFigure
  course?: readonly (number | null)[] | undefined
  /** Where it does not stand alone under a title. */
  isNamed?: boolean
}) {
  const { t } = useTranslation('charts')
  const { from } = useUnits()
  return (
    <div className="chart-stat">
      {isNamed && (
        <Text size="xs" c="dimmed" truncate>
          {series.name}
        </Text>
      )}
      <div className="chart-stat-row">
        <span className="chart-stat-value">
          <FigureLink figure={figure} unit={series.unit} of={series.name} isBig />
        </span>
        {course && figure.value !== null && <Spark values={course} />}
      </div>
      {figure.value === null ? (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {figure.reason ?? t('none')}
        </Text>
      ) : (
        <Change figure={figure} unit={series.unit} better={series.better} />
      )}
      {(figure.value !== null || figure.excluded > 0) && (
        <Text size="xs" c="dimmed">
          {from(figure)}
        </Text>
      )}
    </div>
  )
}
