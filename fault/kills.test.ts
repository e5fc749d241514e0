import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalOf, isMet, shownValue } from '../bench/figure.ts'
import { measureKills } from './kills.ts'

test('ten kills of the serving and the working process: nothing accepted is lost, nothing else is told', async (t) => {
  const seed = Number(process.env.INDABA_TEST_SEED ?? Date.now() % 100_000)
  t.diagnostic(`seed ${seed} (INDABA_TEST_SEED)`)
  // A kill doubles what is in flight, and each of these comes after a burst of what had waited: many of few. The whole form has
  // the limit of 1 %.
  const form = { kills: 10, apartMs: [1000, 4000] as [number, number], twicePercentMax: 15, waitsForLeases: false }
  for (const figure of await measureKills({ ...form, seed })) {
    t.diagnostic(`${figure.name}: ${shownValue(figure)}. ${figure.from}`)
    assert.ok(isMet(figure), `${figure.name}: ${shownValue(figure)}, not ${goalOf(figure)}. ${figure.from}`)
  }
})
