import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../platform/problem.ts'
import { rateLimits } from './quotas.ts'

const by = (actor: string) => ({ actor, orgId: 'org', isAdmin: false, scopes: [], reach: 'all' as const })

function clock() {
  let ms = 0
  const limit = rateLimits(() => ms)
  const passes = (actor: string, perMinute = 100): boolean => {
    try {
      limit(by(actor), perMinute)
      return true
    } catch (err) {
      assert.ok(err instanceof Problem && err.kind === 'limited')
      return false
    }
  }
  return { limit, passes, wait: (more: number) => (ms += more) }
}

test('a hundred requests pass, the next is told when to come again, and then passes', () => {
  const { limit, passes, wait } = clock()
  for (let n = 99; n >= 0; n--) {
    const headers = limit(by('a'), 100)
    assert.deepEqual([headers['X-RateLimit-Limit'], headers['X-RateLimit-Remaining']], ['100', String(n)])
  }
  assert.throws(
    () => limit(by('a'), 100),
    (err) => err instanceof Problem && Math.abs((err.retryAfterS ?? 0) - 0.6) < 1e-9,
  )
  wait(599)
  assert.equal(passes('a'), false)
  wait(1)
  assert.equal(passes('a'), true)
  assert.equal(passes('a'), false)
})

test('over an hour of steady asking, exactly the first burst and the rate pass', () => {
  const { passes, wait } = clock()
  let passed = 0
  for (let n = 0; n < 36_000; n++) {
    if (passes('a')) passed++
    wait(100)
  }
  // 100 at once, then 100 a minute; the last 100 ms belong to nobody.
  assert.ok(Math.abs(passed - (100 + 60 * 100)) <= 1, String(passed))
})

test('a rest of a minute fills the bucket and never more than fills it', () => {
  const { passes, wait } = clock()
  while (passes('a'));
  wait(10 * 60_000)
  let passed = 0
  while (passes('a')) passed++
  assert.equal(passed, 100)
})

test('callers, and limits of one caller, do not share', () => {
  const { passes } = clock()
  while (passes('a', 1));
  assert.equal(passes('b', 1), true)
  assert.equal(passes('a', 2), true)
})

test('open routes and a limit of 0 are not counted', () => {
  const { limit } = clock()
  for (let n = 0; n < 1000; n++) {
    assert.deepEqual(limit(by('anonymous'), 1), {})
    assert.deepEqual(limit(by('a'), 0), {})
  }
})

test('a flood of callers takes no more memory than its bound, and those who ask often are remembered', () => {
  const { passes } = clock()
  while (passes('busy', 10));
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 120_000; n++) {
    passes(`key:${n}`, 10)
    if (n % 1000 === 0) assert.equal(passes('busy', 10), false)
  }
  const grownMiB = (process.memoryUsage().heapUsed - before) / 2 ** 20
  assert.ok(grownMiB < 40, `${grownMiB} MiB`)
})
