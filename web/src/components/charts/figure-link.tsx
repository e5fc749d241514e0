// A figure that opens the conversations behind it, or says why there is none.

import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Absent } from '../figures.tsx'
import type { ChartFigure } from './chart-data.ts'
import { useUnits } from './units.ts'

export function FigureLink({
  figure,
  unit,
  of,
  isBig = false,
}: {
  figure: ChartFigure | undefined
  unit: string
  /** What the figure is, for readers of the screen. */
  of: string
  isBig?: boolean
}) {
  const { t } = useTranslation('charts')
  const { write, say, from } = useUnits()
  if (!figure || figure.value === null) return <Absent reason={figure?.reason ?? t('none')} />
  const { text, unit: shown } = write(figure.value, unit)
  const written = (
    <>
      {text}
      {shown && <span className={isBig ? 'chart-unit' : undefined}> {shown}</span>}
    </>
  )
  const behind = from(figure)
  if (!figure.opens) return <span title={behind}>{written}</span>
  return (
    <Link
      to="/interactions"
      search={figure.opens.search as never}
      preload={false}
      className="chart-link"
      title={behind}
      aria-label={t('open', { of, value: say(figure.value, unit), count: figure.n })}
    >
      {written}
    </Link>
  )
}
