// A workbook as a stream: sheets are written while their rows come, in constant memory, and what lists them comes last.
// Why not by a library: docs/decisions/0019-xlsx-as-a-stream.md.

import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { breaths } from '../../platform/breaths.ts'
import type { Cell } from './columns.ts'
import {
  clockOf,
  escapeXml,
  main,
  rowXml,
  type SheetColumn,
  sheetHead,
  sheetRowsMax,
  sheetTail,
  xml,
} from './xlsx-sheet.ts'

export type Sheet = {
  name: string
  columns: readonly SheetColumn[]
  /** Many rows at a time. */
  rows: AsyncIterable<readonly (readonly Cell[])[]>
}

type Options = {
  /** Of the dates. */
  timeZone: string
  rowsMax?: number
}

const sheetNameCharsMax = 31
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packaged = 'http://schemas.openxmlformats.org/package/2006'
/** A third of the time of the library's own level, for a file that is a tenth larger. */
const compressionLevel = 3

/** Rows past the limit of a sheet go on in further ones. The stream fails where the rows do. */
export function writeXlsx(sheets: readonly Sheet[], { timeZone, rowsMax = sheetRowsMax }: Options): Readable {
  const zip = new ZipFile()
  // The library hands out a PassThrough, and types it as less.
  const output = zip.outputStream as Readable
  let current: Readable | undefined
  const fail = (error: unknown) => output.destroy(error as Error)
  zip.on('error', fail)
  output.on('close', () => current?.destroy())

  async function write(): Promise<void> {
    const written: string[] = []
    const localMs = clockOf(timeZone)
    for (const sheet of sheets) {
      const rows = rowsOf(sheet.rows)
      try {
        for (let part = 1; part === 1 || rows.isLeft(); part++) {
          written.push(sheetName(sheet.name, part, written))
          current = Readable.from(sheetXml(sheet.columns, rows, { localMs, rowsMax }), { objectMode: false })
          const options = { mtime: new Date(), compressionLevel }
          zip.addReadStream(current, `xl/worksheets/sheet${written.length}.xml`, options)
          await finished(current)
        }
      } finally {
        await rows.close()
      }
    }
    for (const [path, text] of partsOf(written)) zip.addBuffer(Buffer.from(text), path)
    zip.end()
  }
  write().catch(fail)
  return output
}

type Rows = { next(): Promise<readonly Cell[] | null>; isLeft(): boolean; close(): Promise<unknown> }

/** One by one, and whether there is another is known before it is asked for. */
function rowsOf(batches: Sheet['rows']): Rows {
  const source = batches[Symbol.asyncIterator]()
  let batch: readonly (readonly Cell[])[] = []
  let at = 0
  let isOver = false
  const fill = async () => {
    while (at >= batch.length && !isOver) {
      const { value, done } = await source.next()
      isOver = done === true
      batch = done ? [] : value
      at = 0
    }
  }
  return {
    async next() {
      if (at >= batch.length) await fill()
      const row = batch[at++] ?? null
      if (at >= batch.length) await fill()
      return row
    },
    isLeft: () => at < batch.length,
    close: async () => source.return?.(),
  }
}

const chunkChars = 64 * 1024

async function* sheetXml(
  columns: readonly SheetColumn[],
  rows: Rows,
  { localMs, rowsMax }: { localMs: (at: Date) => number; rowsMax: number },
): AsyncGenerator<string> {
  const breath = breaths(200)
  let text = sheetHead(columns)
  for (let number = 2; number <= rowsMax; number++) {
    const row = await rows.next()
    if (!row) break
    text += rowXml(row, number, localMs)
    if (text.length >= chunkChars) {
      yield text
      text = ''
    }
    await breath()
  }
  yield text + sheetTail
}

/** Without what the format forbids there, and none twice. */
function sheetName(name: string, part: number, taken: readonly string[]): string {
  const ending = part > 1 ? ` (${part})` : ''
  const bare = name.replace(/[\\/?*[\]:'\s\p{Cc}]+/gu, ' ').trim() || 'Sheet'
  const wanted = `${bare.slice(0, sheetNameCharsMax - ending.length).toWellFormed()}${ending}`
  if (!taken.some((one) => one.toLowerCase() === wanted.toLowerCase())) return wanted
  return sheetName(bare.slice(0, sheetNameCharsMax - 6), part + 1, taken)
}

const partsOf = (names: readonly string[]): [path: string, text: string][] => [
  ['xl/workbook.xml', workbook(names)],
  [
    'xl/_rels/workbook.xml.rels',
    relations([
      ...names.map((_, index): [string, string] => ['worksheet', `worksheets/sheet${index + 1}.xml`]),
      ['styles', 'styles.xml'],
    ]),
  ],
  ['xl/styles.xml', styles],
  ['_rels/.rels', relations([['officeDocument', 'xl/workbook.xml']])],
  ['[Content_Types].xml', contentTypes(names.length)],
]

const workbook = (names: readonly string[]) =>
  xml(
    `<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>${names
      .map((name, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
      .join('')}</sheets></workbook>`,
  )

const relations = (all: [type: string, target: string][]) =>
  xml(
    `<Relationships xmlns="${packaged}/relationships">${all
      .map(
        ([type, target], index) =>
          `<Relationship Id="rId${index + 1}" Type="${relationships}/${type}" Target="${target}"/>`,
      )
      .join('')}</Relationships>`,
  )

const sheetml = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const contentTypes = (sheets: number) => {
  const overrides = [
    ['/xl/workbook.xml', 'sheet.main'],
    ['/xl/styles.xml', 'styles'],
    ...Array.from({ length: sheets }, (_, index) => [`/xl/worksheets/sheet${index + 1}.xml`, 'worksheet']),
  ]
  return xml(
    `<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `${overrides.map(([name, type]) => `<Override PartName="${name}" ContentType="${sheetml}.${type}+xml"/>`).join('')}</Types>`,
  )
}

/** In the order of `style` (xlsx-sheet.ts): plain, header, date. */
const styles = xml(
  `<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>` +
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>' +
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
)
