// People who log in at the hosted service with a password: what that gives them, their second factor, a new password.

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Secret, TOTP } from 'otpauth'
import { hashPassword } from '../../src/access/users/password-hash.ts'
import { createReset } from '../../src/access/users/password-resets.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type Json, startHarness } from '../harness.ts'
import { bearer, checkPoolShape, password, startTokens } from './vela-tokens.ts'

const { indaba, org, ask, exchange, idTokenOf, statusWith, person, login } = await startTokens()
after(() => indaba.stop())

describe('tokens of the hosted service', () => {
  describe('logging in with a password', () => {
    it('answers with a refresh token and the tokens of a day', async () => {
      await person('thandi@example.org')
      const form = new FormData()
      form.append('email', ' Thandi@Example.org ')
      form.append('password', password)
      for (const body of [form, new URLSearchParams({ email: 'thandi@example.org', password })]) {
        const answer = await ask('POST', '/v1/auth/login', { body })
        assert.equal(answer.status, 200, JSON.stringify(answer.body))
        assert.deepEqual([answer.body.message, answer.body.org_id], ['Login successful', org.orgId])
        checkPoolShape(answer.body)
        assert.equal(await statusWith(answer.body.token), 200)
        assert.equal(await statusWith(await idTokenOf(answer.body.refresh_token)), 200)
      }
    })

    it('has no cap of three, and one where the operator sets it', async () => {
      await person('many@example.org')
      for (let n = 0; n < 5; n++) assert.equal((await login('many@example.org')).status, 200)
    })

    it('refuses a wrong password like an unknown address, and what is no text', async () => {
      await person('guessed@example.org')
      const wrong = await ask('POST', '/auth/login', { body: { email: 'guessed@example.org', password: 'not-this-1' } })
      const unknown = await ask('POST', '/auth/login', {
        body: { email: 'nobody@example.org', password: 'not-this-1' },
      })
      for (const { status, body } of [wrong, unknown]) {
        assert.deepEqual([status, body.message, body.error.code], [401, 'Invalid credentials', 'INVALID_CREDENTIALS'])
      }
      for (const body of [{ email: 'guessed@example.org' }, { password }, {}]) {
        assert.equal((await ask('POST', '/auth/login', { body })).status, 400)
      }
      const nested = { email: { toString: 'x' }, password: ['a'] }
      assert.equal((await ask('POST', '/auth/login', { body: nested })).status, 400)
    })

    it('chooses the organisation that is asked for, and knows no foreign one', async () => {
      const [second, foreign] = [await indaba.customer({ former_ids: ['OldVela2'] }), await indaba.customer()]
      const id = await person('two@example.org')
      await everyOrg(() =>
        indaba.app.db
          .insertInto('memberships')
          .values({ org_id: second.orgId, user_id: id, role: 'analyst', level: 'organisation', state: 'active' })
          .execute(),
      )
      assert.equal((await login('two@example.org')).body.org_id, org.orgId)
      for (const name of [second.orgId, String(second.id), 'OldVela2']) {
        const { body } = await login('two@example.org', { org_id: name })
        assert.equal(body.org_id, second.orgId)
        // An analyst there: reads, and sends nothing.
        assert.equal(await statusWith(body.token), 200)
        const chat = await ask('POST', '/v1/chats/upload', { headers: bearer(body.token), body: { messages: [] } })
        assert.equal(chat.status, 403)
      }
      assert.equal((await login('two@example.org', { org_id: foreign.orgId })).status, 404)
    })
  })

  describe('accounts', () => {
    it('invites where the caller may, and sends nobody a password', async () => {
      const made = await ask('POST', '/auth/create_user', { headers: org.headers, body: { email: 'new@example.org' } })
      assert.equal(made.status, 200, JSON.stringify(made.body))
      assert.match(made.body.message, /^Your username is new@example\.org\. .*#invitation=/)
      assert.equal((await ask('POST', '/auth/create_user', { body: { email: 'x@example.org' } })).status, 401)
      const plain = await indaba.customer()
      const refused = await ask('POST', '/auth/create_user', {
        headers: plain.headers,
        body: { email: 'x@example.org' },
      })
      assert.equal(refused.status, 403)
    })

    it('says the same for every address that has forgotten its password; a wrong code sets nothing', async () => {
      await person('forgetful@example.org')
      const message = 'Password reset initiated successfully. Please check your email for further instructions.'
      for (const email of ['forgetful@example.org', 'nobody@example.org', 'no address']) {
        const { status, body } = await ask('POST', '/auth/reset_password', { body: new URLSearchParams({ email }) })
        assert.deepEqual([status, body], [200, { message }])
      }
      const fields = { email: 'forgetful@example.org', confirmation_code: '123456', new_password: 'another-Harbour-8' }
      const wrong = await ask('POST', '/auth/confirm_reset_password', { body: fields })
      assert.deepEqual([wrong.status, wrong.body.error.code], [400, 'INVALID_TOKEN'])
      assert.equal((await login('forgetful@example.org')).status, 200)
    })
  })

  it('asks for the code of a second factor, and takes each code once', async () => {
    await person('factor@example.org')
    const { body: earlier } = await login('factor@example.org')
    const signedIn = await ask('POST', '/v1/session', { body: { email: 'factor@example.org', password } })
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const headers = { cookie, 'x-indaba-csrf': signedIn.body.csrf_token }
    const { body: enrolled } = await ask('POST', '/v1/me/totp', { headers, body: { password } })
    assert.ok(enrolled.secret, JSON.stringify(enrolled))
    const totp = new TOTP({ secret: Secret.fromBase32(enrolled.secret) })
    const on = await ask('PUT', '/v1/me/totp', { headers, body: { code: totp.generate() } })
    assert.equal(on.status, 200, JSON.stringify(on.body))
    assert.equal((await exchange(earlier.refresh_token)).status, 401, 'what the password alone had opened')
    const without = await login('factor@example.org')
    assert.deepEqual([without.status, without.body.error.code], [401, 'SECOND_FACTOR_REQUIRED'])
    assert.equal((await login('factor@example.org', { code: '000000' })).status, 401)
    const code = totp.generate({ timestamp: Date.now() + 30_000 })
    const right = await login('factor@example.org', { code })
    assert.equal(right.status, 200, JSON.stringify(right.body))
    assert.equal(await statusWith(right.body.token), 200)
    assert.equal((await login('factor@example.org', { code })).status, 401)
  })

  it('a new password ends the refresh tokens that the old one had opened', async () => {
    const id = await person('renewed@example.org')
    const { body: before } = await login('renewed@example.org')
    const mailed = await everyOrg(() => indaba.app.db.transaction().execute((tx) => createReset(tx, id, true)))
    const fields = { email: 'renewed@example.org', new_password: 'another-Harbour-8-lanterns' }
    // As it stands in the mail, or the whole address of it.
    const confirm = (confirmation_code: string) =>
      ask('POST', '/auth/confirm_reset_password', { body: new URLSearchParams({ ...fields, confirmation_code }) })
    const done = await confirm(`${indaba.url}/set-password#reset=${mailed}`)
    assert.deepEqual([done.status, done.body], [200, { message: 'Password reset confirmed successfully.' }])
    assert.equal((await confirm(mailed)).status, 400)
    assert.equal((await exchange(before.refresh_token)).status, 401)
    await delay(1100)
    assert.equal(await statusWith(before.token), 401)
    assert.equal((await login('renewed@example.org', { password: fields.new_password })).status, 200)
  })
})

it('a cap of refresh tokens, where the operator sets one, can be mended by revoking one', async () => {
  const capped = await startHarness({
    roles: { serve: true, work: false },
    env: { INDABA_REFRESH_TOKENS_MAX: '3', INDABA_REFRESH_TOKEN_DAYS: '30' },
  })
  try {
    const org = await capped.customer()
    const password_hash = await hashPassword(password)
    const id = crypto.randomUUID()
    await everyOrg(async () => {
      const { db } = capped.app
      await db.insertInto('users').values({ id, email: 'capped@example.org', password_hash }).execute()
      const membership = { org_id: org.orgId, user_id: id, role: 'analyst', level: 'organisation', state: 'active' }
      await db.insertInto('memberships').values(membership).execute()
    })
    const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
      const init = {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }
      const response = await fetch(`${capped.url}${path}`, init)
      return { status: response.status, body: (await response.json()) as Json }
    }
    const login = () => post('/auth/login', { email: 'capped@example.org', password })
    const three = await Promise.all([login(), login(), login()])
    assert.deepEqual(
      three.map(({ status }) => status),
      [200, 200, 200],
    )
    const fourth = await login()
    assert.deepEqual([fourth.status, fourth.body.error.code], [409, 'TOO_MANY_REFRESH_TOKENS'])
    const { token, id: tokenId } = three[0]?.body ?? {}
    const gone = { email: 'capped@example.org', id: tokenId }
    assert.equal((await post('/auth/revoke_token', gone, { authorization: `Bearer ${token}` })).status, 200)
    const race = await Promise.all([login(), login(), login()])
    assert.deepEqual(race.map(({ status }) => status).sort(), [200, 409, 409])
  } finally {
    await capped.stop()
  }
})
