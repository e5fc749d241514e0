// What an aggregate is: a figure over many conversations, declared once. The list of them: catalogue.ts, queues.ts and
// unavailable.ts; how one is computed: figures.ts.

import type { NumberColumn } from '../facts/columns.ts'
import { counts, derived, measures } from '../rollups/measures.ts'

export type Spec =
  /** `factor` times one sum of the daily tables over another; without `den`, the sum itself. */
  | { kind: 'sums'; num: string; den: string | null; n: string; among: string; factor: number; shift: number }
  /** The group's part of the whole of all groups. */
  | { kind: 'share'; num: string; n: string; factor: number; among: string }
  /** Read off a histogram, or exactly where few conversations are asked for. */
  | { kind: 'percentile'; measure: string; rank: number }
  /** Of a column that the daily tables do not keep. */
  | { kind: 'facts'; column: NumberColumn; how: 'mean' | 'median' }
  | { kind: 'missing'; reason: string }

export type Aggregate = {
  id: string
  version: number
  name: string
  unit: string
  /** In words, with what is above and below the line. */
  formula: string
  numerator: string
  denominator: string | null
  /** Whether more of it is better; null where neither is. */
  better: 'more' | 'less' | null
  spec: Spec
}

export type Wording = Pick<Aggregate, 'id' | 'name' | 'unit' | 'better'> & { version?: number; formula: string }

const scaleOf = (id: string): number => measures.find((one) => one.id === id)?.scale ?? 1

/** Thrown while the program starts, when the catalogue names a sum that nobody keeps. */
const known = (name: string): string => {
  const isKept =
    Object.hasOwn(derived, name) ||
    counts.some(({ id }) => id === name) ||
    measures.some(({ id, den }) => [`${id}_n`, `${id}_num`, ...(den ? [`${id}_den`] : [])].includes(name))
  if (!isKept) throw new Error(`the daily tables keep no ${name}`)
  return name
}

export const count = (wording: Wording, column: string): Aggregate => ({
  version: 1,
  ...wording,
  numerator: wording.formula,
  denominator: null,
  spec: { kind: 'sums', num: known(column), den: null, n: column, among: column, factor: 1, shift: 0 },
})

/** Of a measure: its sum. */
export const total = (wording: Wording, measure: string, among = 'completed'): Aggregate => ({
  version: 1,
  ...wording,
  numerator: wording.formula,
  denominator: null,
  spec: sums({ num: `${measure}_num`, den: null, n: `${measure}_n`, among, factor: 1 / scaleOf(measure) }),
})

/** Of a measure: its sum over the number of conversations that have it. */
export const mean = (wording: Wording, measure: string, among = 'completed'): Aggregate => ({
  version: 1,
  ...wording,
  numerator: `Sum of it, in ${wording.unit}`,
  denominator: 'Conversations that have it',
  spec: sums({ num: `${measure}_num`, den: `${measure}_n`, n: `${measure}_n`, among, factor: 1 / scaleOf(measure) }),
})

/** Of a measure with a denominator of its own: one sum over the other, never a mean of percentages. */
export const ratio = (
  wording: Wording & { numerator: string; denominator: string },
  measure: string,
  factor: number,
): Aggregate => ({
  version: 1,
  ...wording,
  spec: sums({ num: `${measure}_num`, den: `${measure}_den`, n: `${measure}_n`, among: 'completed', factor }),
})

/** How many of one kind among those of another, in per cent. */
export const share = (
  wording: Wording & { numerator: string; denominator: string },
  num: string,
  den: string,
  among = den,
): Aggregate => ({ version: 1, ...wording, spec: sums({ num, den, n: den, among, factor: 100 }) })

export const percentile = (wording: Wording, measure: string, rank: number): Aggregate => ({
  version: 1,
  ...wording,
  numerator: `The value below which ${rank * 100} % of the conversations lie`,
  denominator: null,
  spec: { kind: 'percentile', measure, rank },
})

export const ofFacts = (wording: Wording, column: NumberColumn, how: 'mean' | 'median' = 'mean'): Aggregate => ({
  version: 1,
  ...wording,
  numerator: how === 'mean' ? `Sum of it, in ${wording.unit}` : 'The middle value',
  denominator: how === 'mean' ? 'Conversations that have it' : null,
  spec: { kind: 'facts', column, how },
})

export const missing = (id: string, unit: string, formula: string, reason: string): Aggregate => ({
  id,
  version: 1,
  name: id.replaceAll('_', ' '),
  unit,
  formula,
  numerator: '',
  denominator: null,
  better: null,
  spec: { kind: 'missing', reason },
})

function sums(spec: {
  num: string
  den: string | null
  n: string
  among: string
  factor: number
  shift?: number
}): Spec & { kind: 'sums' } {
  for (const name of [spec.num, spec.den, spec.n, spec.among]) if (name !== null) known(name)
  return { kind: 'sums', shift: 0, ...spec }
}
