import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixedPartOf, readTarget, targetOf } from './after-paths.ts'

test('where files go afterwards: by the date in the zone of the organisation, their own folders kept', () => {
  const at = new Date('2026-01-31T23:30:00Z')
  assert.equal(targetOf('done/{date:YYYY/MM/DD}', 'in/a.wav', at, 'Europe/Berlin'), 'done/2026/02/01/in/a.wav')
  assert.equal(targetOf('done', 'a.wav', at, 'UTC'), 'done/a.wav')
  assert.equal(readTarget('/done/{date:YYYY-MM}/', 'to'), 'done/{date:YYYY-MM}')
})

test('what is left out of listings: all below the part that is always the same', () => {
  assert.equal(fixedPartOf('done'), 'done')
  assert.equal(fixedPartOf('a/b/{date:YYYY}'), 'a/b')
  assert.equal(fixedPartOf('a/b-{date:YYYY}/c'), 'a')
})

test('targets that cannot be', () => {
  for (const to of [
    '..',
    'a/../b',
    '.',
    'a//b',
    '',
    '/',
    '{date:YYYY}',
    'x{date:YYYY}',
    'a/{agent}',
    'a/{date:hh}',
    'a/{date:YYYY',
    'a\nb',
  ]) {
    assert.throws(() => readTarget(to, 'to'), { code: 'invalid_request' }, to)
  }
})
