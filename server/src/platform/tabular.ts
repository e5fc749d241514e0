// Tables in text, as programs and spreadsheets really write them: any of four delimiters, all line ends mixed, quotes
// that are half right. What is written here, and tables that people prepare by our own rules, are csv.ts.
//
// A reader of our own: it tells the line on which a row begins and where it lies in the text (so that a row can be read
// again alone), and bounds the cells of a row before they are made, which csv-parse does not.

import { Problem } from './problem.ts'

export type TableLimits = { rowCharsMax: number; columnsMax: number; rowsMax: number }

export const defaultTableLimits: TableLimits = { rowCharsMax: 2 ** 20, columnsMax: 9_999, rowsMax: 200_000 }

/** `line` counts from 1, and is that on which the row begins; `start` is its place in the text. */
export type TableRow = { line: number; start: number; values: string[] }

export type Table = { name: string; text: string; delimiter: string; header: TableRow; limits: TableLimits }

/** Spreadsheets write all the 1,048,576 rows that they have when the last one was ever touched. */
const emptyRowsMax = 2 * 2 ** 20

type Place = { at: number; line: number }

/**
 * Finds the delimiter by the first line that holds anything, or by Excel's own `sep=;` before it.
 * @param name for what is told of errors: `metadata.csv line 7: …`
 * @throws Problem('invalid', 'invalid_table' | 'row_too_long' | 'too_many_columns')
 */
export function openTable(name: string, text: string, limits: TableLimits = defaultTableLimits): Table {
  if (text.includes('\0')) throw invalid('invalid_table', `${name} holds NUL characters: it is no table in text.`)
  const said = /^\s*"?sep=([,;|\t])"?[^\S\r\n]*(?:\r\n|\r|\n|$)/i.exec(text)
  const start = said ? { at: said[0].length, line: 1 + lineEndsIn(said[0]) } : { at: 0, line: 1 }
  const delimiter = said?.[1] ?? delimiterOf(text.slice(0, limits.rowCharsMax))
  const shape = { name, text, delimiter, limits }
  for (const header of rowsFrom(shape, start)) return { ...shape, header }
  throw invalid('invalid_table', `${name} is empty.`)
}

/** The rows below the header that hold anything. @throws Problem('invalid', …) as openTable does, or 'too_many_rows' */
export function* rowsOf(table: Table): Generator<TableRow> {
  let count = 0
  let isHeader = true
  for (const row of rowsFrom(table, table.header)) {
    if (!isHeader) {
      if (++count > table.limits.rowsMax) {
        const detail = `${table.name} has more than the ${table.limits.rowsMax} rows allowed. Send it in parts.`
        throw invalid('too_many_rows', detail)
      }
      yield row
    }
    isHeader = false
  }
}

/** One row once more. */
export const rowAt = (table: Table, { start, line }: Omit<TableRow, 'values'>): string[] =>
  readRow(table, { at: start, line }).values

function* rowsFrom(shape: Omit<Table, 'header'>, from: Place | TableRow): Generator<TableRow> {
  let place: Place = 'start' in from ? { at: from.start, line: from.line } : from
  let empty = 0
  while (place.at < shape.text.length) {
    const { values, next } = readRow(shape, place)
    if (values.some((value) => value !== '')) yield { line: place.line, start: place.at, values }
    else if (++empty > emptyRowsMax) {
      throw invalid('too_many_rows', `${shape.name} has more than ${emptyRowsMax} empty rows. Delete them.`)
    }
    place = next
  }
}

const quote = 0x22
const cr = 0x0d
const lf = 0x0a

function readRow(shape: Omit<Table, 'header'>, place: Place): { values: string[]; next: Place } {
  const { name, text, limits } = shape
  const delimiter = shape.delimiter.charCodeAt(0)
  const values: string[] = []
  let { at, line } = place
  const end = Math.min(text.length, place.at + limits.rowCharsMax + 1)
  const tooLong = () => {
    const detail = `${name} line ${place.line}: the row is longer than ${limits.rowCharsMax} characters. Is a quote left open?`
    return invalid('row_too_long', detail)
  }
  for (;;) {
    if (values.length >= limits.columnsMax) {
      throw invalid('too_many_columns', `${name} line ${place.line}: there are more than ${limits.columnsMax} columns.`)
    }
    const start = at
    let bare = start
    while (isBlank(text.charCodeAt(bare)) && text.charCodeAt(bare) !== delimiter) bare++
    // Excel keeps a number as text by writing it as a formula: ="0821234567".
    const opening = text.charCodeAt(bare) === 0x3d ? bare + 1 : bare
    let quoted: string | null = null
    if (text.charCodeAt(opening) === quote) {
      const closing = closingQuote(text, opening, end)
      if (closing === null) {
        if (end < text.length) throw tooLong()
        throw invalid('invalid_table', `${name} line ${line}: a quote is opened and not closed.`)
      }
      const inner = text.slice(opening + 1, closing)
      line += lineEndsIn(inner)
      at = closing + 1
      if (opening === bare) quoted = inner.replaceAll('""', '"')
    }
    const tail = at
    let code = text.charCodeAt(at)
    while (at < end && code !== delimiter && code !== cr && code !== lf) code = text.charCodeAt(++at)
    // What stands behind a closing quote belongs to the cell, and then so do the quotes.
    const isWhole = quoted !== null && text.slice(tail, at).trim() === ''
    values.push((isWhole ? (quoted as string) : text.slice(start, at)).trim())
    if (at >= text.length) return { values, next: { at: text.length, line } }
    if (at >= end) throw tooLong()
    at++
    if (code === delimiter) continue
    if (code === cr && text.charCodeAt(at) === lf) at++
    return { values, next: { at, line: line + 1 } }
  }
}

/** Doubled quotes stand for one. */
function closingQuote(text: string, opening: number, end: number): number | null {
  for (let at = opening + 1; ; at += 2) {
    at = text.indexOf('"', at)
    if (at < 0 || at >= end) return null
    if (text.charCodeAt(at + 1) !== quote) return at
  }
}

const isBlank = (code: number) => code === 0x20 || code === 0x09 || code === 0xa0

function lineEndsIn(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === lf || (code === cr && text.charCodeAt(at + 1) !== lf)) count++
  }
  return count
}

/** Of the four, the one that is in the first line most often, quoted parts left out. */
function delimiterOf(text: string): string {
  const counts = new Map([',', ';', '\t', '|'].map((one) => [one, 0]))
  const line = text.trimStart()
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string
    if (char === '"') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (char === '\r' || char === '\n') break
    else if (counts.has(char)) counts.set(char, (counts.get(char) ?? 0) + 1)
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

const invalid = (code: string, detail: string) => new Problem('invalid', code, detail)
