import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookupName } from './name-lookup.ts'

test('a name of this machine is found without any name server', async () => {
  const addresses = await lookupName('localhost', 2000)
  assert.ok(addresses.length > 0)
  for (const address of addresses) assert.match(address, /^(127\.|::1$)/)
})

test('a name that does not exist ends in time, whatever the name servers do', async () => {
  const startedAt = performance.now()
  // RFC 6761 §6.4: `.invalid` never exists.
  const names = ['nowhere.invalid', 'nowhere-else.invalid', 'also-nowhere.invalid']
  const found = await Promise.all(names.map((name) => lookupName(name, 500).catch(() => [])))
  assert.deepEqual(found, [[], [], []])
  assert.ok(performance.now() - startedAt < 2000)
})
