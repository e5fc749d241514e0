import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Lease } from './leases.ts'
import { sharedLimits } from './shared-limits.ts'
import { type Bucket, takeTokens, tokensLeft } from './token-bucket.ts'

/** A clock that stands still unless it is told, and the shared buckets of as many nodes as a test wants. */
function world(nodeCount = 1) {
  const clock = { ms: 0 }
  const database = { isAway: false, isSilent: false, asked: 0 }
  const buckets = new Map<string, Bucket>()
  const lease: Lease = async (name, rate, wanted) => {
    database.asked += 1
    if (database.isSilent) return new Promise(() => {})
    if (database.isAway) throw new Error('the database is away')
    const { taken, bucket } = takeTokens(buckets.get(name) ?? { spent: 0, atMs: clock.ms }, rate, clock.ms, wanted)
    buckets.set(name, bucket)
    return { granted: taken, left: tokensLeft(bucket, rate, clock.ms) }
  }
  const nodes = Array.from({ length: nodeCount }, () =>
    sharedLimits({ lease, nodes: { known: () => nodeCount, tell: () => {} } }, () => clock.ms),
  )
  const passes = async (name: string, perMinute = 100, node = 0) =>
    (await (nodes[node] as (typeof nodes)[number])(name, perMinute)).isAdmitted
  return { clock, database, nodes, passes, take: nodes[0] as (typeof nodes)[number] }
}

test('a hundred requests pass, the next is told when to come again, and then passes', async () => {
  const { clock, take, passes } = world()
  for (let left = 99; left >= 0; left--) {
    const decision = await take('a', 100)
    assert.deepEqual([decision.isAdmitted, decision.left], [true, left])
  }
  const refused = await take('a', 100)
  assert.deepEqual([refused.isAdmitted, refused.left], [false, 0])
  assert.ok(Math.abs(refused.waitMs - 600) < 1e-6, String(refused.waitMs))
  clock.ms += 599
  assert.equal(await passes('a'), false)
  clock.ms += 1
  assert.equal(await passes('a'), true)
  assert.equal(await passes('a'), false)
})

for (const perMinute of [1, 7, 100, 500, 1000, 6000]) {
  test(`${perMinute} a minute: steady asking for two minutes lets the burst and the rate through, to the request`, async () => {
    const { clock, passes } = world()
    const stepMs = 60_000 / perMinute / 3
    let passed = 0
    for (let step = 0; step < perMinute * 6; step++) {
      clock.ms = Math.round(step * stepMs * 1e6) / 1e6
      if (await passes('a', perMinute)) passed++
    }
    const expected = perMinute + Math.floor((clock.ms * perMinute) / 60_000 + 1e-6)
    // The pause of an empty bucket may put the very last one off.
    assert.ok(expected - passed >= 0 && expected - passed <= Math.ceil(perMinute / 12_000), `${passed} of ${expected}`)
  })
}

test('a hundred at once pass, and the hundred and first does not, whatever the order of answers', async () => {
  const { database, passes } = world()
  const all = await Promise.all(Array.from({ length: 150 }, () => passes('a')))
  assert.deepEqual(
    all.map((one) => (one ? 1 : 0)),
    Array.from({ length: 150 }, (_, index) => (index < 100 ? 1 : 0)),
  )
  assert.ok(database.asked <= 3, `${database.asked} questions to the database`)
})

test('a rest of a minute fills the bucket and never more than fills it', async () => {
  const { clock, passes } = world()
  while (await passes('a'));
  clock.ms += 10 * 60_000
  let passed = 0
  while (await passes('a')) passed++
  assert.equal(passed, 100)
})

test('callers do not share; a refused flood asks the database once for each token that comes back', async () => {
  const { clock, database, passes } = world()
  while (await passes('a'));
  assert.equal(await passes('b'), true)
  const before = database.asked
  for (let n = 0; n < 1000; n++) {
    clock.ms += 0.1
    assert.equal(await passes('a'), false)
  }
  assert.ok(database.asked - before <= 1, `${database.asked - before} questions`)
})

test('any number of nodes, in any order of asking, never let more through than the bucket and its leases', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(100, 1000, 6000),
      fc.array(fc.record({ node: fc.nat(3), waitMs: fc.nat(50), count: fc.integer({ min: 1, max: 60 }) }), {
        minLength: 20,
        maxLength: 120,
      }),
      async (nodeCount, perMinute, steps) => {
        const { clock, passes } = world(nodeCount)
        let passed = 0
        for (const { node, waitMs, count } of steps) {
          clock.ms += waitMs
          const all = await Promise.all(Array.from({ length: count }, () => passes('a', perMinute, node % nodeCount)))
          passed += all.filter(Boolean).length
        }
        assert.ok(passed <= perMinute + (clock.ms * perMinute) / 60_000 + 1e-6, `${passed} in ${clock.ms} ms`)
      },
    ),
    { numRuns: 60 },
  )
})

test('while the database is away, each of four nodes gives out a quarter, and nobody waits', async () => {
  const { clock, database, passes } = world(4)
  database.isAway = true
  let passed = 0
  for (let node = 0; node < 4; node++) {
    for (let n = 0; n < 100; n++) if (await passes('a', 100, node)) passed++
  }
  assert.equal(passed, 100)
  for (let second = 0; second < 60; second++) {
    clock.ms += 1000
    for (let node = 0; node < 4; node++) for (let n = 0; n < 3; n++) if (await passes('a', 100, node)) passed++
  }
  assert.ok(Math.abs(passed - 200) <= 2, `${passed} in the first minute: the burst and the rate`)
  database.isAway = false
  clock.ms += 1001
  const asked = database.asked
  assert.equal(await passes('a', 100, 0), true)
  assert.equal(database.asked, asked + 1)
})

test('a database that does not answer holds a request up for a second at most, and the next one not at all', async () => {
  const { database, passes } = world()
  database.isSilent = true
  const startedAt = performance.now()
  assert.equal(await passes('a'), true)
  const waitedMs = performance.now() - startedAt
  assert.ok(waitedMs > 900 && waitedMs < 3000, `${waitedMs} ms`)
  const then = performance.now()
  assert.equal(await passes('a'), true)
  assert.ok(performance.now() - then < 100)
})

test('a flood of callers does not let a busy one begin anew', async () => {
  const { passes } = world()
  while (await passes('busy', 10));
  for (let n = 0; n < 60_000; n++) {
    await passes(`key:${n}`, 10)
    if (n % 1000 === 0) assert.equal(await passes('busy', 10), false)
  }
})
