import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../problem.ts'
import { checkFilter, type FilterFields } from './field-check.ts'
import { matcher } from './matcher.ts'
import { filterCharsMax, parseFilter } from './parser.ts'
import { bare, filters, printed, values } from './reference.ts'
import type { FilterNode } from './syntax-tree.ts'

/** The refusal; undefined when it is taken. Anything but a refusal with a place in the text is an error. */
function refusalOf(text: string, fields?: FilterFields): Problem | undefined {
  try {
    const node = parseFilter(text)
    if (fields) checkFilter(node, fields)
    return undefined
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    assert.equal(error.code, 'invalid_filter')
    const { position } = error.facts
    assert.ok(Number.isInteger(position) && (position as number) >= 0 && (position as number) <= text.length, text)
    assert.ok(error.detail.length < 600, error.detail)
    return error
  }
}

function assertRefused(text: string, position: number, what: RegExp, fields?: FilterFields): void {
  const refusal = refusalOf(text, fields)
  assert.ok(refusal, `taken: ${text}`)
  assert.match(refusal.detail, what, text)
  assert.equal(refusal.facts.position, position, `${text}: ${refusal.detail}`)
}

describe('reading filters', () => {
  test('what may be written in several ways is one tree', () => {
    const same: [string, string][] = [
      ['-a = 1', 'NOT a = 1'],
      ["NOT'a' = 1", 'NOT a = 1'],
      ['a = 1 AND-b = 2', 'a = 1 AND NOT b = 2'],
      ['- (a=1 OR b=2)', 'NOT (a = 1 OR b = 2)'],
      ['((a = 1))', 'a=1'],
      ['a = 1 AND (b = 2 AND c = 3)', 'a = 1 AND b = 2 AND c = 3'],
      ['a = (x OR "y z")', 'a = x OR a = "y z"'],
      ['t : (x AND y)', 't : x AND t : y'],
      ['NOT a = (x OR y)', 'NOT (a = x OR a = y)'],
      ['a:x', 'a : "x"'],
      ['"a"."b" = \'x\'', 'a.b = x'],
      ['a = \'say "hi"\'', 'a = "say \\"hi\\""'],
      ['\t a\n=\u00a01 \r\n', 'a = 1'],
      ['a=-0.3', 'a = -0.3'],
    ]
    for (const [left, right] of same) assert.deepEqual(bare(parseFilter(left)), bare(parseFilter(right)), left)
  })

  test('values have the type that they are written in', () => {
    const literal = (text: string) => {
      const node = parseFilter(`f = ${text}`)
      return node.kind === 'comparison' && node.literal
    }
    assert.deepEqual(literal('null'), { type: 'null' })
    assert.deepEqual(literal('"null"'), { type: 'text', parts: ['null'] })
    assert.deepEqual(literal('true'), { type: 'boolean', value: true })
    assert.deepEqual(literal('-1.5e3'), { type: 'number', text: '-1.5e3' })
    assert.deepEqual(literal('0821234567'), { type: 'text', parts: ['0821234567'] }, 'a telephone number')
    assert.deepEqual(literal('+27110000001'), { type: 'text', parts: ['+27110000001'] })
    assert.deepEqual(literal('1e999'), { type: 'text', parts: ['1e999'] })
    assert.deepEqual(literal('*@example.com'), { type: 'text', parts: ['', '@example.com'] })
    assert.deepEqual(literal('"5 \\* 3"'), { type: 'text', parts: ['5 * 3'] })
    assert.deepEqual(literal('2026-01-31T10:00:00+02:00'), { type: 'text', parts: ['2026-01-31T10:00:00+02:00'] })
    assert.deepEqual(literal('uŋgwe'), { type: 'text', parts: ['uŋgwe'] })
  })

  test('what is wrong is said, with its place', () => {
    const refused: [string, number, RegExp][] = [
      ['', 0, /empty/],
      [' \n', 0, /empty/],
      ['a', 1, /compared with nothing/],
      ['a =', 3, /after = comes a value/],
      ['a = )', 4, /after = comes a value/],
      ['a = 1 AND', 9, /ends where a comparison/],
      ['AND a = 1', 0, /before AND/],
      ['NOT', 0, /after NOT/],
      ['a = AND', 4, /write "AND"/],
      ['(a = 1', 0, /never closed/],
      ['(a = 1 b', 7, /comes AND or OR/],
      ['a = 1)', 5, /closes nothing/],
      ['()', 1, /no comparison/],
      ['a = ()', 5, /after = comes a value/],
      ['a = (x', 4, /never closed/],
      ['a = (x OR y AND z)', 12, /meet/],
      ['a != (x OR y)', 5, /= and : alone/],
      ['a = 1 AND b = 2 OR c = 3', 16, /AND and OR meet/],
      ['a = 1 OR b = 2 AND c = 3', 15, /AND and OR meet/],
      ['agent = Mary Jane', 13, /several words goes into "quotes"/],
      ['a = "x', 4, /never closed/],
      ['a = "\\n"', 5, /backslash/],
      ['a = “x”', 4, /no quote here/],
      ['a..b = 1', 2, /after the dot/],
      ['"x*" = 1', 0, /no wildcards/],
      ['a == 1', 2, /Did you mean =\?/],
      ['a <> 1', 2, /Did you mean !=\?/],
      ['a ≥ 1', 2, /Did you mean >=\?/],
      ['a ~ x', 2, /For patterns/],
      ['a <<>> x', 2, /After "a" comes =/],
      ['a is null', 2, /field = null/],
      ['a contains b', 2, /field : value/],
      ['a in (b, c)', 2, /field = \(a OR b\)/],
      ['a constructor b', 2, /after "a" comes/],
      ['a = 1 and b = 2', 6, /AND in capitals/],
      ['not a = 1', 4, /NOT in capitals/],
      ['a = 1 && b = 2', 6, /mean AND/],
      ['!a = 1', 0, /mean NOT/],
      ['a = b, c', 5, /one of several/],
      ['a > 1,5', 5, /point, as in 1\.5/],
      ['20 < duration', 5, /not "duration"/],
      ['a < "-0.3"', 4, /Write -0\.3 without quotes/],
      ['a < true', 4, /not "true"/],
      ['a < null', 4, /not "null"/],
      ['a < 2026-02-31', 4, /no such day/],
      ['a : null', 4, /by = or !=/],
      ['a != *', 5, /field = null/],
      ['a = \u0000', 4, /"U\+0000"/],
      ['a = "\ud800"', 5, /"U\+D800"/],
      ['a\u200b = 1', 1, /"U\+200B"/],
      ['a = 😀', 4, /goes into "quotes"/],
      ['a = (x AND)', 10, /after = comes a value/],
      ['a = 1 AND-b', 11, /compared with nothing/],
      [`${'a'.repeat(1990)} b`, 1991, /after "a{40}…" comes/],
      [`a ${'~'.repeat(1990)} b`, 2, /For patterns/],
      [`"\u202e" x`, 4, /after ""U\+202E"" comes/],
    ]
    for (const [text, position, what] of refused) assertRefused(text, position, what)
  })

  test('the mistakes in docs/filters.md are answered as it says, and its filters are taken', () => {
    const doc = readFileSync(resolve(import.meta.dirname, '../../../../docs/filters.md'), 'utf8')
    const [before = '', mistakes = ''] = doc.split('## Mistakes')
    const told = [...mistakes.matchAll(/^\| `(.+?)` \| (.+) \|$/gm)]
    assert.ok(told.length > 5)
    for (const [, text = '', answer] of told) assert.equal(refusalOf(text)?.detail, `Filter, ${answer}`)
    const shown = [...before.matchAll(/`([\w."]+ (?:=|!=|[<>]=?|:) [^`]+)`/g)]
    assert.ok(shown.length > 20)
    for (const [, text = ''] of shown) assert.equal(refusalOf(text)?.detail, undefined, text)
  })

  test('limits: characters, depth, comparisons; each is reached and passed by one', () => {
    const long = (length: number) => `a = "${'x'.repeat(length - 6)}"`
    assert.equal(refusalOf(long(filterCharsMax)), undefined)
    assertRefused(long(filterCharsMax + 1), filterCharsMax, /room for 2000/)
    assertRefused('('.repeat(10_000), filterCharsMax, /room for 2000/)
    for (const [open, close] of [
      ['(', ')'],
      ['NOT ', ''],
      ['-', ''],
      ['NOT (', ')'],
    ] as const) {
      const nested = (depth: number) => `${open.repeat(depth)}a = 1${close.repeat(depth)}`
      const deepest = open.includes('(') && open.length > 1 ? 10 : 20
      assert.equal(refusalOf(nested(deepest)), undefined)
      assertRefused(nested(deepest + 1), deepest * open.length, /20 deep/)
    }
    assert.equal(
      refusalOf(Array.from({ length: 50 }, () => '(NOT a = (x OR y))').join(' AND ')),
      undefined,
      'wide, not deep',
    )
    const many = (count: number) => Array.from({ length: count }, () => 'a=1').join(' AND ')
    assert.equal(refusalOf(many(100)), undefined)
    assertRefused(many(101), 100 * 'a=1 AND '.length + 2, /100 comparisons/)
    assertRefused(`a = (${'x OR '.repeat(100)}x)`, 505, /100 comparisons/)
  })

  test('a filter that is written out and read again is the same', () => {
    fc.assert(
      fc.property(filters, (node) => {
        const text = printed(node)
        const first = taken(text)
        fc.pre(first !== null)
        assert.deepEqual(bare(first as FilterNode), bare(node), text)
        assert.equal(printed(first as FilterNode), text)
      }),
      { numRuns: 500 },
    )
  })

  test('any text at all: an answer, or a refusal with its place', () => {
    const pieces = [
      'a',
      '.',
      '"',
      "'",
      '\\',
      '*',
      '(',
      ')',
      ' ',
      'AND',
      'OR ',
      'NOT ',
      '-',
      '=',
      '!=',
      '<',
      ':',
      '1',
      ',',
    ]
    const soup = fc.array(fc.constantFrom(...pieces, '\ud800', '\0', 'é', '😀', '__proto__', '2026-01-31'), {
      maxLength: 60,
    })
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      soup.map((all) => all.join('')),
    )
    fc.assert(
      fc.property(texts, values, (text, value) => {
        if (!refusalOf(text)) assert.equal(typeof matcher(parseFilter(text))(value), 'boolean')
      }),
      { numRuns: 2000 },
    )
  })

  test('each change of a character: taken, or refused at a place inside', () => {
    const whole =
      'customer.sentiment_end < -0.3 AND (type = call.* OR NOT data."call reason" : "say \\"hi\\"") AND t = (x OR y)'
    assert.equal(refusalOf(whole), undefined)
    for (let at = 0; at <= whole.length; at++) {
      refusalOf(whole.slice(0, at))
      refusalOf(whole.slice(at))
      refusalOf(whole.slice(0, at) + whole.slice(at + 1))
      for (const char of '()"\\*.-:=<! a\0é\ud800') {
        refusalOf(whole.slice(0, at) + char + whole.slice(at))
        refusalOf(whole.slice(0, at) + char + whole.slice(at + 1))
      }
    }
  })
})

function taken(text: string): FilterNode | null {
  return refusalOf(text) ? null : parseFilter(text)
}

describe('filters over known fields', () => {
  const fields: FilterFields = {
    type: ['call.completed', 'chat.completed'],
    'data.agent_email': 'text',
    'data.duration': 'number',
    'data.started_at': 'time',
    'data.tags': 'list',
    'data.is_new': 'boolean',
    'data.sentiment': ['negative', 'neutral', 'positive'],
    'scorecard.*.score': 'number',
    metadata: 'any',
  }

  test('what fits is taken', () => {
    for (const text of [
      'type = call.completed AND data.sentiment != Negative',
      'type = call.* OR type : chat',
      'data.agent_email = *@example.com AND data.agent_email : 42',
      'data.duration > 60 AND data.duration < 1h AND data.duration != null',
      'data.started_at >= 2026-01-31 AND data.started_at : *',
      'data.tags : urgent AND data.tags = (a OR b)',
      'data.is_new = true',
      'scorecard.sc_1.score < 70 AND scorecard."sc 2".score < 70',
      'metadata.order.total > 100 AND metadata = null',
    ]) {
      assert.equal(refusalOf(text, fields)?.detail, undefined, text)
    }
  })

  test('what does not is refused, with what may stand there', () => {
    const refused: [string, number, RegExp][] = [
      ['data.sentimnt = negative', 0, /no field "data\.sentimnt"\. Did you mean data\.sentiment\?/],
      ['a = 1 OR duration > 60', 0, /There are type, data\.agent_email/],
      ['NOT duration > 60', 4, /Did you mean data\.duration\?/],
      ['data.sentiment = negatve', 17, /one of negative, neutral, positive, not "negatve"\. Did you mean negative\?/],
      ['data.sentiment > 1', 17, /compared by =/],
      ['data.duration = long', 16, /is a number, not "long"/],
      ['data.duration > 2026-01-31', 16, /is a number/],
      ['data.started_at > 5m', 18, /is a time/],
      ['data.started_at = today', 18, /is a time, as 2026-01-31/],
      ['data.agent_email > 5', 19, /is a text/],
      ['data.tags > 5', 12, /is a list/],
      ['data.is_new = yes', 14, /true or false/],
      ['"data.duration" > 60', 0, /no field/],
      ['scorecard.score < 70', 0, /no field/],
      ['scorecard.a.b.score < 70', 0, /no field/],
      ['constructor = 1', 0, /no field/],
      ['__proto__.x = 1', 0, /no field/],
    ]
    for (const [text, position, what] of refused) assertRefused(text, position, what, fields)
  })
})
