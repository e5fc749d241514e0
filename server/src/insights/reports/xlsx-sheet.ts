// One sheet of a workbook as SpreadsheetML (ECMA-376 part 1, §18.3), written row by row: typed cells, a header that stays,
// column widths. Words are inline strings, which no spreadsheet runs as formulas, so they need no quote.

import type { Cell } from './columns.ts'

export type SheetColumn = { title: string; width: number }

/** Rows of one sheet, its header included: the limit of the format's readers. */
export const sheetRowsMax = 1_048_576
/** Characters of one cell: the same. */
const cellCharsMax = 32_767
const widthMax = 80
const dayMs = 86_400_000
/** Day 0 as spreadsheets count; before the first of March 1900 they count a day that never was. */
const dayZeroMs = Date.UTC(1899, 11, 30)
const firstSureMs = Date.UTC(1900, 2, 1)

export const style = { plain: 0, header: 1, date: 2 } as const

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
export const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'

export const xml = (body: string): string => declaration + body

export function sheetHead(columns: readonly SheetColumn[]): string {
  const widths = columns
    .map(
      ({ width }, index) =>
        `<col min="${index + 1}" max="${index + 1}" width="${Math.min(width, widthMax)}" customWidth="1"/>`,
    )
    .join('')
  const header = columns.map(({ title }, index) => textCell(title, `${letters(index)}1`, style.header)).join('')
  return xml(
    `<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" ` +
      `activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${widths && `<cols>${widths}</cols>`}` +
      `<sheetData><row r="1">${header}</row>`,
  )
}

export const sheetTail = '</sheetData></worksheet>'

/** `number`: from 1, the header is the first. Times of the day are those of the zone: a spreadsheet knows none. */
export function rowXml(cells: readonly Cell[], number: number, localMs: (at: Date) => number): string {
  let text = `<row r="${number}">`
  for (const [index, cell] of cells.entries()) {
    if (cell === null || cell === '') continue
    text += cellXml(cell, `${letters(index)}${number}`, localMs)
  }
  return `${text}</row>`
}

function cellXml(cell: NonNullable<Cell>, place: string, localMs: (at: Date) => number): string {
  if (typeof cell === 'number') {
    return Number.isFinite(cell) ? `<c r="${place}"><v>${cell}</v></c>` : textCell(String(cell), place)
  }
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`
  if (typeof cell === 'string') return textCell(cell, place)
  const at = localMs(cell)
  if (at < firstSureMs) return textCell(cell.toISOString(), place)
  return `<c r="${place}" s="${style.date}"><v>${(at - dayZeroMs) / dayMs}</v></c>`
}

function textCell(text: string, place: string, styled: number = style.plain): string {
  const shown = text.length > cellCharsMax ? `${text.slice(0, cellCharsMax - 1)}…` : text
  const by = styled === style.plain ? '' : ` s="${styled}"`
  return `<c r="${place}"${by} t="inlineStr"><is><t xml:space="preserve">${escapeXml(shown)}</t></is></c>`
}

/** What XML 1.0 does not know, halves of characters included (https://www.w3.org/TR/xml/#charsets). */
const unknownToXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu
const special: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

/** `_x0041_` stands for a character in spreadsheets (ECMA-376 part 1, §22.9.2.19): what only looks so is spelled out. */
export const escapeXml = (text: string): string =>
  text
    .replace(unknownToXml, '')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[&<>"\r]/g, (char) => special[char] as string)

const names: string[] = []

/** `A` to `XFD`. */
export function letters(index: number): string {
  const known = names[index]
  if (known) return known
  let name = ''
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  }
  names[index] = name
  return name
}

const stepMs = 900_000
const offsetsMax = 20_000

/** Milliseconds as a clock of the zone shows them. Offsets change at quarters of an hour, so that one is looked up for each. */
export function clockOf(timeZone: string): (at: Date) => number {
  const offsets = new Map<number, number>()
  return (at) => {
    const step = Math.floor(at.getTime() / stepMs)
    let offset = offsets.get(step)
    if (offset === undefined) {
      if (offsets.size >= offsetsMax) offsets.clear()
      const zoned = Temporal.Instant.fromEpochMilliseconds(step * stepMs).toZonedDateTimeISO(timeZone)
      offset = zoned.offsetNanoseconds / 1e6
      offsets.set(step, offset)
    }
    return at.getTime() + offset
  }
}
