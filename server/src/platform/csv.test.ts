import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCsv, unescapeFormula, writeCsv } from './csv.ts'
import { Problem } from './problem.ts'

const read = (text: string, rowsMax = 100) => readCsv(Buffer.from(text), { rowsMax })

test('what is written is read again, and no cell starts a formula', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('=1', '+1', '-1', '@x', "'=1", ' @x', '\ufeff=1', '\t', '\rx', ';', 'a,b', '"', 'x\ny'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), (rows) => {
      const text = writeCsv(['a', 'b'], rows)
      const { rows: back } = read(text)
      const cells = back.flatMap(({ values }) => values)
      for (const one of cells) assert.doesNotMatch(one, /^\s*[=+\-@]|^[\t\r]\s*\S/)
      // Reading trims, and leaves out lines that hold nothing.
      const tidy = (one: string) => unescapeFormula(one).trim()
      const kept = rows.filter(([left, right]) => writeCsv([left, right], []) !== ',\r\n')
      const sent = kept.flat().map((one) => tidy(one.trim()))
      assert.deepEqual(cells.map(tidy).filter(Boolean), sent.filter(Boolean))
    }),
  )
})

test('commas or semicolons, with or without a byte order mark, in UTF-8 or UTF-16', () => {
  const expected = { header: ['name', 'team'], rows: [{ line: 2, values: ['Zoë', 'A'] }] }
  assert.deepEqual(read('Name,TEAM\nZoë,A'), expected)
  assert.deepEqual(read('\ufeffname;team\r\n"Zoë";A\r\n'), expected)
  assert.deepEqual(readCsv(Buffer.from('\ufeffname,team\nZoë,A', 'utf16le'), { rowsMax: 1 }), expected)
})

test('too much and what cannot be read is refused', () => {
  const refusal = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      if (error instanceof Problem) return error.code
      throw error
    }
    return null
  }
  assert.equal(
    refusal(() => read('a\n1\n2\n3', 2)),
    'too_many_rows',
  )
  assert.equal(
    refusal(() => read('a\n1\n2', 2)),
    null,
  )
  assert.equal(
    refusal(() => read('')),
    'invalid_csv',
  )
  assert.equal(
    refusal(() => read('a,A\n1,2')),
    'invalid_csv',
  )
  assert.equal(
    refusal(() => read('a\n"b')),
    'invalid_csv',
  )
  assert.equal(
    refusal(() => readCsv(Buffer.of(0x61, 0x0a, 0xff), { rowsMax: 1 })),
    'invalid_utf8',
  )
})
