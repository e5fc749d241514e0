import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { FilterFields } from './field-check.ts'
import { matcher } from './matcher.ts'
import { parseFilter } from './parser.ts'
import { tokensOf } from './word-tokens.ts'

const fields: FilterFields = { text: 'words', agent: 'words', title: 'text', length: 'number', 'agent.name': 'text' }
const known = { fields, bareField: 'text' }
const wordsAt = (value: object, path: readonly string[]) => (value as Record<string, string[]>)[path.join('.')] ?? []
const finds = (q: string, ...text: string[]) =>
  matcher(parseFilter(q, known), { fields, wordsAt })({ text, agent: text.slice(1) })
const lexemes = (text: string) => tokensOf(text).map(({ lexeme, position }) => `${lexeme}@${position}`)

describe('words', () => {
  test('are taken apart the same way in every language', () => {
    assert.deepEqual(lexemes("Dis 'n foto's, don't!"), ['dis@1', 'n@2', 'fotos@3', 'dont@4'])
    assert.deepEqual(lexemes('Wes-Kaap'), ['wes@1', 'kaap@2', 'weskaap@1'])
    assert.deepEqual(lexemes('Tshivenḓa'.normalize('NFD')), lexemes('tshivenda'))
    assert.deepEqual(lexemes('ΟΔΟΣ οδός'), ['οδοσ@1', 'οδοσ@2'])
    assert.deepEqual(lexemes('ng’ombe u-Anna'), ['ngombe@1', 'u@2', 'anna@3', 'uanna@2'])
    assert.deepEqual(lexemes('ǃXóõ ǀǀgana'), ['ǃxoo@1', 'ǀǀgana@2'])
    assert.deepEqual(lexemes('订单 ไทย'), ['订@1', '单@2', 'ไ@3', 'ท@4', 'ย@5'])
    assert.deepEqual(lexemes('שָׁלוֹם مَرْحَـبًا'), ['שלום@1', 'مرحبا@2'])
    assert.deepEqual(lexemes('हिन्दी'), ['हिन्दी@1'])
    assert.deepEqual(lexemes('👍🏽 🇿🇦'), ['👍@1', '🇿🇦@2'])
    assert.deepEqual(lexemes('.,;!? — …'), [])
  })

  test('a telephone number is found however it is written', () => {
    const ways = ['0821234567', '082 123 4567', '+27 82 123 4567', '082-123-4567', '(082) 123-4567', '+27821234567']
    for (const said of ways)
      for (const asked of ways) assert.ok(finds(`"${asked}"`, `Ring ${said} now`), `${asked} in ${said}`)
    assert.ok(finds('+27 82 123 4567', 'Ring 0821234567'))
    assert.ok(!finds('0821234568', 'Ring 082 123 4567'))
  })

  test('places are those of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        for (const { lexeme, start, end } of tokensOf(text)) {
          assert.ok(start < end && end <= text.length)
          const again = tokensOf(text.slice(start, end)).map((one) => one.lexeme)
          assert.ok(again.includes(lexeme), `${JSON.stringify(text)}: ${lexeme} is not in ${again}`)
        }
      }),
    )
  })

  test('phrases, beginnings, words near each other', () => {
    assert.ok(finds('"late payment"', 'a late payment'))
    assert.ok(!finds('"late payment"', 'late', 'payment'))
    assert.ok(finds('late payment', 'late', 'payment'))
    assert.ok(finds('"late pay*"', 'late payments'))
    assert.ok(finds('email', 'by e-mail'))
    assert.ok(finds('e-mail', 'by email'))
    assert.ok(finds('payment NEAR/2 late', 'late for payment'))
    assert.ok(!finds('payment NEAR/1 late', 'late for payment'))
    assert.ok(finds('cancel OR refund', 'refund'))
    assert.ok(!finds('cancel -refund', 'cancel refund'))
    assert.ok(finds('agent: refund cancel', 'cancel', 'refund'))
    assert.ok(!finds('agent: cancel', 'cancel', 'refund'))
  })

  test('no text in a search box breaks it: it is read, or refused with a place inside', () => {
    const unit = fc.constantFrom(
      'a',
      'AND',
      'OR',
      'NOT',
      'NEAR/5',
      ' ',
      '"',
      "'",
      '(',
      ')',
      '-',
      '*',
      ':',
      'agent',
      '.',
      '“',
      '”',
      '\\',
      '😀',
      '=',
      '<',
      'ḓ',
      '08',
      '12',
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 10 }), (parts, noise) => {
        const q = parts.join('') + noise
        try {
          matcher(parseFilter(q, known), { fields, wordsAt })({ text: ['a b 08'], agent: [] })
        } catch (err) {
          const { code, facts } = err as { code: string; facts: { position: number } }
          assert.equal(code, 'invalid_filter', `${q}: ${err}`)
          assert.ok(facts.position >= 0 && facts.position <= q.length, q)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('what is not a field of words is not looked into by words, and the other way round', () => {
    const refused = (filter: string, why: RegExp) =>
      assert.throws(
        () => parseFilter(filter, { fields }),
        (err: Error) => why.test(err.message),
        filter,
      )
    refused('title : (a NEAR/2 b)', /not looked into/)
    refused('text = a', /words are looked for/)
    refused('text > 5', /words are looked for/)
    refused('text : "..."', /no word/)
    refused('text : *', /at least|no word/)
    refused('text : "a*b"', /end of a word/)
    refused('text : "a b" NEAR/2 c', /single words/)
    assert.throws(() => parseFilter('text : a NEAR/2 b'))
  })
})
