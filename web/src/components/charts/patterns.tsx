// The patterns that fill bars and slices, and the swatches of legends.

import { useId } from 'react'
import { fillOf, lookOf, looksCount, type Pattern } from './looks.ts'

const strokes: Record<Pattern, string> = {
  stripes: 'M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4',
  dots: 'M4,4 h0.01',
  bars: 'M4,0 v8',
  back: 'M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4',
  rows: 'M0,4 h8',
  grid: 'M4,0 v8 M0,4 h8',
  wide: 'M0,8 l8,-8',
}

export function Patterns({ id, count }: { id: string; count: number }) {
  return (
    <defs>
      {Array.from({ length: Math.min(count, looksCount) }, (_, index) => {
        const { colour, pattern } = lookOf(index)
        if (!pattern) return null
        return (
          <pattern key={pattern} id={`${id}-${index}`} width={8} height={8} patternUnits="userSpaceOnUse">
            <rect width={8} height={8} fill={colour} />
            <path
              d={strokes[pattern]}
              stroke="var(--mantine-color-body)"
              strokeOpacity={0.65}
              strokeWidth={pattern === 'dots' ? 3 : 1.5}
              strokeLinecap={pattern === 'dots' ? 'round' : 'butt'}
            />
          </pattern>
        )
      })}
    </defs>
  )
}

export function Swatch({ index, isLine = false }: { index: number; isLine?: boolean }) {
  const id = useId()
  const { colour, dash } = lookOf(index)
  return (
    <svg width={isLine ? 24 : 14} height={14} aria-hidden className="chart-swatch">
      {isLine ? (
        <line x1={0} x2={24} y1={7} y2={7} stroke={colour} strokeWidth={2.5} strokeDasharray={dash} />
      ) : (
        <>
          <Patterns id={id} count={index + 1} />
          <rect width={14} height={14} rx={3} fill={fillOf(id, index)} />
        </>
      )}
    </svg>
  )
}
