import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalOf, isMet, shownValue } from '../bench/figure.ts'
import { measurePostgresStops } from './postgres-stops.ts'

test('PostgreSQL is stopped at once three times: what was answered is told, and all goes on by itself', async (t) => {
  const seed = Number(process.env.INDABA_TEST_SEED ?? Date.now() % 100_000)
  t.diagnostic(`seed ${seed} (INDABA_TEST_SEED)`)
  for (const figure of await measurePostgresStops({ stops: 3, apartMs: [1000, 2000], waitsForLeases: false, seed })) {
    t.diagnostic(`${figure.name}: ${shownValue(figure)}. ${figure.from}`)
    assert.ok(isMet(figure), `${figure.name}: ${shownValue(figure)}, not ${goalOf(figure)}. ${figure.from}`)
  }
})
