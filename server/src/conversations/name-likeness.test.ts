import assert from 'node:assert/strict'
import { test } from 'node:test'
import { likenessTo } from './name-likeness.ts'

test('misspelt names find what was meant, the most alike first', () => {
  const like = likenessTo(['Billing', 'Building', 'Support', 'Müller', 'Nomsa Dlamini', 'Nomsa Dlomo'])
  assert.deepEqual(like('Biling'), ['Billing'])
  assert.deepEqual(like('muller'), ['Müller'])
  assert.deepEqual(like('Nomsa Dlaminni')[0], 'Nomsa Dlamini')
  assert.deepEqual(like('Something else'), [])
  assert.deepEqual(like(''), [])
})

test('ten thousand names that are all alike do not take long', () => {
  const names = Array.from({ length: 10_000 }, (_, n) => `Agent ${n}`)
  const like = likenessTo(names)
  const started = performance.now()
  for (const name of names) like(`${name}x`)
  const ms = performance.now() - started
  console.log(`10,000 names against 10,000: ${Math.round(ms)} ms`)
  assert.ok(ms < 20_000)
})
