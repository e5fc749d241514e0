// The page of a PDF: its fonts, margins, headings and lines of text. The fonts are DejaVu Sans, embedded as far as they are
// used: the standard fonts of PDF have no ḓ, ḽ, ṋ and ṱ, which Tshivenḓa needs.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'

export type Pdf = InstanceType<typeof PDFDocument>

export const margin = 48
export const colour = {
  text: '#1f2430',
  faint: '#667085',
  line: '#d0d5dd',
  series: '#2563a8',
  shade: '#f2f4f7',
} as const
const footerSpace = 30

const { resolve } = createRequire(import.meta.url)
const fontFile = (name: string) => readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`))
let fonts: { plain: Buffer; bold: Buffer } | undefined

/** A4. Nothing is written anywhere yet: the document is a stream. */
export function openPdf(info: { title: string; madeAt: Date }): Pdf {
  fonts ??= { plain: fontFile('DejaVuSans'), bold: fontFile('DejaVuSans-Bold') }
  const pdf = new PDFDocument({
    size: 'A4',
    margin,
    bufferPages: true,
    lang: 'en',
    info: { Title: info.title, Producer: 'Indaba', Creator: 'Indaba', CreationDate: info.madeAt },
  })
  pdf.registerFont('plain', fonts.plain as unknown as ArrayBuffer)
  pdf.registerFont('bold', fonts.bold as unknown as ArrayBuffer)
  return pdf.font('plain').fontSize(10).fillColor(colour.text)
}

export const widthOf = (pdf: Pdf): number => pdf.page.width - 2 * margin

export const bottomOf = (pdf: Pdf): number => pdf.page.height - margin - footerSpace

/** A new page where less than `height` is left of this one. */
export function keepTogether(pdf: Pdf, height: number): void {
  if (pdf.y + height > bottomOf(pdf)) pdf.addPage()
}

export function heading(pdf: Pdf, text: string, size: number): void {
  keepTogether(pdf, size * 3)
  pdf.moveDown(0.6).font('bold').fontSize(size).fillColor(colour.text)
  pdf.text(clean(text), margin, pdf.y, { width: widthOf(pdf) })
  pdf.font('plain').fontSize(9).moveDown(0.3)
}

export function line(pdf: Pdf, text: string, isFaint = false): void {
  pdf
    .font('plain')
    .fontSize(9)
    .fillColor(isFaint ? colour.faint : colour.text)
  const shown = clean(text)
  keepTogether(pdf, pdf.heightOfString(shown, { width: widthOf(pdf) }))
  pdf.text(shown, margin, pdf.y, { width: widthOf(pdf) }).fillColor(colour.text)
}

const lineCharsMax = 2000

/** On one line, without what no font shows. */
export const clean = (text: string): string =>
  text
    .slice(0, lineCharsMax)
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\p{Cf}\ufffd]/gu, '')
    .trim()

/** As much of it as fits on one line of that width, in the font and size that are set. */
export function fitted(pdf: Pdf, text: string, width: number): string {
  const shown = clean(text)
  if (pdf.widthOfString(shown) <= width) return shown
  let [least, most] = [0, Math.min(shown.length, 400)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (pdf.widthOfString(`${shown.slice(0, middle)}…`) <= width) least = middle
    else most = middle - 1
  }
  return `${shown
    .slice(0, least)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`
}

/** Last of all: the page of how many, under each. */
export function numberPages(pdf: Pdf, text: string): void {
  const { start, count } = pdf.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    pdf.switchToPage(page)
    // Text below the margin would begin a new page.
    const { bottom } = pdf.page.margins
    pdf.page.margins.bottom = 0
    const y = pdf.page.height - margin
    pdf.font('plain').fontSize(8).fillColor(colour.faint)
    pdf.text(fitted(pdf, text, widthOf(pdf) - 80), margin, y, { lineBreak: false })
    const number = `${page - start + 1} / ${count}`
    pdf.text(number, pdf.page.width - margin - pdf.widthOfString(number), y, { lineBreak: false })
    pdf.page.margins.bottom = bottom
  }
}
