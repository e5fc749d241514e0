import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unescapeFormula, writeCsv } from './csv.ts'
import { Problem } from './problem.ts'
import { openTable, rowAt, rowsOf } from './tabular.ts'

const limits = { rowCharsMax: 1000, columnsMax: 10, rowsMax: 50 }
const read = (text: string) => {
  const table = openTable('t.csv', text, limits)
  return { header: table.header.values, rows: [...rowsOf(table)].map(({ line, values }) => [line, ...values]), table }
}
const refusal = (text: string) => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.detail}`
    throw error
  }
  return null
}

test('the header tells the delimiter, or a sep= line before it', () => {
  for (const [mark, text] of Object.entries({
    ',': 'a,b\n1,2',
    ';': 'a;b\n1;2',
    '\t': 'a\tb\n1\t2',
    '|': '"x,y,z,"|b\n1|2',
  })) {
    assert.equal(read(text).table.delimiter, mark)
    assert.deepEqual(read(text).rows, [[2, '1', '2']])
  }
  assert.deepEqual(read('sep=;\r\na,b;c\r\n1,2;3').header, ['a,b', 'c'])
  assert.deepEqual(read('"sep=|"\na,b\n1,2').rows, [[3, '1,2']])
  assert.deepEqual(read('alone\nx').rows, [[2, 'x']])
})

test('rows are told by the line on which they begin, whatever ends the lines', () => {
  const { header, rows } = read('\n \r\na,b\r1,"x\r\ny\rz"\n\n,,\r\n2,3\r4,5')
  assert.deepEqual(header, ['a', 'b'])
  assert.deepEqual(rows, [
    [4, '1', 'x\r\ny\rz'],
    [9, '2', '3'],
    [10, '4', '5'],
  ])
})

test('quotes that are half right do no harm', () => {
  assert.deepEqual(read('a,b,c\n"Bob" Smith, "x, y" ,5" nail').rows, [[2, '"Bob" Smith', 'x, y', '5" nail']])
  assert.deepEqual(read('a,b\n"say ""hi""",""').rows, [[2, 'say "hi"', '']])
  assert.deepEqual(read('a,b\n="08,21",2').rows, [[2, '="08,21"', '2']])
  assert.deepEqual(read('a\tb\tc\n1\t\t3\n\t\t4').rows, [
    [2, '1', '', '3'],
    [3, '', '', '4'],
  ])
})

test('what is too much, or open, is refused with its line', () => {
  assert.equal(refusal(''), 'invalid_table: t.csv is empty.')
  assert.equal(refusal(' \r\n,,\n'), 'invalid_table: t.csv is empty.')
  assert.equal(refusal('a\n\n"b'), 'invalid_table: t.csv line 3: a quote is opened and not closed.')
  assert.match(String(refusal(`a\n"b\n${'x'.repeat(2000)}"`)), /^row_too_long: t.csv line 2: .*quote left open/)
  assert.match(String(refusal(`a\nb\n${'x'.repeat(2000)}`)), /^row_too_long: t.csv line 3/)
  assert.match(String(refusal(`a\n${','.repeat(500)}`)), /^too_many_columns: t.csv line 2/)
  assert.match(String(refusal('a\n'.repeat(52))), /^too_many_rows/)
  assert.equal(refusal('a\n'.repeat(51)), null)
  assert.match(String(refusal(`a\n${',\n'.repeat(2 ** 21 + 1)}`)), /^too_many_rows: .* empty rows/)
  assert.match(String(refusal('a\n\0')), /^invalid_table: .*NUL/)
})

test('any text gives rows or a Problem, and every row can be read again alone', () => {
  const piece = fc.constantFrom(
    '"',
    '""',
    ',',
    ';',
    '\t',
    '\r',
    '\n',
    '\r\n',
    'a',
    ' ',
    '=',
    '="1"',
    'sep=;\n',
    '\ud800',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      try {
        const table = openTable('t', pieces.join(''), limits)
        for (const row of rowsOf(table)) assert.deepEqual(rowAt(table, row), row.values)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
    }),
    { numRuns: 2000 },
  )
})

test('what csv.ts writes is read back', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('=1', "'x", 'a,b', '"', '""', 'x\r\ny', 'x\ny', 'x\ry', '; |\t'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), (rows) => {
      const clean = rows.map((row) => row.map((one) => one.replaceAll('\0', '')))
      const { rows: back } = read(writeCsv(['a', 'b'], clean))
      const tidy = (row: string[]) => row.map((one) => unescapeFormula(unescapeFormula(one.trim()).trim()).trim())
      const sent = clean.map(tidy).filter((row) => row.some((one) => one !== ''))
      const got = back.map(([, ...values]) => tidy(values as string[])).filter((row) => row.some((one) => one !== ''))
      assert.deepEqual(got, sent)
    }),
  )
})
