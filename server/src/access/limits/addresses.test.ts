import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../platform/problem.ts'
import { addressLimits, networkOf } from './addresses.ts'

function limits(strangersPerSecond = 20, failuresPerMinute = 10) {
  const clock = { ms: 0 }
  const { countStranger, countFailure } = addressLimits({ strangersPerSecond, failuresPerMinute }, () => clock.ms)
  const passes = (count: (address: string) => void, address: string): boolean => {
    try {
      count(address)
      return true
    } catch (err) {
      assert.ok(err instanceof Problem && err.kind === 'limited' && (err.retryAfterS ?? 0) > 0)
      return false
    }
  }
  return {
    clock,
    stranger: (address: string) => passes(countStranger, address),
    failure: (address: string) => passes(countFailure, address),
  }
}

test('twenty strangers a second for a minute, after a burst of five seconds', () => {
  const { clock, stranger } = limits()
  let passed = 0
  for (let step = 0; step < 6000; step++) {
    if (stranger('192.0.2.1')) passed++
    clock.ms += 10
  }
  assert.ok(Math.abs(passed - (100 + 60 * 20)) <= 1, String(passed))
})

test('ten wrong credentials, then none for six seconds', () => {
  const { clock, failure } = limits()
  for (let n = 0; n < 10; n++) assert.equal(failure('192.0.2.1'), true)
  assert.equal(failure('192.0.2.1'), false)
  clock.ms += 5999
  assert.equal(failure('192.0.2.1'), false)
  clock.ms += 1
  assert.equal(failure('192.0.2.1'), true)
  assert.equal(failure('192.0.2.2'), true)
})

test('failures and strangers are counted apart, and 0 counts nothing', () => {
  const { stranger, failure } = limits()
  for (let n = 0; n < 11; n++) failure('192.0.2.1')
  assert.equal(stranger('192.0.2.1'), true)
  const off = limits(0, 0)
  for (let n = 0; n < 1000; n++) assert.ok(off.stranger('192.0.2.1') && off.failure('192.0.2.1'))
})

test('a /64 of IPv6 is one address; IPv4 in IPv6 is IPv4; what is no address is a name of bounded length', () => {
  assert.equal(networkOf('2001:db8:1:2:3::1'), networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
  assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'))
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2%eth1'))
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7')
  assert.notEqual(networkOf('192.0.2.7'), networkOf('192.0.2.8'))
  assert.equal(networkOf('x'.repeat(10_000)).length, 64)
})
