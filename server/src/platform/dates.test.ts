import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isTimeZone, readDate, readRange } from './dates.ts'
import { Problem } from './problem.ts'

const now = new Date('2026-03-01T10:00:00Z')
const johannesburg = { timeZone: 'Africa/Johannesburg', now }
const newYork = { timeZone: 'America/New_York', now }
const iso = (value: unknown, context = johannesburg) => {
  const reading = readDate(value, context)
  assert.ok(reading.isReadable, `${String(value)} was not read`)
  return reading.at.toISOString()
}

test('each written form, and its instant', () => {
  const cases: [unknown, string][] = [
    ['2024-01-15T10:30:00Z', '2024-01-15T10:30:00.000Z'],
    ['2024-01-15t10:30:00z', '2024-01-15T10:30:00.000Z'],
    ['2024-01-15 10:30:00Z', '2024-01-15T10:30:00.000Z'],
    ['2024-01-15T10:30:00.123456', '2024-01-15T08:30:00.123Z'],
    ['2024-01-15T10:30:00.123456+00:00', '2024-01-15T10:30:00.123Z'],
    ['2024-01-15T10:30:00,5Z', '2024-01-15T10:30:00.500Z'],
    ['2024-01-15T10:30:00', '2024-01-15T08:30:00.000Z'],
    ['2024-01-15T10:30', '2024-01-15T08:30:00.000Z'],
    ['2024-01-15T10:30:00-0500', '2024-01-15T15:30:00.000Z'],
    ['2024-01-15T10:30:00+05', '2024-01-15T05:30:00.000Z'],
    ['2024-01-15 10:30:00 UTC', '2024-01-15T10:30:00.000Z'],
    ['2024-01-15', '2024-01-14T22:00:00.000Z'],
    ['2025/01/15', '2025-01-14T22:00:00.000Z'],
    ['2025/01/15, 09:05:01', '2025-01-15T07:05:01.000Z'],
    ['2024.1.5 9:05', '2024-01-05T07:05:00.000Z'],
    ['20240115', '2024-01-14T22:00:00.000Z'],
    ['20240115T103000Z', '2024-01-15T10:30:00.000Z'],
    ['20240115103000', '2024-01-15T08:30:00.000Z'],
    ['06/08/2024, 09:15', '2024-08-06T07:15:00.000Z'],
    ['06/08/2024, 09:15:30', '2024-08-06T07:15:30.000Z'],
    ['06/08/2024 09:15', '2024-08-06T07:15:00.000Z'],
    ['06/08/2024,09:15', '2024-08-06T07:15:00.000Z'],
    ['6-8-2024', '2024-08-05T22:00:00.000Z'],
    ['06.08.2024, 09:15', '2024-08-06T07:15:00.000Z'],
    ['06/08/2024, 09:15 pm', '2024-08-06T19:15:00.000Z'],
    ['06/08/2024, 12:15\u202fAM', '2024-08-05T22:15:00.000Z'],
    ['  06/08/2024, 09:15  ', '2024-08-06T07:15:00.000Z'],
    ['０６/０８/２０２４, ０９:１５', '2024-08-06T07:15:00.000Z'],
    ['31/12/2024, 24:00', '2024-12-31T22:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    [1705314600, '2024-01-15T10:30:00.000Z'],
    ['1705314600', '2024-01-15T10:30:00.000Z'],
    [1705314600.123, '2024-01-15T10:30:00.123Z'],
    [1705314600123, '2024-01-15T10:30:00.123Z'],
    ['1705314600123456', '2024-01-15T10:30:00.123Z'],
    [new Date('2024-01-15T10:30:00Z'), '2024-01-15T10:30:00.000Z'],
  ]
  for (const [value, expected] of cases) {
    assert.equal(iso(value), expected, String(value))
    assert.equal(readDate(value, johannesburg).guessed, null)
  }
})

test('two-digit years are read, and reported', () => {
  const reading = readDate('06/08/24, 09:15', johannesburg)
  assert.equal(reading.at.toISOString(), '2024-08-06T07:15:00.000Z')
  assert.match(reading.guessed ?? '', /two digits/)
})

test('what cannot be read becomes now, with a warning that says how to write it', () => {
  const absurd = [
    'yesterday',
    '31/02/2024',
    '2023-02-29',
    '99999-01-01',
    '0000-01-01',
    '01/15/2024',
    '15/01/0024',
    '2024-13-01',
    '2024-01-15T25:00',
    '2024-01-15T24:01',
    '2024-01-15T10:60',
    '2024-01-15T10:30:61',
    '2024-01-15T10:30:00+99:99',
    '2024/01-15',
    '2024-01',
    '12:30',
    '2024-01-15T',
    '10/10/10/10',
    'NaN',
    '1e12',
    '-1705314600',
    '0',
    '13/08/2024, 13:00 pm',
    '2024-01-15\u0000',
    '0x65a5',
    'x'.repeat(1e6),
    '1'.repeat(60),
    '9'.repeat(400),
    0,
    -1,
    5,
    -1705314600,
    Number.NaN,
    Infinity,
    1e300,
    true,
    {},
    [],
    ['2024-01-15'],
    new Date(Number.NaN),
    new Date(8.64e15),
    10n,
    Symbol('x'),
    () => 1,
  ]
  for (const value of absurd) {
    const reading = readDate(value, johannesburg)
    assert.equal(reading.isReadable, false, String(value).slice(0, 60))
    assert.equal(reading.at, now)
    assert.match(reading.guessed ?? '', /could not be read; the time of arrival was used\. Send ISO 8601/)
    assert.ok((reading.guessed ?? '').length < 300)
  }
  for (const value of [undefined, null, '', '  '])
    assert.match(readDate(value, johannesburg).guessed ?? '', /No date was given/)
})

test('a local time that the clocks left out or repeated is reported', () => {
  const left = readDate('2024-03-10 02:30', newYork)
  assert.equal(left.at.toISOString(), '2024-03-10T07:30:00.000Z')
  assert.match(left.guessed ?? '', /does not exist/)
  const twice = readDate('03/11/2024, 01:30', newYork)
  assert.equal(twice.at.toISOString(), '2024-11-03T05:30:00.000Z')
  assert.match(twice.guessed ?? '', /came twice/)
  assert.equal(readDate('2024-11-03T01:30:00-05:00', newYork).guessed, null)
})

test('an unknown zone of the organisation is UTC, said aloud', () => {
  const reading = readDate('2024-01-15 10:30', { timeZone: 'Mars/Olympus', now })
  assert.equal(reading.at.toISOString(), '2024-01-15T10:30:00.000Z')
  assert.match(reading.guessed ?? '', /Mars\/Olympus/)
  assert.ok(isTimeZone('Africa/Johannesburg') && !isTimeZone('Mars/Olympus') && !isTimeZone(''))
})

const zones = fc.constantFrom(
  'Africa/Johannesburg',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Europe/London',
  'UTC',
)
const instants = fc
  .date({ min: new Date('1975-01-01'), max: new Date('2150-01-01'), noInvalidDate: true })
  .map((at) => Math.floor(at.getTime() / 1000))

test('property: every form of the same second is read as that second, in any zone', () => {
  fc.assert(
    fc.property(
      instants,
      zones,
      fc.constantFrom('/', '-', '.'),
      fc.constantFrom(', ', ' ', ',', 'T'),
      (second, timeZone, mark, gap) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(second * 1000).toZonedDateTimeISO(timeZone)
        const [date, clock] = zoned.toPlainDateTime().toString({ smallestUnit: 'second' }).split('T') as [
          string,
          string,
        ]
        const [year, month, day] = date.split('-')
        const withZone = [
          zoned.toInstant().toString(),
          `${date}${gap}${clock}${zoned.offset}`,
          String(second),
          String(second * 1000),
        ]
        for (const text of withZone) assert.equal(readDate(text, { timeZone, now }).at.getTime(), second * 1000, text)
        const naive = [
          `${date}T${clock}`,
          `${date} ${clock}.000000`,
          `${day}${mark}${month}${mark}${year}${gap}${clock}`,
          [year, month, day].join(mark) + gap + clock,
        ]
        for (const text of naive) {
          const reading = readDate(text, { timeZone, now })
          // A repeated hour is read as its first; all else must be exact.
          if (!reading.guessed) assert.equal(reading.at.getTime(), second * 1000, text)
          else assert.match(reading.guessed, /came twice/)
        }
      },
    ),
  )
})

test('property: the local day of a date alone is the day that was written', () => {
  fc.assert(
    fc.property(instants, zones, (second, timeZone) => {
      const day = Temporal.Instant.fromEpochMilliseconds(second * 1000)
        .toZonedDateTimeISO(timeZone)
        .toPlainDate()
      const { at, isDateOnly } = readDate(day.toString(), { timeZone, now })
      assert.ok(isDateOnly)
      assert.ok(
        Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().equals(day),
      )
    }),
  )
})

test('property: never throws, and always gives a time in reach of the database', () => {
  const shaped = fc
    .array(fc.constantFrom('0', '1', '2', '9', '/', '-', '.', ':', 'T', 'Z', ' ', ',', '+', 'pm', '\ud800'), {
      maxLength: 30,
    })
    .map((all) => all.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), shaped, fc.double()), zones, (value, timeZone) => {
      const { at, isReadable, guessed } = readDate(value, { timeZone, now })
      assert.ok(at.getTime() > -3e12 && at.getTime() < 8e12)
      assert.ok(isReadable || guessed)
    }),
    { numRuns: 2000 },
  )
})

test('ranges of queries', () => {
  const range = (start?: unknown, end?: unknown) => {
    const { from, to } = readRange(start, end, johannesburg)
    return [from.toISOString(), to.toISOString()]
  }
  assert.deepEqual(range(), ['2026-01-30T10:00:00.000Z', '2026-03-01T10:00:00.000Z'])
  assert.deepEqual(range('', ''), range())
  assert.deepEqual(range('2024-01-01', '2024-01-31'), ['2023-12-31T22:00:00.000Z', '2024-01-31T22:00:00.000Z'])
  assert.deepEqual(range('01-01-2024', '01-01-2024'), ['2023-12-31T22:00:00.000Z', '2024-01-01T22:00:00.000Z'])
  assert.deepEqual(range('2024-01-01T00:00:00Z', '2024-01-31T10:00:00Z'), [
    '2024-01-01T00:00:00.000Z',
    '2024-01-31T10:00:00.000Z',
  ])
  assert.deepEqual(range(undefined, '2024-01-31T10:00:00Z'), ['2024-01-01T10:00:00.000Z', '2024-01-31T10:00:00.000Z'])
  const dst = readRange('2024-03-10', '2024-03-10', newYork)
  assert.equal(dst.to.getTime() - dst.from.getTime(), 23 * 3_600_000)
  assert.throws(() => range('soon'), { kind: 'invalid', code: 'unreadable_date' })
  assert.throws(() => range('2024-02-01', '2024-01-01'), { kind: 'invalid', code: 'range_backwards' })
})

test('property: a range is either in order or refused with a Problem', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (start, end) => {
      try {
        const { from, to } = readRange(start, end, johannesburg)
        assert.ok(from <= to)
      } catch (error) {
        assert.ok(error instanceof Problem, String(error))
      }
    }),
  )
})
