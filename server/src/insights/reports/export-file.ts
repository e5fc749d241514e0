// The file of an export: the rows of a selection, one after the other, as CSV, XLSX or NDJSON. Read in pages of constant
// size, no faster than they are taken.

import { Readable } from 'node:stream'
import { type ExportRow, readExportRows, type Viewer } from '../../conversations/index.ts'
import { breaths } from '../../platform/breaths.ts'
import { writeCsvRows } from '../../platform/csv.ts'
import type { Db } from '../../platform/db/db.ts'
import { sameScope } from '../../platform/db/scope.ts'
import { type Cell, type Column, cellsOf, columnsOf, wantsMetadata } from './columns.ts'
import { keyCounter } from './flatten.ts'
import { conversationJson } from './row-json.ts'
import { whereOf } from './selection.ts'
import type { ExportDefinition, ExportFormat } from './shapes.ts'
import { type Sheet, writeXlsx } from './xlsx.ts'

const pageRows = 500
/** Spreadsheets take a file with it for UTF-8. */
const byteOrderMark = '\ufeff'

export type ExportFile = {
  stream: Readable
  /** Once the stream has ended. */
  told(): { rows: number; warnings: string[] }
}

type Input = {
  by: Viewer
  definition: ExportDefinition
  format: ExportFormat
  timeZone: string
  about: [string, string][]
}

/** @throws before the first byte what the database says of the selection; the stream fails with what comes later */
export async function exportFile(db: Db, input: Input): Promise<ExportFile> {
  const { definition, format } = input
  // Streams are pulled by whoever takes them, wherever that is.
  const here = sameScope()
  const isTable = format !== 'ndjson'
  const { keys, left } =
    isTable && wantsMetadata(definition.columns) ? await metadataKeys(db, input, here) : { keys: [], left: 0 }
  const columns = columnsOf(definition.columns, keys)
  const withFindings = format === 'ndjson' || columns.some(({ isFinding }) => isFinding)
  let rows = 0
  const counted = async function* (): AsyncGenerator<ExportRow[]> {
    for await (const page of pagesOf(db, input, { here, withFindings })) {
      rows += page.length
      yield page
    }
  }
  const warnings =
    left > 0 ? [`${left} names of the metadata have no column of their own; NDJSON has all of them.`] : []
  const stream =
    format === 'ndjson'
      ? Readable.from(asNdjson(counted(), definition.columns), { objectMode: false })
      : format === 'csv'
        ? Readable.from(asCsv(counted(), columns, definition.separator), { objectMode: false })
        : asXlsx(counted(), columns, input)
  return { stream, told: () => ({ rows, warnings }) }
}

type Here = ReturnType<typeof sameScope>

async function* pagesOf(
  db: Db,
  { by, definition }: Pick<Input, 'by' | 'definition'>,
  { here, withFindings }: { here: Here; withFindings: boolean },
): AsyncGenerator<ExportRow[]> {
  const where = whereOf(by, definition, definition)
  const { offset = 0, limit = Number.POSITIVE_INFINITY } = definition.page ?? {}
  let [skipped, taken] = [0, 0]
  let after: ExportRow['conversation'] | null = null
  while (taken < limit) {
    const page: ExportRow[] = await here(() => readExportRows(db, by, { where, after, limit: pageRows, withFindings }))
    const from = Math.min(page.length, Math.max(0, offset - skipped))
    const wanted = page.slice(from, from + limit - taken)
    skipped += from
    taken += wanted.length
    if (wanted.length > 0) yield wanted
    after = page.at(-1)?.conversation ?? null
    if (page.length < pageRows) return
  }
}

/** As they are shown: where a conversation is masked its names are, too. */
async function metadataKeys(
  db: Db,
  input: Pick<Input, 'by' | 'definition'>,
  here: Here,
): Promise<{ keys: string[]; left: number }> {
  const counter = keyCounter()
  for await (const page of pagesOf(db, input, { here, withFindings: false }))
    for (const { conversation } of page) counter.add(conversation.metadata)
  return counter.keys()
}

async function* asNdjson(pages: AsyncIterable<ExportRow[]>, ids: string[] | null): AsyncGenerator<string> {
  const columns = ids && columnsOf(ids, [])
  for await (const page of pages) {
    const lines = page.map((row) => JSON.stringify(columns ? chosen(columns, row) : conversationJson(row)))
    yield `${lines.join('\n')}\n`
  }
}

const chosen = (columns: Column[], row: ExportRow) => {
  const cells = cellsOf(columns, row)
  return Object.fromEntries(columns.map(({ id }, index) => [id, cells[index]]))
}

async function* asCsv(pages: AsyncIterable<ExportRow[]>, columns: Column[], separator: ',' | ';') {
  yield byteOrderMark + writeCsvRows([columns.map(({ title }) => title)], separator)
  for await (const page of tables(pages, columns))
    yield writeCsvRows(
      page.map((row) => row.map(plain)),
      separator,
    )
}

const plain = (cell: Cell): Cell =>
  cell instanceof Date ? cell.toISOString() : typeof cell === 'boolean' ? String(cell) : cell

/** A full page of wide rows takes some ten milliseconds: others go first in between. */
async function* tables(pages: AsyncIterable<ExportRow[]>, columns: Column[]): AsyncGenerator<Cell[][]> {
  const breath = breaths(100)
  for await (const page of pages) {
    const table: Cell[][] = []
    for (const row of page) {
      table.push(cellsOf(columns, row))
      await breath()
    }
    yield table
  }
}

function asXlsx(pages: AsyncIterable<ExportRow[]>, columns: Column[], { timeZone, about }: Input): Readable {
  const sheets: Sheet[] = [
    { name: 'Conversations', columns, rows: tables(pages, columns) },
    {
      name: 'Columns',
      columns: ['Column', 'Title', 'Type', 'Unit', 'What it is'].map((title, n) => ({
        title,
        width: n === 4 ? 80 : 30,
      })),
      rows: once(columns.map(({ id, title, type, unit, about }) => [id, title, type, unit ?? null, about])),
    },
    {
      name: 'About',
      columns: [
        { title: 'What', width: 24 },
        { title: 'Value', width: 80 },
      ],
      rows: once([...about, ['Times', `of the zone ${timeZone}`]]),
    },
  ]
  return writeXlsx(sheets, { timeZone })
}

async function* once(rows: Cell[][]) {
  yield rows
}
