import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { days, nextSync, retryAt, type Schedule } from './schedule.ts'

const zone = 'Europe/Berlin'
const next = (schedule: Schedule, now: string) => nextSync(schedule, zone, new Date(now), 0).toISOString()

test('an interval, spread by a tenth', () => {
  const now = new Date('2026-01-01T00:00:00Z')
  assert.equal(nextSync({ every_seconds: 100 }, zone, now, 0).getTime() - now.getTime(), 90_000)
  assert.equal(nextSync({ every_seconds: 100 }, zone, now, 0.5).getTime() - now.getTime(), 100_000)
})

test('times of the day in the zone, on the days that are named', () => {
  // A Thursday, one hour ahead of UTC.
  assert.equal(next({ times: ['02:00', '14:30'] }, '2026-01-01T10:00:00Z'), '2026-01-01T13:30:00.000Z')
  assert.equal(next({ times: ['02:00', '14:30'] }, '2026-01-01T13:30:00Z'), '2026-01-02T01:00:00.000Z')
  assert.equal(next({ times: ['02:00'], days: ['mon'] }, '2026-01-01T10:00:00Z'), '2026-01-05T01:00:00.000Z')
  assert.equal(next({ times: ['11:00'], days: ['thu'] }, '2026-01-01T10:00:00Z'), '2026-01-08T10:00:00.000Z')
})

test('when the clocks change: a time that is left out comes an hour later, one that comes twice counts once', () => {
  assert.equal(next({ times: ['02:30'] }, '2026-03-28T23:30:00Z'), '2026-03-29T01:30:00.000Z')
  assert.equal(next({ times: ['02:30'] }, '2026-10-24T23:30:00Z'), '2026-10-25T00:30:00.000Z')
  assert.equal(next({ times: ['02:30'] }, '2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z')
})

test('any schedule at any moment: later than now, within nine days, on a day that was asked for', () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  fc.assert(
    fc.property(
      fc.array(time, { minLength: 1, maxLength: 5 }),
      fc.subarray([...days], { minLength: 1 }),
      fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      (times, on, now) => {
        const texts = times.map((one) => one.map((part) => String(part).padStart(2, '0')).join(':'))
        const at = nextSync({ times: texts, days: on }, zone, now, 0)
        assert.ok(at > now && at.getTime() - now.getTime() < 9 * 86_400_000)
        const day = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).dayOfWeek
        assert.ok(on.includes(days[day - 1] as (typeof days)[number]))
      },
    ),
  )
})

test('while it fails: sooner at first, never later than an hour', () => {
  const now = new Date(0)
  const waits = [1, 2, 3, 9, 50].map((failures) => retryAt(failures, now, 0).getTime() / 1000)
  assert.deepEqual(waits, [15, 30, 60, 3600, 3600])
})
