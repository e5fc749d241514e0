import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { afterOutcomes, isTroubled, type Lane, type LaneOutcome, newLane, revived, slotsMax } from './lane.ts'

const s = 1000
const h = 3_600_000
const start = Date.parse('2026-03-05T08:00:00Z')
const at = (ms: number) => new Date(start + ms)
const middle = () => 0.5
const ok: LaneOutcome = { kind: 'ok' }
const failed: LaneOutcome = { kind: 'failed' }
const times = (n: number, one: LaneOutcome) => Array.from({ length: n }, () => one)
const after = (lane: Lane, outcomes: LaneOutcome[], ms: number) => afterOutcomes(lane, outcomes, at(ms), middle)

/** As a claim leaves it that takes the one probe. */
const probing = (lane: Lane): Lane => ({ ...lane, breaker: 'half_open', slots: 1 })

describe('lane', () => {
  test('five failures in a row open the breaker, for 30 seconds; four and a success do not', () => {
    assert.equal(after(newLane(), times(4, failed), 0).lane.breaker, 'closed')
    const { lane } = after(newLane(), times(5, failed), 0)
    assert.deepEqual([lane.breaker, lane.open_until, lane.failures], ['open', at(30 * s), 5])
    assert.equal(after(newLane(), [...times(4, failed), ok, ...times(4, failed)], 0).lane.breaker, 'closed')
  })

  test('half of ten within a minute open it; half of nine do not, and an older minute does not count', () => {
    const mixed = (n: number) => Array.from({ length: n }, (_, index) => (index % 2 ? failed : ok))
    assert.equal(after(newLane(), mixed(9), 0).lane.breaker, 'closed')
    assert.equal(after(newLane(), mixed(10), 0).lane.breaker, 'open')
    const nearly = after(newLane(), mixed(9), 0).lane
    assert.equal(after(nearly, [failed], 61 * s).lane.breaker, 'closed')
    assert.equal(after(nearly, [failed], 59 * s).lane.breaker, 'open')
  })

  test('a failed probe opens it for twice as long, up to an hour', () => {
    let lane = after(newLane(), times(5, failed), 0).lane
    for (const seconds of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      lane = after(probing(lane), [failed], 0).lane
      assert.deepEqual([lane.breaker, lane.open_until], ['open', at(seconds * s)])
    }
  })

  test('after a probe that succeeds, one, two, then four at once; then all is as before', () => {
    const open = after(newLane(), times(5, failed), 0).lane
    const first = after(probing(open), [ok], s).lane
    assert.deepEqual([first.breaker, first.slots], ['half_open', 2])
    const { lane } = after(first, [ok], 2 * s)
    assert.deepEqual([lane.breaker, lane.slots, lane.openings, lane.open_until], ['closed', slotsMax, 0, null])
    assert.equal(isTroubled(lane), false)
    assert.equal(after(first, [failed], 2 * s).lane.breaker, 'open')
  })

  test('what was in flight when it opened neither closes it nor opens it once more', () => {
    const open = after(newLane(), times(5, failed), 0).lane
    assert.equal(after(open, [ok], s).lane.breaker, 'open')
    assert.deepEqual(after(open, [failed], s).lane.open_until, open.open_until)
  })

  test('quiet that was asked for holds, the longest one, and six hours at most', () => {
    const { lane } = after(newLane(), [{ kind: 'failed', quietForMs: 90 * s }], 0)
    assert.deepEqual(lane.blocked_until, at(90 * s))
    assert.deepEqual(after(lane, [{ kind: 'failed', quietForMs: null }], s).lane.blocked_until, at(90 * s))
    assert.deepEqual(after(newLane(), [{ kind: 'failed', quietForMs: null }], 0).lane.blocked_until, at(5 * s))
    for (const quietForMs of [365 * 24 * h, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(after(newLane(), [{ kind: 'failed', quietForMs }], 0).lane.blocked_until, at(6 * h))
    }
  })

  test('the owner is told after 1, 24 and 72 hours, each once, and of the recovery; after five days it is over', () => {
    let lane = after(newLane(), [failed], 0).lane
    const told: [number, string][] = []
    for (let hour = 1; hour <= 125; hour += 1) {
      const next = after(lane, [failed], hour * h)
      if (next.step) told.push([hour, next.step])
      lane = next.lane
      if (next.step === 'disabled') break
    }
    assert.deepEqual(told, [
      [1, 'failing'],
      [24, 'failing'],
      [72, 'failing'],
      [120, 'disabled'],
    ])
    const recovered = after(probing(after(after(newLane(), [failed], 0).lane, [failed], 2 * h).lane), [ok], 3 * h)
    assert.equal(recovered.step, 'recovered')
    assert.equal(after(recovered.lane, [ok], 3 * h).step, null)
    assert.equal(after(after(newLane(), times(19, failed), 0).lane, [ok], h).step, null)
  })

  test('five days alone do not disable: it takes twenty failures', () => {
    const few = after(newLane(), times(10, failed), 0).lane
    assert.equal(after(few, [failed], 121 * h).step, 'failing')
    assert.equal(after(few, times(10, failed), 121 * h).step, 'disabled')
  })

  test('whatever comes in whatever order: slots, counts and times stay within their bounds', () => {
    const outcome = fc.oneof(
      fc.constant(ok),
      fc.constant(failed),
      fc.record({ kind: fc.constant('failed' as const), quietForMs: fc.option(fc.integer({ min: 0, max: 6 * h })) }),
    )
    // Clocks may step back.
    const step = fc.record({
      ms: fc.integer({ min: -2 * h, max: 8 * h }),
      outcomes: fc.array(outcome, { maxLength: 6 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (history) => {
        let lane = newLane()
        let now = 0
        for (const { ms, outcomes } of history) {
          now += ms
          if (lane.breaker === 'open' && lane.open_until && lane.open_until <= at(now)) lane = probing(lane)
          lane = afterOutcomes(lane, outcomes, at(now)).lane
          const isOpen = lane.breaker === 'open'
          if (lane.slots < 1 || lane.slots > slotsMax || (lane.breaker === 'closed' && lane.slots !== slotsMax))
            return false
          if (isOpen && (!lane.open_until || lane.openings < 1)) return false
          if (lane.failures > 0 !== (lane.failing_since !== null)) return false
          if (outcomes.length > 0 && lane.open_until && lane.open_until.getTime() > start + Math.max(now, 0) + 100 * h)
            return false
        }
        return JSON.stringify(revived(lane)) === JSON.stringify({ ...newLane(), last_success_at: lane.last_success_at })
      }),
      { numRuns: 500 },
    )
  })
})
