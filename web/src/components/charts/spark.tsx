// A small line beside a figure: its course over the period. What it shows is in words elsewhere, so nothing reads it out.

const [width, height, edge] = [120, 36, 3]

export function Spark({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null)
  if (known.length < 3) return null
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const x = (index: number) => edge + (index / (values.length - 1)) * (width - 2 * edge)
  const y = (value: number) => height - edge - ((value - least) / (most - least || 1)) * (height - 2 * edge)
  /** What is not known leaves a gap. */
  const runs: string[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([])
    else runs.at(-1)?.push(`${x(index).toFixed(1)},${y(value).toFixed(1)}`)
  }
  const last = values.findLastIndex((value) => value !== null)
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden className="chart-spark">
      {runs
        .filter((run) => run.length > 0)
        .map((run) => (
          <polyline key={run[0]} points={run.length === 1 ? `${run[0]} ${run[0]}` : run.join(' ')} />
        ))}
      <circle cx={x(last)} cy={y(values[last] as number)} r={2.5} />
    </svg>
  )
}
