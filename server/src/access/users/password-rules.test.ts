import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword } from './password-hash.ts'
import { requireGoodPassword, weaknessOf } from './password-rules.ts'

const own = { email: 'thandi.mokoena@umbrellas.example', name: 'Thandi Mokoena', orgNames: ['Kwena Insurance'] }

test('good passwords are taken, in any language', () => {
  for (const one of [
    'correct horse 7 battery',
    'Zw3i-Tassen-Tee',
    'мой-чай-с-лимоном-4',
    '七つの海を渡る船-9',
    'xK9#mP2$vL',
  ])
    assert.equal(weaknessOf(one, own), null, one)
})

test('weak passwords are refused with what is missing', () => {
  const cases: [string, RegExp][] = [
    ['aB1!', /at least 8/],
    ['abcdefgh!', /digit/],
    ['12345678!', /letter/],
    ['abcdefg1', /special/],
    [`${'aB1!'.repeat(40)}`, /at most 128/],
    ['good\u0000pass-1', /control/],
  ]
  for (const [password, issue] of cases) assert.match(weaknessOf(password, own) ?? '', issue, password)
})

test('what is guessed first is refused, however it is dressed up', () => {
  const common = [
    'Password1!',
    'P@ssw0rd1!',
    'p4$$w0rd-2024',
    'Welcome123!',
    'Summer2025!',
    '!Admin1234',
    'Qwerty12345!',
  ]
  const runs = [
    '1qaz2wsx!',
    'abcdefgh1!',
    'aaaaaaa1!',
    'a1!a1!a1!',
    'iloveyou1!',
    'L3tM31n!!',
    'Changeme1!',
    'qwertyuiop1!',
  ]
  const pairs = ['TestTest123!', 'AdminUser#1', 'Welcome-Password1']
  for (const one of [...common, ...runs, ...pairs]) assert.match(weaknessOf(one, own) ?? '', /guessed first/, one)
})

test('what is made of the own name, address or organisation is refused', () => {
  for (const one of ['Mokoena#2025x', 'm0k03na-9-tea', 'umbrellas!77 go', 'my kwena 4 life', 'Thandi$$9876'])
    assert.match(weaknessOf(one, own) ?? '', /your name/, one)
})

test('none of the last five comes again; the sixth may', async () => {
  const last = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((one) => hashPassword(`${one}-tea with lemon 7`)))
  for (const one of ['a', 'e'])
    await assert.rejects(requireGoodPassword(`${one}-tea with lemon 7`, own, last), { code: 'weak_password' })
  await requireGoodPassword('f-tea with lemon 7', own, last)
})
