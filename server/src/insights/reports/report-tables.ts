// A report as tables: one long CSV, or a workbook with a sheet for the figures and one for each table and chart.

import { Readable } from 'node:stream'
import { writeCsvRows } from '../../platform/csv.ts'
import type { Cell } from './columns.ts'
import type { ReportFigures } from './report-figures.ts'
import { type Sheet, writeXlsx } from './xlsx.ts'

const figureColumns = ['Part', 'Figure', 'Id', 'Value', 'Unit', 'n', 'Left out', 'Why there is none', 'Formula']

const figureRows = ({ parts }: ReportFigures): Cell[][] =>
  parts.flatMap(({ title, figures }) =>
    figures.map((one): Cell[] => [
      title,
      one.title,
      one.id,
      one.value,
      one.unit,
      one.n,
      one.excluded,
      one.value === null ? (one.reason ?? 'not computable') : null,
      one.formula,
    ]),
  )

const empty: Cell[][] = [['There was no conversation in this period.']]

/** Blocks with an empty line between them: what it is about, figures, trends, tables. */
export function writeReportCsv(report: ReportFigures): Readable {
  const blocks: Cell[][][] = [
    [['Report', report.title], ...report.facts, ...report.warnings.map((text): Cell[] => ['To be known', text])],
    ...(report.n === 0 ? [empty] : []),
    [figureColumns, ...figureRows(report)],
    ...report.parts.flatMap(({ charts, tables }) => [
      ...charts.map(({ title, unit, points }): Cell[][] => [[title, unit], ...points.map(pointRow)]),
      ...tables.map(({ title, columns, rows, note }): Cell[][] => [
        [title],
        columns.map((column) => column.title),
        ...rows,
        ...(note ? [[note]] : []),
      ]),
    ]),
  ]
  const text = blocks.map((rows) => writeCsvRows(rows)).join('\r\n')
  return Readable.from([`\ufeff${text}`], { objectMode: false })
}

const pointRow = ({ label, value }: { label: string; value: number | null }): Cell[] => [label, value]

export function writeReportXlsx(report: ReportFigures, timeZone: string): Readable {
  const about: Cell[][] = [
    ['Report', report.title],
    ...report.facts,
    ...report.warnings.map((text): Cell[] => ['To be known', text]),
    ...(report.n === 0 ? empty : []),
  ]
  const sheets = [
    sheet('About', ['What', 'Value'], about, 50),
    sheet('Figures', figureColumns, figureRows(report)),
    ...report.parts.flatMap(({ charts, tables }) => [
      ...charts.map(({ title, unit, points }) => sheet(title, ['When', unit || 'Value'], points.map(pointRow))),
      ...tables.map(({ title, columns, rows, note }) =>
        sheet(
          title,
          columns.map((column) => column.title),
          note ? [...rows, [note]] : rows,
        ),
      ),
    ]),
  ]
  return writeXlsx(sheets, { timeZone })
}

const sheet = (name: string, titles: string[], rows: Cell[][], width = 22): Sheet => ({
  name,
  columns: titles.map((title) => ({ title, width: Math.max(width, title.length + 2) })),
  rows: (async function* () {
    yield rows
  })(),
})
