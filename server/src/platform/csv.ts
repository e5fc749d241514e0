// CSV in and out: what spreadsheets make of it, bounded, and harmless to the spreadsheet that opens ours.

import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { Problem } from './problem.ts'

export type CsvRow = { line: number; values: string[] }

const columnsMax = 100
const recordCharsMax = 64 * 1024

/**
 * Reads UTF-8, or UTF-16 with its byte order mark, with commas or semicolons between the fields; which of them, the first
 * line shows. Rows may have any number of values; empty lines are left out.
 * @throws Problem('invalid', 'invalid_csv' | 'too_many_rows'), Problem('invalid', 'invalid_utf8')
 */
export function readCsv(bytes: Uint8Array, { rowsMax }: { rowsMax: number }): { header: string[]; rows: CsvRow[] } {
  const text = decode(bytes)
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
      max_record_size: recordCharsMax,
      to: rowsMax + 2,
    }) as never
  } catch (cause) {
    const detail = `The CSV cannot be read: ${(cause as Error).message.slice(0, 200)}.`
    throw new Problem('invalid', 'invalid_csv', detail, { cause })
  }
  const [first, ...rest] = records
  if (!first) throw new Problem('invalid', 'invalid_csv', 'The CSV is empty. Its first line names the columns.')
  if (rest.length > rowsMax) {
    throw new Problem('invalid', 'too_many_rows', `The CSV has more than ${rowsMax} rows. Send it in parts.`)
  }
  const header = first.record.map((name) => name.toLowerCase())
  if (header.length > columnsMax || new Set(header).size < header.length) {
    const detail = `The first line of the CSV must name up to ${columnsMax} columns, once each.`
    throw new Problem('invalid', 'invalid_csv', detail)
  }
  return { header, rows: rest.map(({ record, info }) => ({ line: info.lines, values: record })) }
}

function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  let text: string
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Problem('invalid', 'invalid_utf8', 'The CSV is not UTF-8. Save it as "CSV UTF-8".', { cause })
  }
  if (text.includes('\0')) throw new Problem('invalid', 'invalid_csv', 'The CSV holds NUL characters. Remove them.')
  return text
}

function delimiterOf(text: string): ',' | ';' {
  const [line = ''] = text.slice(0, recordCharsMax).split(/[\r\n]/, 1)
  return line.split(';').length > line.split(',').length ? ';' : ','
}

/** What a spreadsheet runs as a formula (CWE-1236), also behind blanks, which some leave out when they read. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r]\s*\S/

/** Cells that a spreadsheet would run as a formula come with a leading quote. */
export const writeCsv = (header: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  writeCsvRows([header, ...rows])

/** Of fields. Where the comma is the decimal sign, spreadsheets put whole lines into one column without the semicolon. */
export type Separator = ',' | ';'

/** More rows of a file that is written in parts. */
export const writeCsvRows = (rows: readonly (readonly unknown[])[], separator: Separator = ','): string =>
  stringify(rows as unknown[][], {
    delimiter: separator,
    cast: { string: (cell) => (formula.test(cell) ? `'${cell}` : cell) },
    record_delimiter: '\r\n',
    // The library quotes what holds the delimiter of records; a spreadsheet begins a row at half of it too.
    quoted_match: /[\r\n]/,
  })

/** A cell as it was before `writeCsv` made it harmless. */
export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell
