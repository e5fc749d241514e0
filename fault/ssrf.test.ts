import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalOf, isMet, shownValue } from '../bench/figure.ts'
import { measureSsrf } from './ssrf.ts'

test('destinations that are not what they seem: none is connected to, and no public one is refused', async () => {
  for (const figure of await measureSsrf({ redirectsEach: 10 })) {
    assert.ok(isMet(figure), `${figure.name}: ${shownValue(figure)}, not ${goalOf(figure)}. ${figure.from}`)
  }
})
