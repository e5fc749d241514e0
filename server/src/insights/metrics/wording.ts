// How aggregates of one kind are worded: in seconds, in per cent, on a scale.

import type { Aggregate } from './aggregate.ts'

export const seconds = (id: string, name: string, formula: string, better: Aggregate['better'] = null) => ({
  id,
  name,
  unit: 's',
  formula,
  better,
})

export const perCent = (
  id: string,
  name: string,
  numerator: string,
  denominator: string,
  better: Aggregate['better'] = null,
) => ({ id, name, unit: '%', better, numerator, denominator, formula: `${numerator} / ${denominator} * 100` })

export const score = (
  id: string,
  name: string,
  column: string,
  unit = '-1..1',
  better: Aggregate['better'] = 'more',
) => ({
  id,
  name,
  unit,
  better,
  formula: `Mean of ${column} of each conversation`,
})
