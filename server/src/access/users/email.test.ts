import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normaliseEmail } from './email.ts'

test('all spellings of an address are one', () => {
  const same = ['Thandi@Example.ORG', ' thandi@example.org ', 'ｔｈａｎｄｉ@example.org', 'thandi@ｅｘａｍｐｌｅ.org']
  for (const one of same) assert.equal(normaliseEmail(one), 'thandi@example.org', one)
  assert.equal(normaliseEmail('thandi@exa\u200Bmple.org'), 'thandi@example.org', 'IDNA leaves out what is not seen')
  assert.equal(normaliseEmail('k@example.org'), normaliseEmail('\u212A@example.org'), 'the Kelvin sign is a K')
  assert.equal(normaliseEmail('jose\u0301@example.org'), normaliseEmail('jos\u00E9@example.org'))
  assert.equal(normaliseEmail('a@bücher.example'), 'a@xn--bcher-kva.example')
})

test('what looks like another address is refused', () => {
  const homographs = [
    'th\u0430ndi@example.org', // Cyrillic а among Latin letters
    'thandi@ex\u0430mple.org',
    'thandi@xn--exmple-4nf.org', // the same, written as the wire has it
    'thandi@\u0430\u0440\u0440\u04CF\u0435.org', // Cyrillic letters alone that draw "apple"
    'thandi@\u03BF\u03BD.org', // Greek ones
    'than\u202Edi@example.org',
    'thandi@example\u3002org.\u0435u',
  ]
  for (const one of homographs) assert.equal(normaliseEmail(one), null, JSON.stringify(one))
})

test('whole words of other scripts are fine', () => {
  assert.ok(normaliseEmail('пользователь@пример.рф'))
  assert.ok(normaliseEmail('ユーザー@例え.jp'))
  assert.ok(normaliseEmail("o'neil+calls@sub.example.co.za"))
})

test('what is no address is refused', () => {
  const wrong = [
    '',
    '@',
    'a@',
    '@b.c',
    'a b@example.org',
    'a@example',
    'a@-x.org',
    'a..b@example.org',
    '.a@example.org',
  ]
  const hostile = ['a@example.org\r\nBcc: b@c.de', 'a@[127.0.0.1]', '"a"@example.org', 'a@b.org,c@d.org', '<a@b.org>']
  for (const one of [...wrong, ...hostile, `${'a'.repeat(65)}@example.org`, `a@${'b.'.repeat(200)}org`])
    assert.equal(normaliseEmail(one), null, one)
})

test('what is normalised stays as it is, and holds nothing that a mail header could end on', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (given) => {
      const email = normaliseEmail(given)
      if (email === null) return
      assert.equal(normaliseEmail(email), email)
      assert.doesNotMatch(email, /[\s<>,;:"\\]/)
    }),
  )
})
