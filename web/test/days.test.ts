// Plain dates as days of a time zone: where each begins, and how the filters of the list write and read them.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayStartingAt, startOfDay } from '../src/components/day-start.ts'
import { plusDays } from '../src/components/days.ts'
import { filtersOf, filterText } from '../src/pages/interactions/filters.ts'

describe('days of a time zone', () => {
  test('a day begins when it begins there, also when clocks change, also where that is at midnight', () => {
    for (const [day, zone, start] of [
      ['2026-03-09', 'Africa/Johannesburg', '2026-03-08T22:00:00.000Z'],
      ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z'],
      ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00.000Z'],
      ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
      ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
      ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
      ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
      ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
      ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
    ] as const) {
      assert.equal(startOfDay(day, zone).toISOString(), start, `${day} in ${zone}`)
      assert.equal(dayStartingAt(start, zone), day)
    }
    assert.equal(dayStartingAt('2026-03-09T00:00:00.000Z', 'Africa/Johannesburg'), null)
    for (const none of ['soon', '+200000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])
      assert.equal(dayStartingAt(none, 'Africa/Johannesburg'), null)
    filterText({ from: '0000-01-01', to: '9999-12-31' }, 'Africa/Johannesburg')
    // As it is typed, a year is first that of the Romans.
    for (const typed of ['0002-01-01', '0202-12-31']) startOfDay(typed, 'Africa/Monrovia').toISOString()
  })

  test('the days of every zone begin where Temporal says', () => {
    const days = Array.from({ length: 366 }, (_, at) => plusDays('2026-01-01', at))
    for (const [number, zone] of Intl.supportedValuesOf('timeZone').entries())
      for (const day of days.filter((_, at) => (at + number) % 7 === 0)) {
        const start = Temporal.PlainDate.from(day).toZonedDateTime(zone).startOfDay().epochMilliseconds
        assert.equal(startOfDay(day, zone).getTime(), start, `${day} in ${zone}`)
      }
  })

  test('days are written as moments of the zone and read as the same days; what else stands there stays', () => {
    const days = { from: '2026-03-28', to: '2026-03-29', team: 'A "B"' }
    const text =
      'started_at >= "2026-03-27T23:00:00.000Z" AND started_at < "2026-03-29T22:00:00.000Z" AND team = "A \\"B\\""'
    assert.equal(filterText(days, 'Europe/Berlin'), text)
    assert.deepEqual(filtersOf(text, 'Europe/Berlin'), days)
    const moments = { from: '2026-03-27T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z', team: 'A "B"' }
    assert.deepEqual(filtersOf(text, 'Africa/Johannesburg'), { ...moments, to: '2026-03-29' })
    // Kept when a date alone was a day in UTC.
    const old = 'started_at >= "2026-03-28"'
    assert.deepEqual(filtersOf(old, 'Africa/Johannesburg'), { filter: old })
    assert.equal(filterText({ from: 'yesterday' }, 'UTC'), 'started_at >= "yesterday"')
  })
})
