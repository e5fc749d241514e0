// The second factor: enrolled, asked for, used up, guessed.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { TOTP } from 'otpauth'
import { good, startPeople } from './people.ts'

const { browser, newOwner, stop } = await startPeople()
after(stop)

test('a second factor: enrolled with the password, asked for at sign-in, no code twice, ten ways back', async () => {
  const owner = await newOwner()
  assert.equal((await owner.send('POST', '/v1/me/totp', {})).status, 401)
  const { secret, uri } = (await owner.send('POST', '/v1/me/totp', { password: good })).body
  assert.match(uri, /^otpauth:\/\/totp\/Indaba:/)
  const totp = new TOTP({ secret })
  const codeAt = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 })
  assert.equal((await owner.send('PUT', '/v1/me/totp', { code: codeAt(-5) })).status, 401)
  assert.equal((await browser().signIn(owner.email, good)).body.status, 'signed_in', 'it does not count yet')
  const confirmed = await owner.send('PUT', '/v1/me/totp', { code: codeAt(-1) })
  const { recovery_codes: codes } = confirmed.body
  assert.equal(new Set(codes).size, 10)

  const begin = async () => {
    const person = browser()
    const { body } = await person.signIn(owner.email, good)
    assert.equal(body.status, 'second_factor_needed')
    assert.equal(person.jar.size, 0, 'no session yet')
    const finish = (code: string) =>
      person.send('POST', '/v1/session/second-factor', { challenge: body.challenge, code })
    return { person, finish }
  }
  const first = await begin()
  assert.equal((await first.finish(codeAt(-1))).status, 401, 'the code of the enrolment was used')
  assert.equal((await first.finish(codeAt(0))).status, 200)
  assert.equal((await first.finish(codeAt(1))).status, 401, 'the challenge is used up')
  const second = await begin()
  assert.equal((await second.finish(codeAt(0))).status, 401, 'a code is good once')
  const same = await Promise.all([second.finish(codes[0]), second.finish(codes[0])])
  assert.deepEqual(same.map(({ status }) => status).sort(), [200, 401], 'a recovery code is good once')
  const third = await begin()
  assert.equal((await third.finish(codes[0].toLowerCase())).status, 401)
  assert.equal((await third.finish(codes[1].toLowerCase().replaceAll('-', ' '))).status, 200)
  assert.equal((await owner.send('GET', '/v1/me')).body.second_factor.recovery_codes_left, 8)
  assert.equal((await owner.send('DELETE', '/v1/me/totp', { code: '000000' })).status, 401)
  assert.equal((await owner.send('DELETE', '/v1/me/totp', { code: codes[2] })).status, 204)
  assert.equal((await browser().signIn(owner.email, good)).body.status, 'signed_in')
})

test('five wrong codes end the sign-in, and guessing codes is slowed down', async () => {
  const owner = await newOwner()
  const { secret } = (await owner.send('POST', '/v1/me/totp', { password: good })).body
  const totp = new TOTP({ secret })
  await owner.send('PUT', '/v1/me/totp', { code: totp.generate({ timestamp: Date.now() - 30_000 }) })
  const person = browser()
  const guess = async () => {
    const { challenge } = (await person.signIn(owner.email, good)).body
    const codes = []
    for (let time = 0; time < 6; time++) {
      const said = await person.send('POST', '/v1/session/second-factor', { challenge, code: '000000' })
      codes.push(said.code)
    }
    const right = await person.send('POST', '/v1/session/second-factor', { challenge, code: totp.generate() })
    assert.notEqual(right.status, 200, 'too late for the right one')
    return codes
  }
  assert.deepEqual(await guess(), [...Array(5).fill('wrong_code'), 'sign_in_again'])
  assert.ok((await guess()).includes('too_many_attempts'))
})
