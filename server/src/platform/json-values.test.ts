import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonValues } from './json-values.ts'
import { Problem } from './problem.ts'

const read = (text: string, limits?: Parameters<typeof jsonValues>[2]) => {
  const values = jsonValues('t.json', text, limits)
  return Array.from({ length: values.count }, (_, index) => values.at(index))
}
const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.detail}`
    throw error
  }
  return null
}

test('lists, lines and single values are read as JSON.parse reads them', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).filter((one) => !JSON.stringify(one).includes('__proto__'))
  const keep = (one: unknown) => JSON.parse(JSON.stringify(one).replaceAll('\\u0000', ''))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), fc.constantFrom(0, 2), (sent, indent) => {
      const list = sent.map(keep)
      assert.deepEqual(read(JSON.stringify(list, null, indent)), list)
      const objects = list.map((one) => ({ one }))
      if (objects.length > 0) assert.deepEqual(read(objects.map((one) => JSON.stringify(one)).join('\r\n')), objects)
      assert.deepEqual(read(` ${JSON.stringify({ list }, null, indent)}\n`), [{ list }])
    }),
  )
})

test('a broken value is told by its line, and the others are read', () => {
  const values = jsonValues('c.json', '[\n{"a": 1},\n{"a": 01},\n{"a": "]\\"}"}]')
  assert.equal(values.count, 3)
  assert.deepEqual(values.at(2), { a: ']"}' })
  assert.match(String(refusal(() => values.at(1))), /^invalid_json: c.json line 3: /)
  assert.deepEqual(values.at(0), { a: 1 })
  const lines = jsonValues('c.ndjson', '{"a":1}\n\n{"a":\n{"a":3}')
  assert.deepEqual([lines.count, lines.at(2), lines.lineOf(2)], [3, { a: 3 }, 4])
  assert.match(String(refusal(() => lines.at(1))), /^invalid_json: c.ndjson line 3: /)
})

test('what cannot be told apart, and bombs, are refused', () => {
  assert.match(String(refusal(() => read(''))), /is empty/)
  assert.match(String(refusal(() => read('[1 2]'))), /line 1: a list goes on/)
  assert.match(String(refusal(() => read('[1,\n{"a":'))), /line 2: what begins here does not end/)
  assert.match(String(refusal(() => read('{\n}\n{}'))), /more behind its first value/)
  assert.match(String(refusal(() => read('"abc'))), /does not end/)
  assert.match(String(refusal(() => read(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))), /^too_deep/)
  assert.match(String(refusal(() => read('[{"__proto__": {"a": 1}}]'))), /^reserved_name: t.json line 1/)
  const limits = { valuesMax: 3, depthMax: 5, partsMax: 10 }
  assert.match(String(refusal(() => read('[1,2,3,4]', limits))), /^too_many_rows/)
  assert.match(String(refusal(() => read(`[[${'0,'.repeat(20)}0]]`, limits))), /^too_complex/)
})

test('any text is read or refused', () => {
  const piece = fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', '\n', ' ', '1', '"a"', '\\u0000', '__proto__')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => void refusal(() => read(pieces.join('')))),
    { numRuns: 3000 },
  )
})
