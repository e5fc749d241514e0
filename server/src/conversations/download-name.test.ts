import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { dispositionOf, withEnding } from './download-name.ts'

const fallback = '01981f0e-6a53-7c41-9d0b-3f6f2b6f1c55.wav'
const named = (given: string | null) => dispositionOf('attachment', given, fallback)
const plain = `attachment; filename="${fallback}"`

describe('the name of a download', () => {
  const cases: [given: string | null, header: string][] = [
    [null, plain],
    ['', plain],
    ['..', plain],
    ['.wav', plain],
    ['call 7.wav', 'attachment; filename="call 7.wav"'],
    ['CALL.WAV', 'attachment; filename="CALL.WAV"'],
    ['../../etc/passwd', 'attachment; filename="passwd.wav"'],
    ['C:\\calls\\anna.mp3', 'attachment; filename="anna.mp3"'],
    ['.bashrc', 'attachment; filename="bashrc.wav"'],
    ['setup.exe', 'attachment; filename="setup.exe.wav"'],
    ['say "hi";.wav', `attachment; filename="say _hi__.wav"; filename*=UTF-8''say%20_hi_%3b.wav`.replace('%3b', '%3B')],
    ['a\r\nSet-Cookie: x=1.wav', 'attachment; filename="a__Set-Cookie_ x=1.wav"'],
    [
      'Näidis – kõne.wav',
      `attachment; filename="N_idis _ k_ne.wav"; filename*=UTF-8''N%C3%A4idis%20%E2%80%93%20k%C3%B5ne.wav`,
    ],
    ['\u202egpj.wav', 'attachment; filename="_gpj.wav"'],
    ["it's 100%.wav", `attachment; filename="it's 100_.wav"; filename*=UTF-8''it%27s%20100%25.wav`],
  ]
  for (const [given, header] of cases) test(JSON.stringify(given), () => assert.equal(named(given), header))

  test('is a safe header and a safe name, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const header = named(given)
        assert.match(header, /^attachment; filename="[ -!#-[\]-~]+\.\w+"(; filename\*=UTF-8''[\w.%~*-]+)?$/)
        const [, extended = ''] = header.split("''")
        assert.ok(!/[/\\\p{Cc}]/u.test(decodeURIComponent(extended)))
        assert.ok(header.length < 3000)
      }),
    )
  })

  test('of another form of the recording has its ending', () => {
    assert.equal(withEnding('anna.wav', '.mp3'), 'anna.mp3')
    assert.equal(withEnding('anna', '.mp3'), 'anna.mp3')
    assert.equal(withEnding('anna.v2', '.mp3'), 'anna.v2.mp3')
    assert.equal(withEnding(null, '.mp3'), null)
  })
})
