import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compilePattern, pathCharsMax } from './path-pattern.ts'

const fieldsOf = (pattern: string, path: string) => compilePattern(pattern).match(path)?.fields ?? null

describe('patterns of paths', () => {
  test('captures of all kinds, from folders and names', () => {
    assert.deepEqual(
      fieldsOf('{team}/{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav', 'Sales/anna_20240115-103000_+27110000001.wav'),
      { team: 'Sales', agent: 'anna', contact: '+27110000001', date_of_call: '2024-01-15T10:30:00' },
    )
    assert.deepEqual(fieldsOf('{date:YYYY}/{date:MM}/{date:DD}/{_}-{agent_id}.*', '2024/02/29/x-7.mp3'), {
      agent_id: '7',
      date_of_call: '2024-02-29',
    })
    assert.deepEqual(fieldsOf('{tag}-{tag}-{custom:call reason}.wav', 'a-b-c.wav'), {
      'call reason': 'c',
      tags: ['a', 'b'],
    })
    assert.deepEqual(fieldsOf('{interaction_id}_{date:epoch}.wav', '9_1700000000.wav'), {
      interaction_id: '9',
      date_of_call: '2023-11-14T22:13:20.000Z',
    })
  })

  test('a capture is as short as will do, and longer where it must', () => {
    assert.deepEqual(fieldsOf('{agent}_{custom:rest}.wav', 'anna_maria_2.wav'), { agent: 'anna', rest: 'maria_2' })
    assert.deepEqual(fieldsOf('{agent}_{date:YYYYMMDD}.wav', 'anna_maria_20240115.wav'), {
      agent: 'anna_maria',
      date_of_call: '2024-01-15',
    })
    assert.deepEqual(fieldsOf('{agent}.wav', 'a.wav.wav'), { agent: 'a.wav' })
  })

  test('wildcards, and what they do not reach', () => {
    assert.ok(fieldsOf('*.wav', 'a.wav'))
    assert.ok(fieldsOf('*.wav', 'deep/er/a.WAV'), 'a pattern of the name alone, in any case')
    assert.ok(fieldsOf('*', 'x/y'))
    assert.equal(fieldsOf('calls/*.wav', 'calls/x/a.wav'), null)
    assert.ok(fieldsOf('calls/**/*.wav', 'calls/a.wav'))
    assert.ok(fieldsOf('calls/**/*.wav', 'calls/x/y/a.wav'))
    assert.ok(fieldsOf('**/a?.wav', 'a1.wav'))
    assert.equal(fieldsOf('a?.wav', 'a.wav'), null)
    assert.ok(fieldsOf('a?.wav', 'a😀.wav'), 'one character, however it is written')
    assert.ok(fieldsOf('{agent}.wav', 'Zoë.wav'.normalize('NFD')))
    assert.ok(fieldsOf('a\\*\\{b\\}.wav', 'a*{b}.wav'))
    assert.equal(fieldsOf('a\\*.wav', 'ab.wav'), null)
    assert.equal(fieldsOf('{agent}.wav', '.wav'), null, 'nothing is no agent')
  })

  test('a date that cannot be: the part that is out of range does not match, a day that is not there warns', () => {
    assert.equal(fieldsOf('{date:YYYYMMDD}.wav', '20241301.wav'), null)
    const match = compilePattern('{date:YYYY-MM-DD}.wav').match('2024-02-31.wav')
    assert.deepEqual(match?.fields, {})
    assert.match(match?.warnings.join() ?? '', /2024-02-31/)
  })

  test('patterns that cannot be are refused, and told why', () => {
    const refused: [string, RegExp][] = [
      ['{agnet}.wav', /\{agnet\}, which is not known/],
      ['{agent}_{agent}.wav', /captured already/],
      ['{number}_{contact}.wav', /captured already/],
      ['{agent.wav', /other half/],
      ['a}.wav', /other half/],
      ['{date:HHmmss}.wav', /year, month and day/],
      ['{date:YYYYMMDD}_{date:YYYYMMDD}.wav', /twice/],
      ['{date:QQ}.wav', /no part of a date/],
      ['{date:--}.wav', /no part of a date/],
      ['{date}_{date:YYYYMMDD}', /with a format and one without/],
      ['{custom:__proto__}', /after "custom:"/],
      ['{custom:}', /after "custom:"/],
      ['*'.repeat(501), /longer/],
    ]
    for (const [pattern, why] of refused) {
      assert.throws(() => compilePattern(pattern), { code: 'invalid_pattern', message: why }, pattern)
    }
  })

  test('what a name is made of by a pattern of captures is found again in it', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9+@. ]{1,20}$/).filter((text) => text.trim() === text && text !== '')
    fc.assert(
      fc.property(
        word,
        word,
        fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true }),
        (a, b, at) => {
          const stamp = at.toISOString().slice(0, 19)
          const name = `${a}/${b}_${stamp.replaceAll(/[-:]/g, '').replace('T', '-')}.wav`
          assert.deepEqual(fieldsOf('{team}/{agent}_{date:YYYYMMDD-HHmmss}.wav', name), {
            team: a,
            agent: b,
            date_of_call: stamp,
          })
        },
      ),
    )
  })

  test('any pattern and any name: an answer or a refusal; as many tries as steps times characters, not more', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'binary', maxLength: 60 }),
        (p, name) => {
          try {
            compilePattern(p).match(name)
          } catch (err) {
            assert.equal((err as { code?: string }).code, 'invalid_pattern')
          }
        },
      ),
    )
    // Would take 10^40 tries by trying all ways to part it; the test would not end.
    const worst = compilePattern(`${'{_}_'.repeat(40)}${'**a'.repeat(40)}.wav`)
    assert.equal(worst.match(`${'_'.repeat(pathCharsMax / 2)}${'a'.repeat(pathCharsMax / 2)}`), null)
    assert.equal(compilePattern('**').match('a'.repeat(pathCharsMax + 1)), null)
  })
})
