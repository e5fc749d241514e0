import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalOf, isMet, shownValue } from '../bench/figure.ts'
import { measureClockSteps } from './clock-steps.ts'

test('the clocks of program and database step by an hour: all is delivered in its time', async (t) => {
  const figures = await measureClockSteps({ rounds: 1 })
  if (!figures) return t.skip('libfaketime is not installed (apt-get install faketime)')
  for (const figure of figures) {
    t.diagnostic(`${figure.name}: ${shownValue(figure)}. ${figure.from}`)
    assert.ok(isMet(figure), `${figure.name}: ${shownValue(figure)}, not ${goalOf(figure)}. ${figure.from}`)
  }
})
