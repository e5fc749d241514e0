// What has become of a figure since the period before: an arrow, words, and whether that is good.

import { Text } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { ChartFigure } from './chart-data.ts'
import { useUnits } from './units.ts'

export function Change({
  figure: { value, previous },
  unit,
  better,
  isBrief = false,
}: {
  figure: ChartFigure
  unit: string
  better: string | null | undefined
  /** Only the arrow and the amount are seen; the words are read out. */
  isBrief?: boolean
}) {
  const { t } = useTranslation('charts')
  const { say, difference, isSame } = useUnits()
  if (previous === undefined || value === null) return null
  const size = isBrief ? 'xs' : 'sm'
  if (previous === null)
    return isBrief ? null : (
      <Text size={size} c="dimmed">
        {t('change.nothingBefore')}
      </Text>
    )
  const before = t('change.before', { value: say(previous, unit) })
  if (isSame(value, previous, unit))
    return (
      <Text size={size} c="dimmed" className="chart-change" title={before} span={isBrief}>
        <IconEqual size={14} aria-hidden /> {t('change.same')}
      </Text>
    )
  const isUp = value > previous
  const judged = better === null || better === undefined ? null : (better === 'more') === isUp ? 'better' : 'worse'
  const Arrow = isUp ? IconArrowUpRight : IconArrowDownRight
  const away = difference(value, previous, unit)
  const words = [
    t(`change.${away?.isShare ? (isUp ? 'more' : 'less') : isUp ? 'higher' : 'lower'}`),
    ...(judged ? [t(`change.${judged}`)] : []),
  ].join(', ')
  return (
    <Text
      size={size}
      span={isBrief}
      className={`chart-change ${judged ? `chart-${judged}` : 'chart-unjudged'}`}
      title={before}
    >
      <Arrow size={15} aria-hidden />
      <span>
        {away?.amount} <span className={isBrief ? 'chart-unseen' : undefined}>{words}</span>
        <span className="chart-unseen">. {before}</span>
      </span>
    </Text>
  )
}
