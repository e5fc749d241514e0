// Lines and bars over time or bins. Each unit has an axis of its own, one plot under the other. Loaded when first shown.

import { useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts'
import { byUnit, type ChartData, type Point, type Series } from './chart-data.ts'
import { fillOf, lookOf, looksCount } from './looks.ts'
import { Patterns, Swatch } from './patterns.tsx'
import { useUnits } from './units.ts'

type Kind = 'line' | 'bar' | 'histogram'

export function Plot({ data, kind, caption }: { data: ChartData; kind: Kind; caption: string }) {
  const { t } = useTranslation('charts')
  const shown = { ...data, series: data.series.slice(0, looksCount) }
  const groups = byUnit(shown.series)
  const isCompared = data.points.some(({ figures }) => Object.values(figures).some(({ previous }) => previous != null))
  return (
    <div className="chart-plots">
      {(shown.series.length > 1 || isCompared) && (
        <ul className="chart-legend">
          {shown.series.map(({ id, name }, index) => (
            <li key={id}>
              <Swatch index={index} isLine={kind === 'line'} /> {name}
            </li>
          ))}
          {isCompared && (
            <li>
              <svg width={24} height={14} aria-hidden>
                <line x2={24} y1={7} y2={7} className="chart-before" />
              </svg>{' '}
              {t('before')}
            </li>
          )}
        </ul>
      )}
      {groups.map((group) => (
        <OneAxis
          key={group[0]?.unit}
          data={shown}
          group={group}
          kind={kind}
          caption={caption}
          isLast={group === groups.at(-1)}
        />
      ))}
    </div>
  )
}

function OneAxis({
  data: { points, series },
  group,
  kind,
  caption,
  isLast,
}: {
  data: ChartData
  group: Series[]
  kind: Kind
  caption: string
  isLast: boolean
}) {
  const id = useId()
  const navigate = useNavigate()
  const { brief } = useUnits()
  const unit = group[0]?.unit ?? 'n'
  const placeOf = (one: Series) => series.indexOf(one)
  const values = points.flatMap(({ figures }) =>
    group.flatMap((one) => [figures[one.id]?.value ?? 0, figures[one.id]?.previous ?? 0]),
  )
  const isBelowZero = Math.min(0, ...values) < 0
  const open = (index: unknown) => {
    const figure = points[Number(index)]?.figures[group[0]?.id ?? '']
    if (figure?.opens) void navigate({ to: '/interactions', search: figure.opens.search as never })
  }
  const nowOf = (one: Series) => (point: Point) => point.figures[one.id]?.value ?? null
  const beforeOf = (one: Series) => (point: Point) => point.figures[one.id]?.previous ?? null
  return (
    <ComposedChart
      responsive
      data={points}
      className="chart-plot"
      title={caption}
      margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
      barCategoryGap={kind === 'histogram' ? 1 : '18%'}
      barGap={2}
      onClick={({ activeIndex }) => open(activeIndex)}
    >
      <Patterns id={id} count={series.length} />
      <CartesianGrid vertical={false} stroke="var(--mantine-color-default-border)" />
      <XAxis
        dataKey={({ short, label }: Point) => short ?? label}
        tickLine={false}
        axisLine={false}
        minTickGap={20}
        interval="preserveStartEnd"
        tick={isLast ? undefined : false}
        height={isLast ? 22 : 6}
      />
      <YAxis
        width={48}
        tickCount={unit === '-1..1' ? 5 : 4}
        tickLine={false}
        axisLine={false}
        allowDecimals={unit !== 'n'}
        domain={domainOf(unit, isBelowZero)}
        tickFormatter={(value: number) => brief(value, unit)}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={{ className: 'chart-cursor' }}
        content={(props) => <Told {...props} group={group} placeOf={placeOf} />}
      />
      {isBelowZero && <ReferenceLine y={0} stroke="var(--mantine-color-dimmed)" />}
      {kind !== 'line' &&
        group.map((one) => (
          <Bar
            key={one.id}
            name={one.name}
            dataKey={nowOf(one)}
            fill={fillOf(id, placeOf(one))}
            radius={[3, 3, 0, 0]}
            maxBarSize={40}
            isAnimationActive={false}
          />
        ))}
      {group.map((one) => (
        <Line
          key={`${one.id} before`}
          name={one.name}
          dataKey={beforeOf(one)}
          className="chart-before"
          dot={false}
          activeDot={false}
          isAnimationActive={false}
          type="monotone"
        />
      ))}
      {kind === 'line' && group.length === 1 && group[0] && (
        <Area
          dataKey={nowOf(group[0])}
          fill={lookOf(placeOf(group[0])).colour}
          fillOpacity={0.1}
          stroke="none"
          baseValue={isBelowZero ? 0 : undefined}
          activeDot={false}
          isAnimationActive={false}
          type="monotone"
        />
      )}
      {kind === 'line' &&
        group.map((one) => {
          const { colour, dash } = lookOf(placeOf(one))
          return (
            <Line
              key={one.id}
              name={one.name}
              dataKey={nowOf(one)}
              stroke={colour}
              strokeWidth={2.25}
              strokeDasharray={dash}
              dot={({ key, cx, cy, index }) =>
                isMarked(points, one.id, index) && typeof cy === 'number' ? (
                  <circle key={key} cx={cx} cy={cy} r={3} fill={colour} />
                ) : (
                  <g key={key} />
                )
              }
              activeDot={{ r: 5 }}
              isAnimationActive={false}
              type="monotone"
            />
          )
        })}
    </ComposedChart>
  )
}

/** From 0, but where there are values below it; a scale that ends shows nothing beyond its ends. */
function domainOf(unit: string, isBelowZero: boolean): [number | 'auto', number | 'auto'] {
  if (unit === '-1..1') return isBelowZero ? [-1, 1] : [0, 1]
  if (unit === '1..5') return [1, 5]
  return isBelowZero ? ['auto', 'auto'] : [0, 'auto']
}

const fewPoints = 14

/** Few points have marks, and so has a day alone between days without a value, of which no line would be seen. */
function isMarked(points: readonly Point[], id: string, index: number): boolean {
  const has = (at: number) => points[at]?.figures[id]?.value != null
  return has(index) && (points.length <= fewPoints || !(has(index - 1) || has(index + 1)))
}

function Told({
  active,
  payload,
  group,
  placeOf,
}: TooltipContentProps & { group: Series[]; placeOf: (one: Series) => number }) {
  const { t } = useTranslation('charts')
  const { say } = useUnits()
  const point = payload[0]?.payload as Point | undefined
  if (!active || !point) return null
  return (
    <div className="chart-told">
      <strong>{point.label}</strong>
      {group.map((one) => {
        const figure = point.figures[one.id]
        return (
          <div key={one.id}>
            <Swatch index={placeOf(one)} /> {one.name}:{' '}
            <b>{figure?.value == null ? (figure?.reason ?? t('none')) : say(figure.value, one.unit)}</b>
            {figure?.previous != null && (
              <small> {t('change.before', { value: say(figure.previous, one.unit) })}</small>
            )}
          </div>
        )
      })}
    </div>
  )
}
