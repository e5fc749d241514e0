import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../problem.ts'
import { decodeUtf8, fromFields, fromUrlencoded, parseJsonText, readBody } from './body.ts'

const bytes = (text: string) => Buffer.from(text)
const body = (text: string, contentType?: string) => readBody(bytes(text), contentType).fields

test('JSON is taken for JSON whatever its label, and forms for forms', () => {
  const json = '\ufeff {"org_id":"x","chats":[1]}'
  for (const type of [
    'application/json',
    'application/vnd.api+json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    '',
    undefined,
  ]) {
    assert.deepEqual(body(json, type), { org_id: 'x', chats: [1] })
  }
  assert.deepEqual(body(JSON.stringify('{"a":1}')), { a: 1 })
  for (const type of ['application/x-www-form-urlencoded', undefined]) {
    assert.deepEqual(body('org_id=x&chats=%5B%7B%22a%22%3A+1%7D%5D\r\n', type), { org_id: 'x', chats: '[{"a": 1}]' })
  }
  assert.deepEqual(body('', 'application/json'), {})
})

test('what is neither is refused in words', () => {
  const cases: [string, string, RegExp][] = [
    ['{"a":', 'invalid_json', /not valid JSON/],
    ['[1]', 'not_an_object', /must be a JSON object/],
    ['a=1', 'invalid_json', /not valid JSON/],
    ['true', 'unreadable_body', /neither JSON nor a form/],
    ['{"a":"\0"}', 'nul_character', /NUL/],
    ['{"a":"\\u0000"}', 'nul_character', /NUL/],
    ['{"\\u0000":1}', 'nul_character', /NUL/],
    ['{"a":{"__proto__":{"isAdmin":true}}}', 'reserved_name', /__proto__/],
    ['{"\\u005f_proto__":1}', 'reserved_name', /__proto__/],
    ['a%00=1', 'nul_character', /NUL/],
    ['__proto__=1', 'reserved_name', /__proto__/],
    ['a=%ff', 'invalid_utf8', /UTF-8/],
  ]
  for (const [text, code, words] of cases) {
    const type = code === 'invalid_json' ? 'application/json' : undefined
    assert.throws(
      () => body(text, type),
      (error: Problem) => {
        assert.equal(error.code, code, text)
        assert.equal(error.kind, 'invalid')
        assert.match(error.detail, words)
        return true
      },
    )
  }
  assert.throws(() => decodeUtf8(Uint8Array.of(0x7b, 0xff, 0x7d)), { code: 'invalid_utf8' })
  assert.throws(() => decodeUtf8(Uint8Array.of(0xff, 0xfe, 0x7b, 0)), { code: 'invalid_utf8' })
})

test('depth is limited before anything is built; brackets inside of text do not count', () => {
  for (const depth of [65, 10_000, 1_000_000]) {
    assert.throws(() => body('['.repeat(depth)), { code: 'too_deep' })
    assert.throws(() => body('{"a":'.repeat(depth)), { code: 'too_deep' })
  }
  assert.deepEqual(parseJsonText(`"${'['.repeat(10_000)}"`), '['.repeat(10_000))
  assert.deepEqual(parseJsonText(`["\\"${'['.repeat(100)}"]`), [`"${'['.repeat(100)}`])
  assert.ok(parseJsonText('['.repeat(64) + ']'.repeat(64)))
})

test('half of a surrogate pair becomes U+FFFD, and whole pairs stay', () => {
  assert.deepEqual(parseJsonText('{"a":"x\\ud83d","b":"\\ud83d\\ude00"}'), { a: 'x\ufffd', b: '😀' })
  assert.throws(() => parseJsonText('{"\\ud83d":1}'), { code: 'invalid_name' })
})

test('names such as constructor are plain names, and nothing leaks into other objects', () => {
  const read = body('{"constructor":{"prototype":{"leak":1}},"toString":"x"}')
  assert.deepEqual(Object.keys(read), ['constructor', 'toString'])
  assert.equal(({} as Record<string, unknown>).leak, undefined)
  assert.deepEqual(fromUrlencoded('constructor=1').fields, { constructor: '1' })
})

test('forms: repeated names, lists, brackets, stray percent signs, and bombs', () => {
  const read = fromUrlencoded('a=1&a=2&a=2&tags=x&tags=y&notify[]=q&m[email]=z&full=100%&empty=&bare&plus=a+b%2B')
  assert.deepEqual(read.fields, {
    a: '2',
    tags: ['x', 'y'],
    notify: ['q'],
    'm[email]': 'z',
    full: '100%',
    empty: '',
    bare: '',
    plus: 'a b+',
  })
  assert.equal(read.warnings.length, 2)
  assert.match(read.warnings[0] ?? '', /"a" came more than once/)
  assert.match(read.warnings[1] ?? '', /"m\[email\]"/)
  assert.throws(() => fromUrlencoded('a=1&'.repeat(100_000)), { code: 'too_many_fields' })
  assert.throws(() => fromUrlencoded(`${'a'.repeat(201)}=1`), { code: 'name_too_long' })
  assert.deepEqual(fromFields([['metadata', '{"email":"a@b"}']]).fields, { metadata: '{"email":"a@b"}' })
})

test('property: any bytes give an object or a Problem', () => {
  const shaped = fc
    .array(
      fc.constantFrom('{', '}', '[', ']', '"', ':', ',', 'a', '1', '\\u0000', '\\', '=', '&', '%', '%f', '+', '\0'),
    )
    .map((all) => bytes(all.join('')))
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array(), shaped),
      fc.constantFrom(undefined, 'application/json', 'application/x-www-form-urlencoded'),
      (sent, type) => {
        try {
          const read = readBody(sent, type)
          assert.ok(typeof read.fields === 'object' && !Array.isArray(read.fields))
        } catch (error) {
          assert.ok(error instanceof Problem && error.kind === 'invalid', String(error))
        }
      },
    ),
    { numRuns: 2000 },
  )
})
