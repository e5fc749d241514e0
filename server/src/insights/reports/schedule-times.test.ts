import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { rangeOf, readPeriod, wordsOf } from './periods.ts'
import { nextRun } from './schedule-times.ts'
import type { relativePeriods, When } from './shapes.ts'

const when = (given: Partial<When>): When => ({
  frequency: 'daily',
  time_of_day: '07:00',
  weekdays: [],
  day_of_month: null,
  ...given,
})
const runs = (given: Partial<When>, zone: string, from: string, count: number): string[] => {
  const found: string[] = []
  for (let at = new Date(from); found.length < count; ) {
    at = nextRun(when(given), zone, at)
    found.push(at.toISOString())
  }
  return found
}

describe('when a schedule runs', () => {
  test('at its time of the day in the zone; at the very time it is the next one', () => {
    assert.deepEqual(runs({}, 'Africa/Johannesburg', '2026-03-01T05:00:00.000Z', 2), [
      '2026-03-02T05:00:00.000Z',
      '2026-03-03T05:00:00.000Z',
    ])
  })

  test('on the 31st: in shorter months on the last day', () => {
    assert.deepEqual(runs({ frequency: 'monthly', day_of_month: 31 }, 'UTC', '2026-01-31T08:00:00Z', 4), [
      '2026-02-28T07:00:00.000Z',
      '2026-03-31T07:00:00.000Z',
      '2026-04-30T07:00:00.000Z',
      '2026-05-31T07:00:00.000Z',
    ])
    assert.deepEqual(runs({ frequency: 'monthly', day_of_month: 29 }, 'UTC', '2028-01-30T08:00:00Z', 2), [
      '2028-02-29T07:00:00.000Z',
      '2028-03-29T07:00:00.000Z',
    ])
  })

  test('on Mondays and Fridays', () => {
    assert.deepEqual(runs({ frequency: 'weekly', weekdays: [1, 5] }, 'UTC', '2026-03-03T00:00:00Z', 3), [
      '2026-03-06T07:00:00.000Z',
      '2026-03-09T07:00:00.000Z',
      '2026-03-13T07:00:00.000Z',
    ])
  })

  test('a time that the clocks leave out is an hour later that day; one that they bring twice runs once', () => {
    assert.deepEqual(runs({ time_of_day: '02:30' }, 'Europe/Berlin', '2026-03-28T12:00:00Z', 2), [
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
    assert.deepEqual(runs({ time_of_day: '02:30' }, 'Europe/Berlin', '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })

  test('is always later, within a year and a month, and at its time', () => {
    const anyWhen = fc.record({
      frequency: fc.constantFrom('daily' as const, 'weekly' as const, 'monthly' as const),
      hour: fc.integer({ min: 0, max: 23 }),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      day_of_month: fc.integer({ min: 1, max: 31 }),
      zone: fc.constantFrom('UTC', 'Africa/Johannesburg', 'Europe/Berlin', 'Pacific/Apia', 'Australia/Lord_Howe'),
      at: fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    })
    fc.assert(
      fc.property(anyWhen, ({ hour, zone, at, ...rest }) => {
        const next = nextRun(when({ ...rest, time_of_day: `${String(hour).padStart(2, '0')}:00` }), zone, at)
        const days = (next.getTime() - at.getTime()) / 86_400_000
        assert.ok(days > 0 && days < 32.5, `${days}`)
      }),
    )
  })
})

describe('the period of a report', () => {
  const timeZone = 'Africa/Johannesburg'
  const at = new Date('2026-03-18T22:30:00Z') // Thursday the 19th, 00:30
  const words = (period: (typeof relativePeriods)[number]) => wordsOf(rangeOf(period, { timeZone, at }), timeZone)

  test('names are read in the zone', () => {
    assert.equal(words('yesterday'), '2026-03-18')
    assert.equal(words('last_7_days'), '2026-03-12 to 2026-03-18')
    assert.equal(words('last_week'), '2026-03-09 to 2026-03-15')
    assert.equal(words('this_week'), '2026-03-16 to 2026-03-19')
    assert.equal(words('last_month'), '2026-02-01 to 2026-02-28')
    assert.equal(words('last_quarter'), '2025-10-01 to 2025-12-31')
    assert.equal(words('last_year'), '2025-01-01 to 2025-12-31')
  })

  test('dates in any form; ten years at most; not both', () => {
    const read = (given: object) => readPeriod(given, { timeZone, now: at })
    assert.deepEqual(read({ start_date: '01-03-2026', end_date: '2026-03-02' }), {
      from: '2026-02-28T22:00:00.000Z',
      to: '2026-03-02T22:00:00.000Z',
    })
    assert.equal(read({}), 'last_30_days')
    assert.throws(() => read({ start_date: '2010-01-01', end_date: '2026-01-01' }), /ten years/)
    assert.throws(() => read({ period: 'last_month', end_date: '2026-01-01' }), /not both/)
    assert.throws(() => read({ period: 'last_monht' }), /one of today/)
  })
})
