import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { checkFilter } from './field-check.ts'
import { matcher } from './matcher.ts'
import { parseFilter } from './parser.ts'
import { filters, printed, slowMatch, values } from './reference.ts'
import { wholePattern } from './text-pattern.ts'

const event = {
  type: 'call.completed',
  seq: 91823,
  test: false,
  data: {
    agent: 'Zoë van der Merwe',
    agent_email: 'Zoe@Example.com',
    agent_id: null,
    caller_number: '0821234567',
    order: '9007199254740993',
    started_at: '2026-01-31T22:30:00.000Z',
    duration: 95.5,
    duration_ms: 95_500,
    wait: 'PT1M30S',
    month: '2026-01',
    tags: ['urgent', 'Non-urgent', 'Tshivenḓa'.normalize('NFD')],
    keywords: [],
    summary: 'Refund of 3 * 5 rand. Straße, ΟΔΟΣ, ΔΡΟΜΟΣΑ.',
    turns: [
      { text: 'I want to cancel', words: [{ w: 'I' }, { w: 'cancel' }] },
      { text: 'Of course', words: [] },
    ],
    scores: [10, [20, [30]]],
    links: { self: '/v1/x', recording: null },
    metadata: { 'call reason': 'Billing', total: '1500.50', 'a.b': 1 },
  },
}

const holds = (text: string, value: object = event) => matcher(parseFilter(text))(value)

function assertEach(expected: boolean, texts: string[]): void {
  for (const text of texts) {
    const node = parseFilter(text)
    assert.equal(matcher(node)(event), expected, text)
    assert.equal(slowMatch(node, event), expected, `reference: ${text}`)
    assert.equal(holds(`NOT (${text})`), !expected, `NOT ${text}`)
  }
}

describe('what filters mean', () => {
  test('texts: case and the ways of writing an accent do not differ; stars stand for any characters', () => {
    assertEach(true, [
      'type = call.completed',
      'type = CALL.COMPLETED',
      'type = "call.*"',
      'type = *.completed',
      'type = c*l*.*d',
      'type != chat.*',
      'data.agent_email = zoe@example.com',
      `data.agent = "${'zoë'.normalize('NFD')}*"`,
      'data.tags : tshivenḓa',
      'data.summary : "3 \\* 5"',
      'data.summary : straße',
      'data.summary : οδο',
      'data.summary : οδος',
      'data.summary : δρομος',
      'data.summary : "refund*rand"',
      'data.metadata."call reason" = billing',
      'data.metadata."a.b" = 1',
    ])
    assertEach(false, [
      'type = call',
      'type = "call.complete?"',
      'data.agent = Zoe*',
      'data.summary : strasse',
      'data.summary = refund',
      'data.summary : "rand*refund"',
      'data.metadata.a.b = 1',
      'data.metadata."Call reason" = billing',
    ])
  })

  test('numbers, also as texts; identifiers keep their zeros and digits', () => {
    assertEach(true, [
      'seq = 91823',
      'seq = 9.1823e4',
      'seq = "91823"',
      'data.duration > 95 AND data.duration <= 95.5',
      'data.metadata.total > 1500 AND data.metadata.total = 1500.5',
      'data.caller_number = 0821234567',
      'data.caller_number : 2123',
      'data.order = 9007199254740993',
      'test = false',
      'test = "FALSE"',
    ])
    assertEach(false, [
      'seq > 91823',
      'seq = 918230e-2',
      'data.caller_number = 821234567',
      'data.caller_number > 0',
      'data.order = 9007199254740992',
      'test = true',
      'test = 0',
      'data.agent > 0',
      'data.links > 0',
    ])
  })

  test('times: the same moment in any zone; a date is its whole day in UTC', () => {
    assertEach(true, [
      'data.started_at = 2026-01-31T22:30:00Z',
      'data.started_at = "2026-02-01T00:30:00+02:00"',
      'data.started_at = 2026-01-31',
      'data.started_at <= 2026-01-31',
      'data.started_at >= 2026-01-31',
      'data.started_at < 2026-02-01',
      'data.started_at > 2026-01-30',
      'data.started_at > "2026-01-31 22:29"',
      'data.started_at : 2026-01',
      'data.month = 2026-01',
    ])
    assertEach(false, [
      'data.started_at > 2026-01-31',
      'data.started_at < 2026-01-31',
      'data.started_at = 2026-02-01',
      'data.started_at != 2026-01-31',
      'data.duration > 2026-01-31',
      'data.caller_number > 1970-01-01',
    ])
    assert.equal(holds('a > 2026-01-31', { a: '2026-02-01T00:00:00Z' }), true)
    assert.equal(holds('a = 2026-01-31', { a: '2026-01-31T23:59:59.999Z' }), true)
    assert.equal(holds('a = 2026-01-31', { a: '2026-01-31' }), true)
  })

  test('durations: numbers are seconds, or ms where the name says so', () => {
    assertEach(true, [
      'data.duration > 1.5m',
      'data.duration = 95500ms',
      'data.duration_ms = 95.5s',
      'data.duration < PT1M36S',
      'data.wait = 90s',
      'data.wait < 2m',
      'data.wait > PT89S',
    ])
    assert.equal(holds('a = 7d', { a: 'P1W' }), true)
    assert.equal(holds('a = P1DT1H', { a: 90_000 }), true)
    assertEach(false, ['data.duration_ms > 2m', 'data.duration = 95s', 'data.wait > 90', 'type < 1d'])
  })

  test('lists: one of the elements; has means the whole element there, and any part of a text elsewhere', () => {
    assertEach(true, [
      'data.tags : urgent',
      'data.tags = urgent',
      'data.tags : *gent',
      'data.tags = (refund OR urgent)',
      'data.tags != refund',
      'data.turns.text : cancel',
      'data.turns.words.w = cancel',
      'data.scores = 30',
      'data.scores > 25 AND data.scores < 15',
      'data.links : self',
    ])
    assertEach(false, [
      'data.tags : urg',
      'data.tags != urgent',
      'data.turns.text = cancel',
      'data.turns.0.text : cancel',
      'data.tags.length = 3',
      'data.links : recording',
      'data.links : Self',
    ])
  })

  test('what is not there fits nothing but = null, and NOT turns that round', () => {
    assertEach(true, [
      'data.agent_id = null',
      'data.nothing = null',
      'nothing.at.all = null',
      'data.keywords = null',
      'data.turns.nothing = null',
      'type != null',
      'type : *',
      'data.links : *',
      'data.links != x',
      'data.keywords = null',
      'NOT data.agent_id = x',
      'NOT data.nothing > 5',
    ])
    assertEach(false, [
      'data.agent_id = x',
      'data.agent_id != x',
      'data.agent_id = "null"',
      'data.nothing != x',
      'data.nothing < 5',
      'data.keywords : *',
      'data.keywords != x',
      'data.agent_id : *',
      'type.more = x',
      'type.length = 14',
    ])
  })

  test('what an object has inherited is not there', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'constructor.name']) {
      assert.equal(holds(`${name} : *`, {}), false, name)
      assert.equal(holds(`a.${name} : *`, { a: { b: 1 } }), false, name)
      assert.equal(holds(`a.${name} : *`, { a: 'text' }), false, name)
      assert.equal(holds(`a : ${name}`, { a: {} }), false, name)
    }
    assert.equal(holds('__proto__.x = 1', JSON.parse('{"__proto__":{"x":1}}')), true, 'its own')
    assert.equal(holds('a = 1', Object.assign(Object.create(null), { a: 1 })), true)
  })

  test('the same answers as worked out slowly, for all filters and values', () => {
    let [held, failed] = [0, 0]
    fc.assert(
      fc.property(filters, values, (node, value) => {
        fc.pre(isSense(node))
        const expected = slowMatch(node, value)
        if (expected) held++
        else failed++
        assert.equal(matcher(node)(value), expected, printed(node))
      }),
      { numRuns: 3000 },
    )
    assert.ok(held > 100 && failed > 100, `${held} held, ${failed} did not`)
  })
})

function isSense(...[node]: Parameters<typeof checkFilter>): boolean {
  try {
    checkFilter(node)
    return true
  } catch {
    return false
  }
}

describe('hostile values', () => {
  test('lists within each other deeper than the stack, and texts with halves of characters', () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    assert.equal(holds('a = x', { a: deep }), true)
    assert.equal(holds('a.b = x', { a: deep }), false)
    assert.equal(holds('a : b', { a: '\ud800b\0' }), true)
    assert.equal(holds('a = 1', { a: () => 1, b: Symbol('x') }), false)
  })

  test('wildcards that would take for ever by trying', () => {
    const text = 'a'.repeat(200_000)
    assert.equal(holds(`a = "${'*a'.repeat(900)}*b"`, { a: text }), false)
    assert.equal(holds(`a : "${'a'.repeat(900)}b${'a'.repeat(900)}"`, { a: text }), false)
    assert.equal(holds(`a = "a*${'a'.repeat(1900)}"`, { a: text }), true)
    assert.equal(holds(`a = "${'*a'.repeat(900)}"`, { a: 'a'.repeat(899) }), false)
    assert.equal(holds('a = "ab*ba"', { a: 'aba' }), false)
  })

  test('parts of any length, alike in themselves, one after the other', () => {
    const part = fc
      .tuple(fc.constantFrom('a', 'aab', 'abaa', 'b'), fc.nat(20), fc.constantFrom('', 'a', 'b'))
      .map(([period, count, end]) => period.repeat(count) + end)
    const gap = fc.constantFrom('', 'a', 'ab', 'aabaab')
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.array(gap), part, (parts, gaps, other) => {
        const expected = new RegExp(`^${parts.join('[^]*')}$`)
        const close = parts.join('')
        const apart = parts.map((one, index) => (gaps[index] ?? '') + one).join('')
        for (const text of [apart, close, close.slice(1), close.slice(0, 40) + close.slice(41), other]) {
          assert.equal(wholePattern(parts)(text), expected.test(text), `${parts} ${text}`)
        }
      }),
      { numRuns: 300 },
    )
  })
})
