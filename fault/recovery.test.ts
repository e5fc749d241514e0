import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalOf, isMet, shownValue } from '../bench/figure.ts'
import { measureRecovery } from './recovery.ts'

test('what a killed sender had in flight is sent again soon after its leases have run out', async (t) => {
  for (const figure of await measureRecovery({ kills: 1, leaseMs: 5000 })) {
    t.diagnostic(`${figure.name}: ${shownValue(figure)}. ${figure.from}`)
    assert.ok(isMet(figure), `${figure.name}: ${shownValue(figure)}, not ${goalOf(figure)}. ${figure.from}`)
  }
})
