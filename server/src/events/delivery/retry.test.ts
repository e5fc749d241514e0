import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readRetryAfter } from '../../platform/outbound/retry-after.ts'
import { jitter, nextWaitMs, retryAfterMsMax, waitsMs } from './retry.ts'

const hours = (ms: number) => ms / 3_600_000
const middle = () => 0.5
const waitAfter = (
  style: keyof typeof waitsMs,
  attempt: number,
  retryAfterMs: number | null,
  random?: () => number,
): number | null => nextWaitMs({ waitsMs: waitsMs[style], attempt, retryAfterMs, heldForMs: null }, random)

test('vela: ten attempts over 75.6 hours, as Standard Webhooks has them; vbot: one and three more', () => {
  const waits = Array.from({ length: 9 }, (_, index) => waitAfter('vela', index + 1, null, middle))
  assert.deepEqual(
    waits.map((ms) => Number(ms) / 1000),
    [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
  )
  assert.equal(Math.round(hours(waits.reduce<number>((sum, ms) => sum + Number(ms), 0)) * 10) / 10, 75.6)
  assert.equal(waitAfter('vela', 10, null), null)
  assert.equal(waitAfter('vela', 10, 1000), null)
  assert.equal(waitsMs.vbot.length, 3)
  assert.ok(waitAfter('vbot', 3, null))
  assert.equal(waitAfter('vbot', 4, null), null)
})

test('any wait is within a fifth of the schedule, or what the receiver asked for, up to six hours', () => {
  const styles = fc.constantFrom('vela', 'vbot')
  const asked = fc.option(fc.integer({ min: 0, max: 10 * retryAfterMsMax }))
  fc.assert(
    fc.property(styles, fc.integer({ min: 1, max: 12 }), asked, (style, attempt, retryAfterMs) => {
      const wait = waitAfter(style as 'vela', attempt, retryAfterMs)
      const scheduled = waitsMs[style as 'vela'][attempt - 1]
      if (scheduled === undefined) return wait === null
      const wanted = Math.min(retryAfterMs ?? 0, retryAfterMsMax)
      return (
        wait !== null &&
        wait >= scheduled * (1 - jitter) &&
        wait >= wanted &&
        wait <= Math.max(scheduled * (1 + jitter), wanted)
      )
    }),
  )
})

test('a receiver that asks for ages is asked again after six hours', () => {
  assert.ok(Number(waitAfter('vela', 1, readRetryAfter('9'.repeat(400)))) <= retryAfterMsMax)
})
