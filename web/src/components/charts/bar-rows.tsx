// Bars of categories, longest first. It is a table as well: each bar stands beside its name and its number.

import { Text } from '@mantine/core'
import { useId } from 'react'
import { Change } from './change.tsx'
import { byUnit, type ChartData, type Series } from './chart-data.ts'
import { FigureLink } from './figure-link.tsx'
import { fillOf } from './looks.ts'
import { Patterns, Swatch } from './patterns.tsx'
import { Scrolled } from './scrolled.tsx'

export function BarRows({ data, caption }: { data: ChartData; caption: string }) {
  const [first] = data.series
  if (!first) return null
  const size = (figures: ChartData['points'][number]['figures']) => figures[first.id]?.value ?? Number.NEGATIVE_INFINITY
  const points = data.points.toSorted((one, other) => size(other.figures) - size(one.figures))
  const scales = new Map(
    byUnit(data.series).flatMap((group) => group.map(({ id }) => [id, scaleOf(data, group)] as const)),
  )
  return (
    <Scrolled name={caption}>
      {data.series.length > 1 && (
        <ul className="chart-legend">
          {data.series.map(({ id, name }, index) => (
            <li key={id}>
              <Swatch index={index} /> {name}
            </li>
          ))}
        </ul>
      )}
      <table className="chart-bars">
        <caption className="chart-unseen">{caption}</caption>
        <colgroup>
          <col />
          <col />
        </colgroup>
        <thead className="chart-unseen">
          <tr>
            <th scope="col">{data.heading}</th>
            <th scope="col">{data.series.map(({ name }) => name).join(', ')}</th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.key}>
              <th scope="row">
                <Text size="sm" truncate title={point.label}>
                  {point.label}
                </Text>
              </th>
              <td>
                {data.series.map((series, index) => (
                  <div key={series.id} className="chart-bar">
                    <Bar index={index} value={point.figures[series.id]?.value ?? null} scale={scales.get(series.id)} />
                    <span className="chart-bar-value">
                      <FigureLink
                        figure={point.figures[series.id]}
                        unit={series.unit}
                        of={`${series.name}, ${point.label}`}
                      />
                      {point.figures[series.id] && (
                        <Change
                          figure={point.figures[series.id] as never}
                          unit={series.unit}
                          better={series.better}
                          isBrief
                        />
                      )}
                    </span>
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  )
}

type Scale = { least: number; most: number }

/** From 0, to both sides where there are values below it. */
function scaleOf({ points }: ChartData, series: readonly Series[]): Scale {
  const values = points.flatMap(({ figures }) => series.map(({ id }) => figures[id]?.value ?? 0))
  const floor = series[0]?.unit === '1..5' ? 1 : 0
  return { least: Math.min(floor, ...values), most: Math.max(floor, ...values) }
}

function Bar({ index, value, scale }: { index: number; value: number | null; scale: Scale | undefined }) {
  const id = useId()
  const { least = 0, most = 1 } = scale ?? {}
  const span = most - least || 1
  const at = (one: number) => ((one - least) / span) * 100
  const zero = Math.max(least, 0)
  const [from, to] = value === null ? [0, 0] : [at(Math.min(zero, value)), at(Math.max(zero, value))]
  return (
    <svg className="chart-bar-track" aria-hidden width="100%" height={14}>
      <Patterns id={id} count={index + 1} />
      <rect width="100%" height={14} rx={4} className="chart-bar-ground" />
      <rect
        x={`${from}%`}
        width={`${Math.max(to - from, value ? 0.6 : 0)}%`}
        height={14}
        rx={4}
        fill={fillOf(id, index)}
      />
      {least < 0 && <line x1={`${at(0)}%`} x2={`${at(0)}%`} y2={14} className="chart-zero" />}
    </svg>
  )
}
