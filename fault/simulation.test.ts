import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMet } from '../bench/figure.ts'
import { measureSimulation } from './simulation.ts'

test('ten thousand simulated worlds: nothing is lost, stuck, sent out of turn or more often than it may', async (t) => {
  const input = { worlds: { from: 1, count: 10_000 }, histories: { from: 1, count: 40 } }
  for (const figure of await measureSimulation(input)) {
    t.diagnostic(`${figure.name}: ${figure.value}. ${figure.from}`)
    assert.ok(isMet(figure), `${figure.name}: ${figure.from}\n    npm run fault -- simulation --seed=N`)
  }
})
