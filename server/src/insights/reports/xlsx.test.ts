import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { openedWorkbook } from '../../../test/opened-workbook.ts'
import type { Cell } from './columns.ts'
import { writeXlsx } from './xlsx.ts'
import { clockOf, escapeXml, letters } from './xlsx-sheet.ts'

const columns = [
  { title: 'A', width: 10 },
  { title: 'B', width: 10 },
]
const timeZone = 'Africa/Johannesburg'
/** Halves of characters and control characters included. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x7f })))
  .map((units) => String.fromCharCode(...units))

async function* batches(rows: Cell[][], size = 3) {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size)
}
const opened = async (rows: Cell[][], options: { rowsMax?: number; name?: string } = {}) =>
  openedWorkbook(
    await buffer(
      writeXlsx([{ name: options.name ?? 'Rows', columns, rows: batches(rows) }], {
        timeZone,
        ...(options.rowsMax ? { rowsMax: options.rowsMax } : {}),
      }),
    ),
  )

describe('a workbook', () => {
  test('rows past the limit go on in further sheets, each with the header', async () => {
    const rows = Array.from({ length: 10 }, (_, n): Cell[] => [`r${n}`, n])
    const parts = await opened(rows, { rowsMax: 5, name: 'a/b [c]*?:\\' })
    const sheets = [...parts.keys()].filter((name) => name.startsWith('xl/worksheets/'))
    assert.equal(sheets.length, 3)
    assert.deepEqual(
      sheets.map((name) => parts.get(name)?.match(/<row /g)?.length),
      [5, 5, 3],
    )
    assert.match(parts.get('xl/workbook.xml') ?? '', /name="a b c" .*name="a b c \(2\)" .*name="a b c \(3\)"/)
    assert.equal((await opened(rows.slice(0, 4), { rowsMax: 5 })).has('xl/worksheets/sheet2.xml'), false)
  })

  test('a source that breaks breaks the file, and a reader who leaves stops the source', async () => {
    async function* broken() {
      yield [['a', 1]] as Cell[][]
      throw new Error('the database went away')
    }
    await assert.rejects(buffer(writeXlsx([{ name: 'x', columns, rows: broken() }], { timeZone })), /went away/)
    let wasStopped = false
    async function* endless() {
      try {
        for (;;) yield Array.from({ length: 1000 }, (_, n): Cell[] => [`${Math.random()}`, n])
      } finally {
        wasStopped = true
      }
    }
    const stream = writeXlsx([{ name: 'x', columns, rows: endless() }], { timeZone })
    for await (const _ of Readable.from(stream)) break
    stream.destroy()
    for (let tries = 0; !wasStopped && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(wasStopped)
  })

  test('whatever a text holds, the sheet is XML that says it', () => {
    const decoded = (text: string) =>
      text
        .replace(
          /&lt;|&gt;|&quot;|&#13;|&amp;/g,
          (one) => ({ '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#13;': '\r', '&amp;': '&' })[one] as string,
        )
        .replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeXml(text)
        assert.doesNotMatch(escaped, /[<>"]|&(?!(lt|gt|quot|amp|#13);)/)
        assert.doesNotMatch(escaped, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/)
        assert.equal(
          decoded(escaped),
          text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, ''),
        )
      }),
    )
    assert.equal(escapeXml('_x0041_'), '_x005F_x0041_')
  })

  test('columns have the names that spreadsheets give them; clocks those of the zone', () => {
    assert.deepEqual([0, 25, 26, 701, 702, 16_383].map(letters), ['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD'])
    const clock = clockOf('Europe/Berlin')
    const shown = (at: string) => new Date(clock(new Date(at))).toISOString()
    assert.equal(shown('2026-03-29T00:59:59Z'), '2026-03-29T01:59:59.000Z')
    assert.equal(shown('2026-03-29T01:00:00Z'), '2026-03-29T03:00:00.000Z')
  })
})
