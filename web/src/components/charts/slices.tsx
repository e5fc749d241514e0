// The parts of a whole: a ring or a pie, with its legend in order of size and the number beside each name.

import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Pie, PieChart, Tooltip } from 'recharts'
import type { ChartData, ChartFigure } from './chart-data.ts'
import { FigureLink } from './figure-link.tsx'
import { fillOf, looksCount } from './looks.ts'
import { Patterns, Swatch } from './patterns.tsx'
import { Scrolled } from './scrolled.tsx'
import { useUnits } from './units.ts'

export function Slices({ data, isRing, caption }: { data: ChartData; isRing: boolean; caption: string }) {
  const { t } = useTranslation('charts')
  const { say } = useUnits()
  const id = useId()
  const [series] = data.series
  if (!series) return null
  const slices = slicesOf(data, series.id, (count) => t('others', { count }))
  const whole = slices.reduce((sum, { value }) => sum + value, 0)
  return (
    <div className="chart-slices">
      <div className="chart-pie">
        <PieChart responsive title={caption} style={{ width: '100%', height: '100%' }}>
          <Patterns id={id} count={slices.length} />
          <Pie
            data={slices.map((slice, index) => ({ ...slice, fill: fillOf(id, index) }))}
            dataKey="value"
            nameKey="label"
            innerRadius={isRing ? '66%' : 0}
            outerRadius="98%"
            startAngle={90}
            endAngle={-270}
            stroke="var(--mantine-color-body)"
            strokeWidth={2}
            isAnimationActive={false}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) =>
              active && payload[0] ? (
                <div className="chart-told">
                  <strong>{payload[0].name}</strong> {say(Number(payload[0].value), series.unit)} (
                  {say((Number(payload[0].value) / whole) * 100, '%')})
                </div>
              ) : null
            }
          />
        </PieChart>
        {isRing && (
          <div className="chart-whole" aria-hidden>
            <b>{say(whole, series.unit)}</b>
            <span>{series.name}</span>
          </div>
        )}
      </div>
      <Scrolled name={caption}>
        <table className="chart-parts">
          <caption className="chart-unseen">{caption}</caption>
          <thead className="chart-unseen">
            <tr>
              <th scope="col">{data.heading}</th>
              <th scope="col">{series.name}</th>
              <th scope="col">{t('share')}</th>
            </tr>
          </thead>
          <tbody>
            {slices.map(({ key, label, value, figure }, index) => (
              <tr key={key}>
                <th scope="row">
                  <Swatch index={index} /> {label}
                </th>
                <td>
                  {figure ? (
                    <FigureLink figure={figure} unit={series.unit} of={`${series.name}, ${label}`} />
                  ) : (
                    say(value, series.unit)
                  )}
                </td>
                <td>{say(Math.round((value / whole) * 100), '%')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </div>
  )
}

type Slice = { key: string; label: string; value: number; figure: ChartFigure | null }

/** By size; those beyond the eighth look are one. What is not known or nothing has no slice. */
function slicesOf({ points }: ChartData, id: string, others: (count: number) => string): Slice[] {
  const all = points
    .flatMap(({ key, label, figures }): Slice[] => {
      const figure = figures[id]
      return figure?.value ? [{ key, label, value: figure.value, figure }] : []
    })
    .toSorted((one, other) => other.value - one.value)
  if (all.length <= looksCount) return all
  const rest = all.slice(looksCount - 1)
  const value = rest.reduce((sum, one) => sum + one.value, 0)
  return [...all.slice(0, looksCount - 1), { key: 'others', label: others(rest.length), value, figure: null }]
}
