// A report as a PDF: figures, charts, tables, and footnotes with every formula and whatever could not be computed.

import type { Readable } from 'node:stream'
import type { Cell } from './columns.ts'
import { drawChart } from './pdf-charts.ts'
import {
  bottomOf,
  colour,
  fitted,
  heading,
  keepTogether,
  line,
  margin,
  numberPages,
  openPdf,
  type Pdf,
  widthOf,
} from './pdf-page.ts'
import {
  type Figure,
  formulasOf,
  missingOf,
  type ReportFigures,
  shownNumber,
  type Table,
  titleOf,
} from './report-figures.ts'

const cardsPerRow = 3
const cardHeight = 50
const rowHeight = 15
const headerHeight = 24
/** Of one table: nobody reads more on paper. */
const rowsMax = 200

/** All of it is in memory until it is written: some hundred pages at most, by `rowsMax`. */
export function writePdf(report: ReportFigures, madeAt: Date): Readable {
  const pdf = openPdf({ title: report.title, madeAt })
  heading(pdf, report.title, 18)
  for (const [name, value] of report.facts) line(pdf, `${name}: ${value}`, true)
  if (report.n === 0) {
    heading(pdf, 'There was no conversation in this period.', 12)
    line(pdf, 'Nothing is counted and nothing is drawn. A wider period or fewer filters may show more.')
  }
  for (const part of report.n === 0 ? [] : report.parts) {
    heading(pdf, part.title, 13)
    for (const note of part.notes) line(pdf, note, true)
    cards(pdf, part.figures)
    for (const chart of part.charts) drawChart(pdf, chart)
    for (const table of part.tables) drawTable(pdf, table)
  }
  footnotes(pdf, report)
  numberPages(pdf, report.title)
  pdf.end()
  return pdf as unknown as Readable
}

function cards(pdf: Pdf, figures: Figure[]): void {
  const width = (widthOf(pdf) - 10 * (cardsPerRow - 1)) / cardsPerRow
  for (let first = 0; first < figures.length; first += cardsPerRow) {
    keepTogether(pdf, cardHeight + 8)
    const top = pdf.y
    for (const [index, figure] of figures.slice(first, first + cardsPerRow).entries()) {
      const left = margin + index * (width + 10)
      pdf.roundedRect(left, top, width, cardHeight, 3).fillAndStroke(colour.shade, colour.line)
      const inside = width - 16
      const at = (text: string, y: number) =>
        pdf.text(fitted(pdf, text, inside), left + 8, top + y, { lineBreak: false })
      pdf.font('plain').fontSize(8).fillColor(colour.faint)
      at(titleOf(figure), 6)
      pdf.font('bold').fontSize(13).fillColor(colour.text)
      at(shownNumber(figure.value, figure.unit), 17)
      pdf.font('plain').fontSize(7).fillColor(colour.faint)
      at(figure.value === null ? (figure.reason ?? 'not computable') : `n = ${figure.n}`, 36)
    }
    pdf.x = margin
    pdf.y = top + cardHeight + 8
  }
  pdf.fillColor(colour.text)
}

function drawTable(pdf: Pdf, { title, columns, rows, note }: Table): void {
  keepTogether(pdf, rowHeight * 4)
  pdf
    .moveDown(0.5)
    .font('bold')
    .fontSize(10)
    .fillColor(colour.text)
    .text(title, margin, pdf.y, { width: widthOf(pdf) })
  pdf.moveDown(0.2)
  const texts = columns.filter(({ type }) => type === 'text').length
  const narrow = Math.min(70, (widthOf(pdf) * 0.7) / Math.max(1, columns.length - texts))
  const wide = (widthOf(pdf) - narrow * (columns.length - texts)) / Math.max(1, texts)
  const widths = columns.map(({ type }) => (type === 'text' ? wide : narrow))
  const draw = (cells: Cell[], isHeader: boolean) => {
    const top = pdf.y
    let left = margin
    pdf
      .font(isHeader ? 'bold' : 'plain')
      .fontSize(isHeader ? 7 : 8)
      .fillColor(isHeader ? colour.faint : colour.text)
    for (const [index, cell] of cells.entries()) {
      const width = widths[index] as number
      const isNumber = columns[index]?.type === 'number'
      if (isHeader) {
        const align = isNumber ? 'right' : 'left'
        pdf.text(String(cell ?? ''), left + 2, top + 3, {
          width: width - 6,
          height: headerHeight - 4,
          align,
          ellipsis: true,
        })
        left += width
        continue
      }
      const text = fitted(pdf, isNumber ? shownCell(cell) : String(cell ?? ''), width - 6)
      pdf.text(text, isNumber ? left + width - 4 - pdf.widthOfString(text) : left + 2, top + 3, { lineBreak: false })
      left += width
    }
    const height = isHeader ? headerHeight : rowHeight
    pdf
      .lineWidth(0.5)
      .strokeColor(colour.line)
      .moveTo(margin, top + height)
      .lineTo(left, top + height)
      .stroke()
    pdf.x = margin
    pdf.y = top + height
  }
  const header = columns.map(({ title }) => title)
  draw(header, true)
  for (const row of rows.slice(0, rowsMax)) {
    if (pdf.y + rowHeight > bottomOf(pdf)) {
      pdf.addPage()
      draw(header, true)
    }
    draw(row, false)
  }
  if (rows.length > rowsMax)
    line(pdf, `And ${rows.length - rowsMax} more: as CSV or XLSX the report has them all.`, true)
  if (note) line(pdf, note, true)
}

const shownCell = (cell: Cell): string => (typeof cell === 'number' ? shownNumber(cell, '') : String(cell ?? '–'))

function footnotes(pdf: Pdf, report: ReportFigures): void {
  const missing = missingOf(report)
  if (report.warnings.length > 0) {
    heading(pdf, 'To be known', 11)
    for (const warning of report.warnings) line(pdf, warning)
  }
  if (missing.length > 0 && report.n > 0) {
    heading(pdf, 'What could not be computed', 11)
    for (const { title, reason } of missing) line(pdf, `${title}: ${reason ?? 'the reason is not known'}`)
  }
  const formulas = formulasOf(report)
  if (formulas.length === 0) return
  heading(pdf, 'Formulas', 11)
  line(
    pdf,
    'n is the number of conversations that a figure rests on; those that lack what it needs are left out.',
    true,
  )
  for (const [id, formula] of formulas) line(pdf, `${id}: ${formula}`, true)
}
