// A row of a table about calls: which recording it names, and what it says of it, under the names that
// call-metadata.ts reads. Columns that nobody knows are kept under their own names.

import { directionOf } from '../call-metadata.ts'
import { type Body, isNothing } from '../flexible-body.ts'
import { errorColumns } from '../jobs/errors-csv.ts'
import type { Reason } from '../jobs/shapes.ts'
import { cleanCell, dateOfSerial, isRounded, timeOfSerial } from './cells.ts'
import { callColumn } from './columns.ts'

export type CallRow = {
  /** As the row spells it, with folders if it does. */
  file: string | null
  url: string | null
  fields: Body
  warnings: string[]
  failure: Reason | null
}

const numbers = ['caller_number', 'called_number', 'contact', 'interaction_id', 'agent_id', 'file']

/** @param where for what is told of it: `metadata.csv line 7` */
export function callRow(where: string, cells: Iterable<readonly [name: string, value: unknown]>): CallRow {
  const row: CallRow = { file: null, url: null, fields: {}, warnings: [], failure: null }
  const fields = new Map<string, unknown>()
  const warn = (text: string) => void row.warnings.push(`${where}: ${text}`)
  const keep = (name: string, value: unknown) => {
    // Two columns of one name, as in tables that were joined: both are kept.
    for (let key = name, count = 2; ; key = `${name} (${count++})`) {
      if (!fields.has(key)) return void fields.set(key, value)
    }
  }
  for (const [name, given] of cells) {
    const value = typeof given === 'string' ? cleanCell(given) : given
    if (isNothing(value) || name === '__proto__' || errorColumns.includes(name)) continue
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : null
    const column = callColumn(name)
    if (column && text !== null && numbers.includes(column) && isRounded(text)) {
      warn(`${name} is ${text}: a spreadsheet has rounded it, and its last digits are lost. Format the column as text.`)
    }
    if (text !== null && (column === 'file' || column === 'url') && row[placeOf(text)] === null)
      row[placeOf(text)] = text
    else if (column === null || fields.has(column)) keep(name, wordOf(value))
    else if (column === 'agent' && text !== null) keep(text.includes('@') ? 'agent_email' : 'agent_name', text)
    else if (column === 'caller_number' && text !== null) fields.set(column, /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text)
    else if (column === 'date_of_call' && text !== null) fields.set(column, dateIn(text, name, warn))
    else fields.set(column, value)
  }
  joinTime(fields)
  const direction = fields.get('direction')
  if (direction === 'local') fields.set('direction', 'internal')
  else if (direction !== undefined && !directionOf(direction)) {
    const reason = `Invalid direction value in CSV: ${where} has ${JSON.stringify(direction)?.slice(0, 60)}. Write inbound, outbound or internal.`
    row.failure = { code: 'invalid_direction', reason }
  }
  return { ...row, fields: Object.fromEntries(fields) }
}

/** Either column may hold the other kind: an address among file names, a path among addresses. */
const placeOf = (text: string) => (isAddress(text) ? 'url' : 'file')
export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text)

/** Spreadsheets write what is true or false in capitals. */
const wordOf = (value: unknown) => (value === 'TRUE' ? true : value === 'FALSE' ? false : value)

function dateIn(text: string, name: string, warn: (text: string) => void): string {
  const date = dateOfSerial(text)
  if (date) warn(`${name} is ${text}, a spreadsheet's number for a day: read as ${date.replace('T', ' ')}.`)
  return date ?? text
}

/** A date and its time of day in two columns. */
function joinTime(fields: Map<string, unknown>): void {
  const time = fields.get('time_of_call')
  if (time === undefined) return
  const date = fields.get('date_of_call')
  const clock = timeOfSerial(String(time)) ?? String(time)
  const day = String(date ?? '').replace(/T00:00:00$/, '')
  if (date === undefined && clock.length > 8) fields.set('date_of_call', time)
  else if (date !== undefined && !day.includes(':') && /^\d{1,2}:\d{2}/.test(clock))
    fields.set('date_of_call', `${day} ${clock}`)
  else return
  fields.delete('time_of_call')
}
