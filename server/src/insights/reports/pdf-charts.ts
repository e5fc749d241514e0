// Charts of a PDF as vectors: a line over time, or bars. A value that is missing is a gap, never zero.

import { clean, colour, fitted, keepTogether, margin, type Pdf, widthOf } from './pdf-page.ts'
import { type Chart, shownNumber } from './report-figures.ts'

const height = 130
const axisWidth = 54
const labelHeight = 14
const labelsMax = 10
const gridLines = 4

export function drawChart(pdf: Pdf, chart: Chart): void {
  keepTogether(pdf, height + 50)
  pdf.moveDown(0.4).font('bold').fontSize(9).fillColor(colour.text)
  pdf.text(
    `${clean(chart.title)}${chart.unit && chart.unit !== 'n' ? ` (${chart.unit})` : ''}, n = ${chart.n}`,
    margin,
    pdf.y,
  )
  pdf.font('plain').fontSize(7)
  const values = chart.points.flatMap(({ value }) => (value === null ? [] : [value]))
  if (values.length === 0) {
    pdf
      .fillColor(colour.faint)
      .text('There is nothing to draw in this period.', margin, pdf.y + 2)
      .fillColor(colour.text)
    return
  }
  const top = pdf.y + 9
  const [low, high] = bounds(values, chart.unit === 'n')
  const box = { left: margin + axisWidth, top, width: widthOf(pdf) - axisWidth, height }
  const yOf = (value: number) => box.top + box.height * (1 - (value - low) / (high - low))
  const step = box.width / chart.points.length
  const xOf = (index: number) => box.left + step * (index + 0.5)
  grid(pdf, box, { low, high, unit: chart.unit, yOf })
  if (chart.kind === 'bar')
    bars(pdf, chart.points, { xOf, yOf, width: Math.min(step * 0.7, 40), zero: yOf(Math.max(low, 0)) })
  else curve(pdf, chart.points, { xOf, yOf })
  labels(pdf, chart.points, { xOf, y: box.top + box.height + 3, step })
  pdf.x = margin
  pdf.y = box.top + box.height + labelHeight
}

type Point = Chart['points'][number]
type Place = { xOf(index: number): number; yOf(value: number): number }

/** Round numbers around the values; from zero where all are on one side of it. */
export function bounds(values: number[], isWhole = false): [low: number, high: number] {
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const span = Math.max(high - low || 1, isWhole ? gridLines : 0)
  const rough = span / gridLines
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10)
  return [Math.floor(low / step) * step, Math.max(Math.ceil(high / step), low < 0 ? 0 : 1) * step]
}

function grid(
  pdf: Pdf,
  box: { left: number; top: number; width: number; height: number },
  { low, high, unit, yOf }: { low: number; high: number; unit: string; yOf(value: number): number },
): void {
  pdf.lineWidth(0.5).strokeColor(colour.line).fillColor(colour.faint)
  for (let index = 0; index <= gridLines; index++) {
    const value = low + ((high - low) * index) / gridLines
    const y = yOf(value)
    pdf
      .moveTo(box.left, y)
      .lineTo(box.left + box.width, y)
      .stroke()
    const text = fitted(pdf, shownNumber(value, unit === '%' ? '%' : ''), axisWidth - 6)
    pdf.text(text, box.left - 6 - pdf.widthOfString(text), y - 4, { lineBreak: false })
  }
  pdf.fillColor(colour.text)
}

function bars(pdf: Pdf, points: Point[], { xOf, yOf, width, zero }: Place & { width: number; zero: number }): void {
  pdf.fillColor(colour.series)
  for (const [index, { value }] of points.entries()) {
    if (!value) continue
    const y = yOf(value)
    pdf.rect(xOf(index) - width / 2, Math.min(y, zero), width, Math.max(Math.abs(zero - y), 0.5)).fill()
  }
  pdf.fillColor(colour.text)
}

function curve(pdf: Pdf, points: Point[], { xOf, yOf }: Place): void {
  pdf.lineWidth(1.5).strokeColor(colour.series).fillColor(colour.series)
  let isDrawing = false
  for (const [index, { value }] of points.entries()) {
    if (value !== null && isDrawing) pdf.lineTo(xOf(index), yOf(value))
    else if (value !== null) pdf.moveTo(xOf(index), yOf(value))
    else if (isDrawing) pdf.stroke()
    isDrawing = value !== null
  }
  if (isDrawing) pdf.stroke()
  // One alone between gaps is no line.
  if (points.length <= 62) {
    for (const [index, { value }] of points.entries())
      if (value !== null) pdf.circle(xOf(index), yOf(value), 1.8).fill()
  }
  pdf.fillColor(colour.text)
}

function labels(
  pdf: Pdf,
  points: Point[],
  { xOf, y, step }: { xOf(index: number): number; y: number; step: number },
): void {
  const every = Math.ceil(points.length / labelsMax)
  pdf.fillColor(colour.faint).fontSize(7)
  for (const [index, { label }] of points.entries()) {
    if (index % every !== 0) continue
    const text = fitted(pdf, label, step * every - 4)
    pdf.text(text, xOf(index) - pdf.widthOfString(text) / 2, y, { lineBreak: false })
  }
  pdf.fillColor(colour.text)
}
