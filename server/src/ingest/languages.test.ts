import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readLanguage } from './languages.ts'

test('spellings of one language meet in one code, and what was sent is kept', () => {
  const codes = {
    'zu-ZA': 'zu-ZA',
    zu: 'zu-ZA',
    ZU_za: 'zu-ZA',
    zul: 'zu-ZA',
    isiZulu: 'zu-ZA',
    'vr-ZA': 've-ZA',
    vr: 've-ZA',
    've-ZA': 've-ZA',
    ven: 've-ZA',
    Tshivenda: 've-ZA',
    xho: 'xh-ZA',
    nso: 'nso-ZA',
    nso_ZA: 'nso-ZA',
    'Northern Sotho': 'nso-ZA',
    sot: 'st-ZA',
    tsn: 'tn-ZA',
    tso: 'ts-ZA',
    afr: 'af-ZA',
    ssw: 'ss-ZA',
    nbl: 'nr-ZA',
    'sw-KE': 'sw-KE',
    swa: 'sw-KE',
    'rw-RW': 'rw-RW',
    'en-za': 'en-ZA',
    eng: 'en-ZA',
    EN: 'en-ZA',
    rw: 'rw-RW',
    'en-US': 'en-US',
    deu: 'de',
    fre: 'fr',
    pt_BR: 'pt-BR',
    'tn-BW': 'tn-BW',
    'zh-hant-tw': 'zh-Hant-TW',
    ' zu ': 'zu-ZA',
  }
  for (const [sent, code] of Object.entries(codes))
    assert.deepEqual(readLanguage(sent), { code, sent, warning: null }, sent)
})

test('nothing, and words for "find it out", name no language', () => {
  for (const value of [undefined, null])
    assert.deepEqual(readLanguage(value), { code: null, sent: null, warning: null })
  for (const value of ['auto', 'AUTO', 'und', ' ']) assert.equal(readLanguage(value).code, null)
  assert.equal(readLanguage('').sent, null)
})

test('what nobody knows is kept with a warning; what is no code at all is not used', () => {
  for (const sent of ['qq', 'xx-YY', 'klingonese-long', '!!', '__proto__', 'zu-zaf']) {
    const reading = readLanguage(sent)
    assert.equal(reading.sent, sent)
    assert.ok(reading.code && reading.warning, sent)
  }
  for (const value of [5, {}, [], true, 'z'.repeat(65)]) {
    assert.equal(readLanguage(value).code, null)
    assert.ok(readLanguage(value).warning)
  }
})

test('property: never throws, and the code of a code is itself', () => {
  const tag = fc.stringMatching(/^[a-z]{2,3}([-_][A-Za-z]{2})?$/)
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), tag), (value) => {
      const { code } = readLanguage(value)
      if (code !== null) assert.equal(readLanguage(code).code, code)
    }),
    { numRuns: 500 },
  )
})
