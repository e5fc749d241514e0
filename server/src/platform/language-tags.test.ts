import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { homeTag, languageOf, normaliseLanguageTag } from './language-tags.ts'

test('gives one tag for the many names of a language', () => {
  const cases: [string, string | null][] = [
    ['zu', 'zu-ZA'],
    ['zul', 'zu-ZA'],
    ['ZU_za', 'zu-ZA'],
    ['isiZulu', 'zu-ZA'],
    ['vr-ZA', 've-ZA'],
    ['vr', 've-ZA'],
    ['ven', 've-ZA'],
    ['nso', 'nso-ZA'],
    ['Sesotho sa Leboa', 'nso-ZA'],
    ['en', 'en-ZA'],
    [' en-GB ', 'en-GB'],
    ['en-us', 'en-US'],
    ['sw', 'sw-KE'],
    ['rw-RW', 'rw-RW'],
    ['fr', 'fr'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['und', null],
    ['auto', null],
    ['', null],
    ['123', null],
    ['zu-', null],
    ['constructor', null],
    ['<script>', null],
    ['a'.repeat(1_000_000), null],
  ]
  for (const [sent, tag] of cases) assert.equal(normaliseLanguageTag(sent), tag, sent.slice(0, 40))
})

test('is canonical and settled for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/)), (sent) => {
      const tag = normaliseLanguageTag(sent)
      if (tag === null) return
      assert.deepEqual(Intl.getCanonicalLocales(tag), [tag])
      assert.equal(normaliseLanguageTag(tag), tag)
    }),
  )
})

test('tells the language of a tag and the tag of a language', () => {
  assert.equal(languageOf('nso-ZA'), 'nso')
  assert.equal(homeTag('ve'), 've-ZA')
  assert.equal(homeTag('fr'), 'fr')
})
