import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { foreignText } from './foreign-text.ts'

const open = { charsMax: 100, isMasked: false }

describe('text of strangers', () => {
  test('does nothing to a screen', () => {
    assert.equal(foreignText('a\u001b[31mb\u0007\r\nc\td\u202ee', open), 'a[31mb\nc\tde')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = foreignText(text, open)
        assert.doesNotMatch(shown, /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
        assert.ok(shown.isWellFormed() && shown.length <= 100)
      }),
    )
  })

  test('tells no numbers and addresses to who may not see them', () => {
    const text = 'no customer ann@example.com at +27 21 555-0100, 0215550100; error 500 of 12345'
    const expected = 'no customer [EMAIL_ADDRESS] at [PHONE_NUMBER], [PHONE_NUMBER]; error 500 of 12345'
    assert.equal(foreignText(text, { charsMax: 200, isMasked: true }), expected)
    assert.equal(foreignText(null, { charsMax: 200, isMasked: true }), null)
  })

  test('is read in no time, however it is made up', () => {
    for (const part of ['1 ', '1(((', '+1', 'a@', '@', '1...', 'x']) {
      assert.ok(foreignText(part.repeat(50_000), { charsMax: 200_000, isMasked: true }).length > 0)
    }
  })
})
