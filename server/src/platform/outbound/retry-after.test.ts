import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readRetryAfter } from './retry-after.ts'

test('Retry-After: seconds, the three forms of dates, and nothing else', () => {
  const now = Date.UTC(1994, 10, 6, 8, 49, 0)
  assert.equal(readRetryAfter('0', now), 0)
  assert.equal(readRetryAfter('120', now), 120_000)
  for (const date of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
    assert.equal(readRetryAfter(date, now), 37_000, date)
  }
  assert.equal(readRetryAfter('Sun, 06 Nov 1994 08:48:00 GMT', now), 0)
  const garbage = ['', ' ', 'soon', '-5', '1.5', '1e9', 'garbage 2099', 'Sunday', 'Mon, never', '١٢', '12, 13']
  for (const value of [...garbage, undefined, ['5', '6']]) {
    assert.equal(readRetryAfter(value, now), null, String(value))
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = readRetryAfter(text, now)
      return ms === null || ms >= 0
    }),
  )
})
