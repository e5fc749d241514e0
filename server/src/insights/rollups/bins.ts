// The bins of the histograms: their edges, and which measures have one.

export type BinnedMeasure = {
  id: string
  /** A column of conversation_facts. */
  column: string
  unit: string
  /** Bin k holds edges[k - 1] <= value < edges[k]; bin 0 what lies below the first, the last what lies above. */
  edges: readonly number[]
  /** So many bins are shown as one. */
  shownAsOne: number
}

const steps = (from: number, to: number, by: number) =>
  Array.from({ length: Math.round((to - from) / by) + 1 }, (_, n) => Math.round((from + n * by) * 1e6) / 1e6)

/** Each the sixth root of 2 above the one before, from 1 s to 36 hours: a percentile read off it is at most 12 % off. */
const times = Array.from({ length: 103 }, (_, n) => Math.round(2 ** (n / 6) * 1000) / 1000)

export const binned: readonly BinnedMeasure[] = [
  { id: 'duration', column: 'duration', unit: 's', edges: times, shownAsOne: 3 },
  { id: 'handle_time', column: 'handle_time', unit: 's', edges: times, shownAsOne: 3 },
  { id: 'silence_ratio', column: 'silence_ratio', unit: '%', edges: steps(0, 100, 5), shownAsOne: 1 },
  {
    id: 'talk_to_listen_ratio',
    column: 'talk_to_listen_ratio',
    unit: 'ratio',
    edges: [0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10],
    shownAsOne: 1,
  },
  { id: 'response_time', column: 'avg_response_time', unit: 's', edges: times, shownAsOne: 3 },
  { id: 'sentiment', column: 'sentiment_customer', unit: '-1..1', edges: steps(-1, 1, 0.1), shownAsOne: 1 },
  { id: 'time_to_insight', column: 'time_to_insight', unit: 's', edges: times, shownAsOne: 3 },
]

/** The bin of a fact `f`, in SQL. */
export const binOf = ({ column, edges }: BinnedMeasure): string =>
  `width_bucket(f.${column}, array[${edges.join(',')}]::float8[])::smallint`
