import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nameInUrl, shownName } from './file-names.ts'

test('a name is shown as it was sent, short, and as the database can hold it', () => {
  assert.equal(shownName('Umnxeba ka-Thandi 📞.wav'), 'Umnxeba ka-Thandi 📞.wav')
  assert.equal(shownName('a\0b\u001b.wav'), 'ab.wav')
  assert.equal(shownName(`${'x'.repeat(299)}📞`), `${'x'.repeat(299)}\ufffd`)
  assert.equal(shownName(''), null)
  assert.equal(shownName(null), null)
})

test('the name in a URL is read from its escapes, and stands as it is where they are broken', () => {
  assert.equal(nameInUrl('https://example.org/a/call%20one.wav?x=/y.wav'), 'call one.wav')
  assert.equal(nameInUrl('https://example.org/100%25%zz.wav'), '100%25%zz.wav')
  assert.equal(nameInUrl('https://example.org/a%00b.wav'), 'ab.wav')
  assert.equal(nameInUrl('https://example.org'), null)
})

test('property: whatever the URL, its name can be stored', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true }), fc.string({ unit: 'binary' }), (url, end) => {
      const name = nameInUrl(new URL(`./${end}`, url).href)
      assert.ok(name === null || (name.isWellFormed() && !/\p{Cc}/u.test(name)))
    }),
  )
})
