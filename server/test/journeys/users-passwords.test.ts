// Passwords: guessed, changed, forgotten. Second factors have their own file.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { good, startPeople, tokenIn } from './people.ts'

const { smtp, browser, freshAddress, newOwner, newMember, stop } = await startPeople()
after(stop)

test('an unknown address, a wrong password and a dead account are told apart by nobody', async () => {
  const owner = await newOwner()
  const gone = await newMember(owner, { role: 'analyst' })
  assert.equal((await owner.send('POST', `/v1/users/${gone.id}/deactivate`)).status, 200)
  assert.equal((await gone.send('GET', '/v1/session')).status, 401, 'what was open is closed at once')
  const answers = await Promise.all([
    browser().signIn('nobody-at-all@example.org', good),
    browser().signIn(owner.email, 'wrong one 1'),
    browser().signIn(gone.email, 'wrong one 1'),
    browser().signIn('not an address', good),
  ])
  const shown = answers.map(({ status, detail }) => [status, detail])
  assert.deepEqual(shown, Array(4).fill([401, 'Invalid credentials']))
  const right = await browser().signIn(gone.email, good)
  assert.equal(right.status, 403, 'only who knows the password learns more')
  const forgot = [owner.email, 'nobody-at-all@example.org'].map((email) =>
    browser().send('POST', '/v1/password/forgot', { email }),
  )
  const [known, unknown] = await Promise.all(forgot)
  assert.deepEqual([known?.status, known?.body], [202, unknown?.body])
  await smtp.next(owner.email)
  assert.equal(
    (await browser().send('POST', '/v1/session', { email: owner.email })).detail,
    'Please fill in all fields.',
  )
})

test('an unknown address takes as long as a wrong password', async () => {
  const owner = await newOwner()
  const times = { known: [] as number[], unknown: [] as number[] }
  for (let round = 0; round < 7; round++) {
    for (const [kind, email] of [
      ['known', owner.email],
      ['unknown', `nobody-${round}@example.org`],
    ] as const) {
      const start = performance.now()
      assert.equal((await browser().signIn(email, 'wrong one 1')).status, 401)
      times[kind].push(performance.now() - start)
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[3] as number
  const ratio = median(times.unknown) / median(times.known)
  assert.ok(ratio > 0.5 && ratio < 2, `${median(times.unknown)} ms against ${median(times.known)} ms`)
})

test('case and composition of an address make no second account, and its mail goes to the first', async () => {
  const owner = await newOwner()
  const member = await newMember(owner, { role: 'analyst' }, freshAddress('zoe'))
  const variant = member.email.toUpperCase()
  assert.equal((await owner.send('POST', '/v1/users', { email: variant, role: 'analyst' })).status, 409)
  assert.equal((await browser().signIn(variant, good)).status, 200)
  await browser().send('POST', '/v1/password/forgot', { email: member.email.replace('e', '\uFF45') })
  assert.deepEqual((await smtp.next(member.email)).to, [member.email])
  const twin = member.email.replace('e', '\u0435')
  assert.equal((await owner.send('POST', '/v1/users', { email: twin, role: 'analyst' })).code, 'invalid_email')
})

test('passwords: weak, reused and huge ones are refused; a new one ends all other sessions', async () => {
  const owner = await newOwner()
  const elsewhere = browser()
  await elsewhere.signIn(owner.email, good)
  const change = (new_password: string, password = good) => owner.send('PATCH', '/v1/me', { new_password, password })
  for (const weak of ['short1!', 'Password1!', 'nodigits here', `${owner.email.split('@')[0]}!`, 'x1!'.repeat(60)])
    assert.equal((await change(weak)).code, 'weak_password', weak)
  assert.equal((await change(good)).code, 'weak_password', 'the present one')
  const huge = await owner.send('PATCH', '/v1/me', { new_password: 'x'.repeat(10 * 2 ** 20), password: good })
  assert.equal(huge.status, 413)
  const large = performance.now()
  assert.equal((await browser().signIn(owner.email, 'x'.repeat(7 * 2 ** 20))).status, 401)
  assert.ok(performance.now() - large < 1500, 'nothing was hashed')
  assert.equal((await change('quite another 8', 'wrong one 1')).status, 401)
  const before = owner.jar.get('indaba_session')
  assert.equal((await change('quite another 8')).status, 200)
  assert.notEqual(owner.jar.get('indaba_session'), before)
  owner.csrf = (await owner.send('GET', '/v1/session')).body.csrf_token
  assert.equal((await elsewhere.send('GET', '/v1/session')).status, 401)
  assert.equal((await change(good, 'quite another 8')).code, 'weak_password', 'the one before')
  assert.match((await smtp.next(owner.email)).text, /password was changed/i)
})

test('a link for a new password is good once, for its mailbox alone, and ends all sessions', async () => {
  const owner = await newOwner()
  for (let time = 0; time < 6; time++) await browser().send('POST', '/v1/password/forgot', { email: owner.email })
  const token = tokenIn((await smtp.next(owner.email)).text)
  const reset = (password: string, one = token) =>
    browser().send('POST', '/v1/password/reset', { token: one, password })
  assert.equal((await reset('a fine new one 3', `${token.slice(0, -1)}x`)).code, 'invalid_token')
  assert.equal((await reset('Password1!')).code, 'weak_password')
  const both = await Promise.all([reset('a fine new one 3'), reset('another new one 3')])
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400])
  assert.equal((await owner.send('GET', '/v1/session')).status, 401)
  const mails = smtp.kept.filter(({ to, text }) => to.includes(owner.email) && text.includes('#reset='))
  assert.ok(mails.length <= 2, 'at most three an hour')
  for (const { text } of mails) assert.equal((await reset('a third new one 3', tokenIn(text))).code, 'invalid_token')
})

test('guessing is slowed down for the guesser alone', async () => {
  const owner = await newOwner()
  const stranger = browser()
  const statuses = []
  for (let time = 0; time < 16; time++) statuses.push((await stranger.signIn(owner.email, `wrong one ${time}`)).status)
  assert.deepEqual(statuses.slice(0, 9), Array(9).fill(401))
  assert.equal(statuses.at(-1), 429)
  const refused = await stranger.signIn(owner.email, good)
  assert.equal(refused.status, 429, 'from the same address, even with the right one')
  assert.match(refused.detail ?? '', /^Too many login attempts.*blocked/)
  assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  const session = owner.jar.get('indaba_session')
  assert.equal((await owner.signIn(owner.email, good)).status, 200, 'the device of the owner is let in')
  assert.notEqual(owner.jar.get('indaba_session'), session)
})
