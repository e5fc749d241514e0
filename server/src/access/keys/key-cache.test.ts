import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyCache, type Remembered } from './key-cache.ts'

function world() {
  const state = { now: 0, heardAt: Number.NEGATIVE_INFINITY, loads: 0, keys: new Map<string, Remembered>() }
  const cache = keyCache<Remembered>(
    async (id) => {
      state.loads += 1
      return state.keys.get(id) ?? null
    },
    () => state.heardAt,
    () => state.now,
  )
  const add = (keyId: string, orgId: string) => state.keys.set(keyId, { keyId, orgId })
  return { state, cache, add }
}

test('where changes are heard a key is looked up every 30 s, otherwise every second', async () => {
  const { state, cache, add } = world()
  add('a', 'org')
  for (; state.now < 60_000; state.now += 100) {
    state.heardAt = state.now - 400
    await cache.get('a')
  }
  assert.equal(state.loads, 2)
  state.loads = 0
  for (; state.now < 70_000; state.now += 100) await cache.get('a')
  assert.ok(state.loads >= 9 && state.loads <= 11, String(state.loads))
})

test('many at once ask once', async () => {
  const { state, cache, add } = world()
  add('a', 'org')
  await Promise.all(Array.from({ length: 100 }, () => cache.get('a')))
  assert.equal(state.loads, 1)
})

test('forgets a key, the keys of an organisation, or all; and a look-up under way with them', async () => {
  const { state, cache, add } = world()
  for (const [key, org] of [
    ['a', 'one'],
    ['b', 'one'],
    ['c', 'two'],
  ] as const)
    add(key, org)
  const all = async () => {
    state.loads = 0
    await Promise.all(['a', 'b', 'c'].map((id) => cache.get(id)))
    return state.loads
  }
  assert.equal(await all(), 3)
  assert.equal(await all(), 0)
  cache.forget('a')
  assert.equal(await all(), 1)
  cache.forget('one')
  assert.equal(await all(), 2)
  cache.forget('probe of a listener')
  assert.equal(await all(), 0)
  cache.forget()
  assert.equal(await all(), 3)

  add('d', 'three')
  const underWay = cache.get('d')
  cache.forget('three')
  await underWay
  state.keys.delete('d')
  assert.equal(await cache.get('d'), null)
})

test('what could not be looked up is asked again', async () => {
  let fails = true
  const cache = keyCache<Remembered>(
    async (keyId) => {
      if (fails) throw new Error('away')
      return { keyId, orgId: 'org' }
    },
    () => 0,
  )
  await assert.rejects(cache.get('a'), /away/)
  fails = false
  assert.equal((await cache.get('a'))?.keyId, 'a')
})

test('a flood of unknown ids does not push out a key that is in use, nor grow beyond its bound', async () => {
  const { state, cache, add } = world()
  add('busy', 'org')
  await cache.get('busy')
  state.loads = 0
  for (let n = 0; n < 30_000; n++) {
    await cache.get(`unknown ${n}`)
    if (n % 1000 === 0) await cache.get('busy')
  }
  assert.equal(state.loads, 30_000)
  // The first ones are gone: asked again, they are looked up again.
  await cache.get('unknown 0')
  assert.equal(state.loads, 30_001)
})
