import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalOf, isMet, shownValue } from '../bench/figure.ts'
import { measureHostileReceivers } from './hostile-receivers.ts'

test('hostile receivers: each slot is free in time, little memory is needed, and nothing stays open', async () => {
  for (const figure of await measureHostileReceivers({ each: 1 })) {
    assert.ok(isMet(figure), `${figure.name}: ${shownValue(figure)}, not ${goalOf(figure)}. ${figure.from}`)
  }
})
