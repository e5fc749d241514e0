// What a report says, before it is a page or a table: parts with figures, charts and tables. Every figure carries how many
// conversations it rests on and its formula, and where there is none, why.

import type { Cell } from './columns.ts'

export type Figure = {
  id: string
  title: string
  unit: string
  value: number | null
  /** Conversations that it rests on. */
  n: number
  /** Those of the period that could not count. */
  excluded: number
  formula: string
  /** Why there is no value. */
  reason: string | null
}

export type Chart = {
  title: string
  kind: 'line' | 'bar'
  unit: string
  /** Null leaves a gap. */
  points: { label: string; value: number | null }[]
  n: number
}

export type Table = {
  title: string
  columns: { title: string; type: 'text' | 'number' }[]
  rows: Cell[][]
  note: string | null
}

export type Part = { title: string; figures: Figure[]; charts: Chart[]; tables: Table[]; notes: string[] }

export type ReportFigures = {
  title: string
  /** Period, zone, filters, when and for whom it was made. */
  facts: [name: string, value: string][]
  /** Conversations of the period. */
  n: number
  parts: Part[]
  warnings: string[]
}

export const part = (title: string, filled: Partial<Part> = {}): Part => ({
  title,
  figures: [],
  charts: [],
  tables: [],
  notes: [],
  ...filled,
})

/** Each formula once, for the footnotes. */
export const formulasOf = ({ parts }: ReportFigures): [id: string, formula: string][] => [
  ...new Map(parts.flatMap(({ figures }) => figures.map(({ id, formula }) => [id, formula] as const))),
]

export const missingOf = ({ parts }: ReportFigures): Figure[] => [
  ...new Map(
    parts.flatMap(({ figures }) => figures.filter(({ value }) => value === null).map((one) => [one.id, one] as const)),
  ).values(),
]

/** As people read it, with its unit; what is on a scale (`-1..1`) or a bare number stands alone. */
export function shownNumber(value: number | null, unit: string): string {
  if (value === null) return '–'
  const digits = Math.abs(value) >= 1000 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2
  const text = new Intl.NumberFormat('en-GB', { maximumFractionDigits: digits }).format(value)
  return isBare(unit) ? text : `${text} ${unit}`
}

const isBare = (unit: string): boolean => unit === '' || unit === 'n' || unit === 'ratio' || isScale(unit)
const isScale = (unit: string): boolean => unit.includes('..')

export const titleOf = ({ title, unit }: Pick<Figure, 'title' | 'unit'>): string =>
  isScale(unit) ? `${title} (${unit.replace('..', ' to ')})` : title
