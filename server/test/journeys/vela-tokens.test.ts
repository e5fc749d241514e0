// Clients of the hosted service that exchange a refresh token for a token of a day: in every encoding that its examples
// have used, unmodified but for host and token. Then what must not work.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { allScopes } from '../../src/access/permissions.ts'
import { hashPassword } from '../../src/access/users/password-hash.ts'
import { createReset } from '../../src/access/users/password-resets.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { runExample, skipWithoutCurl, skipWithoutPython } from './client-program.ts'
import { allNames, askTicket, chosen, postParts, sampleFile } from './upload-ticket.ts'
import { postAsRequest } from './wire.ts'

const password = 'gentle-harbour-7-lanterns'

describe('tokens of the hosted service', () => {
  let indaba: Harness
  let org: Customer
  let refreshToken: string

  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    org = await indaba.customer({ name: 'First' }, allScopes)
    refreshToken = (await newRefreshToken()).refresh_token
  })

  after(() => indaba?.stop())

  const ask = async (
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: BodyInit | object } = {},
  ): Promise<{ status: number; headers: Headers; body: Json }> => {
    const isRaw =
      body === undefined || body instanceof FormData || body instanceof URLSearchParams || typeof body === 'string'
    const response = await fetch(`${indaba.url}${path}`, {
      method,
      headers: isRaw ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null }
  }

  const newRefreshToken = async (fields: object = {}, by = org): Promise<Json> => {
    const { status, body } = await ask('POST', '/v1/refresh-tokens', {
      headers: by.headers,
      body: { name: 'An integration', ...fields },
    })
    assert.equal(status, 201, JSON.stringify(body))
    return body
  }

  const exchange = async (token: string) => ask('POST', '/auth/generate', { body: { refresh_token: token } })
  const idTokenOf = async (token: string): Promise<string> => (await exchange(token)).body.token
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const statusWith = async (token: string, path = '/v1/calls') =>
    (await ask('GET', path, { headers: bearer(token) })).status

  /** Somebody who may sign in with the password above. */
  const person = async (email: string, to = org, role = 'supervisor') => {
    const id = crypto.randomUUID()
    const password_hash = await hashPassword(password)
    await everyOrg(async () => {
      const { db } = indaba.app
      await db.insertInto('users').values({ id, email, password_hash, email_verified_at: new Date() }).execute()
      const membership = { org_id: to.orgId, user_id: id, role, level: 'organisation', state: 'active' }
      await db.insertInto('memberships').values(membership).execute()
    })
    return id
  }

  const login = async (email: string, more: object = {}) =>
    ask('POST', '/auth/login', { body: { email, password, ...more } })

  const checkPoolShape = (body: Json) => {
    const { AccessToken, IdToken, ...rest } = body.AuthenticationResult
    assert.deepEqual(rest, { ExpiresIn: 86_400, TokenType: 'Bearer' })
    assert.deepEqual(body.ChallengeParameters, {})
    assert.equal(decodeJwt(IdToken).token_use, 'id')
    assert.equal(decodeJwt(AccessToken).token_use, 'access')
    assert.deepEqual([body.token, body.expires], [IdToken, 86_400])
  }

  describe('the exchange, as the examples send it', () => {
    const paths = ['/generateAuthToken', '/generate', '/auth/generate']
    const fieldNames = ['REFRESH_TOKEN', 'refresh_token']

    it('Python requests, urlencoded', { skip: skipWithoutPython('requests') }, async () => {
      for (const [path, name] of [
        ['/generateAuthToken', 'REFRESH_TOKEN'],
        ['/generate', 'refresh_token'],
      ]) {
        for (const prefix of ['', '/v1']) {
          const to = { harness: indaba, customer: org, prefix }
          const { status, body } = await runExample<Json>('generate_token.py', to, [
            path,
            name,
            refreshToken,
          ] as string[])
          assert.equal(status, 200)
          checkPoolShape(body)
        }
      }
    })

    it('curl --form', { skip: skipWithoutCurl() }, async () => {
      const args = ['--silent', '--location', '--request', 'POST', `${indaba.url}/generate`]
      const { stdout } = await promisify(execFile)('curl', [...args, '--form', `refresh_token=${refreshToken}`])
      checkPoolShape(JSON.parse(stdout))
    })

    it('a form of the request package', async () => {
      const reply = await postAsRequest(`${indaba.url}/generateAuthToken`, [['REFRESH_TOKEN', refreshToken]])
      assert.equal(reply.status, 200)
      checkPoolShape(JSON.parse(reply.text))
    })

    it('fetch with FormData, urlencoded and JSON, on every path, with either spelling, with and without /v1', async () => {
      for (const path of [...paths, ...paths.map((one) => `/v1${one}`)]) {
        for (const name of fieldNames) {
          const form = new FormData()
          form.append(name, refreshToken)
          for (const body of [form, new URLSearchParams({ [name]: refreshToken }), { [name]: ` ${refreshToken}\n` }]) {
            const answer = await ask('POST', path, { body })
            assert.equal(answer.status, 200, `${path} ${name}`)
            checkPoolShape(answer.body)
            assert.equal(answer.headers.get('cache-control'), 'no-store')
          }
        }
      }
    })

    it('JSON without a label, and errors in the documented shape', async () => {
      const unlabelled = await ask('POST', '/generate', {
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ refresh_token: refreshToken }),
      })
      assert.equal(unlabelled.status, 200)
      const both = { REFRESH_TOKEN: '', refresh_token: refreshToken }
      assert.equal((await ask('POST', '/generate', { body: both })).status, 200)
      for (const [body, status, code] of [
        [{}, 400, 'MISSING_FIELDS'],
        [{ refresh_token: { $ne: '' } }, 400, 'INVALID_REQUEST'],
        [{ refresh_token: 'x'.repeat(5000) }, 400, 'INVALID_REQUEST'],
        [{ refresh_token: refreshToken.slice(0, -1) }, 401, 'INVALID_REFRESH_TOKEN'],
        [{ refresh_token: org.key }, 401, 'INVALID_REFRESH_TOKEN'],
        [{ refresh_token: await idTokenOf(refreshToken) }, 401, 'INVALID_REFRESH_TOKEN'],
      ] as const) {
        const answer = await ask('POST', '/generateAuthToken', { body })
        assert.deepEqual([answer.status, answer.body.status, answer.body.error.code], [status, 'error', code])
        assert.ok(answer.body.message && answer.body.request_id && answer.body.error.details)
      }
    })
  })

  it('the Id token then works on upload, chat and read routes, in both headers; the access token too', async () => {
    const { body } = await exchange(refreshToken)
    for (const token of [body.AuthenticationResult.IdToken, body.AuthenticationResult.AccessToken]) {
      const holder = { ...org, key: token, headers: { 'x-api-key': token } }
      const ticket = await askTicket(indaba, holder)
      const posted = await postParts(ticket.url, [...chosen(ticket, allNames), await sampleFile()])
      assert.equal(posted.status, 204)
      const chats = JSON.stringify([{ message: 'Sawubona', time: '15/01/2025, 10:30', sender: 'user' }])
      const chat = await ask('POST', '/chats/upload/vela', {
        headers: bearer(token),
        body: new URLSearchParams({ org_id: org.orgId, chats }),
      })
      assert.equal(chat.status, 200)
      assert.equal(
        (await ask('GET', `/v1/chats/${chat.body.chat_id}`, { headers: { 'x-api-key': token } })).status,
        200,
      )
      for (const path of ['/v1/calls', '/calls', '/v1/agents', '/v1/conversations'])
        assert.equal(await statusWith(token, path), 200)
      assert.equal(await statusWith(token, '/api/customers'), 403)
      assert.equal((await ask('GET', `/v1/calls?token=${token}`)).status, 400)
    }
    const foreign = await indaba.customer()
    const answer = await ask('POST', '/asr/async/upload/vela', {
      headers: bearer(body.token),
      body: { org_id: foreign.orgId },
    })
    assert.deepEqual([answer.status, answer.body.message], [404, 'Organisation not found'])
  })

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

  describe('listing and revoking', () => {
    it('lists masked, revokes by id and by what the list shows; what came from it ends at once', async () => {
      await person('lister@example.org')
      const [first, second] = [(await login('lister@example.org')).body, (await login('lister@example.org')).body]
      const list = async () =>
        (await ask('GET', '/auth/get_tokens?email=lister@example.org', { headers: bearer(second.token) })).body
          .refresh_tokens as Json[]
      const before = await list()
      assert.equal(before.length, 2)
      for (const one of before) {
        assert.deepEqual(Object.keys(one).sort(), ['datetime', 'id', 'status', 'token'])
        assert.match(one.token, /^.{5}\*{4}.{5}$/)
        assert.equal(one.status, 'active')
        assert.ok(!Number.isNaN(Date.parse(one.datetime)))
      }
      assert.equal(JSON.stringify(before).includes(first.refresh_token), false)
      const masked = `${first.refresh_token.slice(0, 5)}****${first.refresh_token.slice(-5)}`
      assert.equal(before.find(({ id }) => id === first.id)?.token, masked)
      const revoke = (id: string, by: string, email = 'lister@example.org') =>
        ask('POST', '/auth/revoke_token', { headers: bearer(by), body: new URLSearchParams({ email, id }) })
      const done = await revoke(first.id, second.token)
      assert.deepEqual([done.status, done.body], [200, { message: 'Refresh token revoked successfully.' }])
      assert.deepEqual([await statusWith(first.token), (await exchange(first.refresh_token)).status], [401, 401])
      assert.deepEqual((await list()).map(({ status }) => status).sort(), ['active', 'revoked'])
      assert.equal(
        (await revoke(`${second.refresh_token.slice(0, 5)}****${second.refresh_token.slice(-5)}`, second.token)).status,
        200,
      )
      assert.equal(await statusWith(second.token), 401)
    })

    it("shows and revokes nobody else's without keys:manage", async () => {
      await person('owner-of@example.org')
      await person('curious@example.org')
      const mine = (await login('owner-of@example.org')).body
      const curious = (await login('curious@example.org')).body
      const peek = await ask('GET', '/auth/get_tokens?email=owner-of@example.org', { headers: bearer(curious.token) })
      assert.deepEqual([peek.status, peek.body], [200, { refresh_tokens: [] }])
      const steal = { headers: bearer(curious.token), body: { email: 'owner-of@example.org', id: mine.id } }
      assert.equal((await ask('POST', '/auth/revoke_token', steal)).status, 404)
      const foreign = await indaba.customer({}, allScopes)
      assert.equal((await ask('POST', '/auth/revoke_token', { ...steal, headers: foreign.headers })).status, 404)
      assert.equal((await ask('DELETE', `/v1/refresh-tokens/${mine.id}`, { headers: foreign.headers })).status, 404)
      assert.equal(await statusWith(mine.token), 200)
      assert.equal((await ask('POST', '/auth/revoke_token', { ...steal, headers: org.headers })).status, 200)
      assert.equal(await statusWith(mine.token), 401)
      for (const path of ['/auth/get_tokens?email=owner-of@example.org', '/v1/auth/get_tokens']) {
        assert.equal((await ask('GET', path)).status, 401)
      }
    })

    it('an integration sees and revokes itself', async () => {
      const { refresh_token, id } = await newRefreshToken({ scopes: ['calls:write'] })
      const token = await idTokenOf(refresh_token)
      const list = await ask('GET', '/auth/get_tokens', { headers: bearer(token) })
      assert.deepEqual(
        list.body.refresh_tokens.map((one: Json) => one.id),
        [id],
      )
      assert.equal((await ask('POST', '/auth/revoke_token', { headers: bearer(token), body: { id } })).status, 200)
      assert.equal(await statusWith(token), 401)
    })
  })

  describe('integrations', () => {
    it('gives no more than its maker holds, and takes no field that it does not know', async () => {
      const less = await indaba.customer({}, ['keys:manage', 'calls:read'])
      const make = (body: object, by = less) => ask('POST', '/v1/refresh-tokens', { headers: by.headers, body })
      assert.equal((await make({ name: 'more', scopes: ['calls:read', 'calls:write'] })).status, 403)
      assert.equal((await make({ name: 'more' })).status, 403)
      for (const extra of [{ org_id: org.orgId }, { user_id: org.orgId }, { revoked_at: null }, { id: 'x' }]) {
        assert.equal((await make({ name: 'x', scopes: ['calls:read'], ...extra })).status, 400)
      }
      assert.equal((await make({ name: 'x', scopes: ['calls:everything'] })).status, 400)
      assert.equal((await make({ name: 'x' }, await indaba.customer())).status, 403)
      const { refresh_token } = await newRefreshToken({ scopes: ['calls:read'] }, less)
      const token = await idTokenOf(refresh_token)
      assert.equal(await statusWith(token), 200)
      assert.equal(await statusWith(token, '/v1/webhooks'), 403)
    })

    it('is listed masked by pages, once made for one Idempotency-Key', async () => {
      const by = await indaba.customer({}, allScopes)
      const headers = { ...by.headers, 'idempotency-key': 'once' }
      const make = () => ask('POST', '/v1/refresh-tokens', { headers, body: { name: 'Once' } })
      const [first, again] = [await make(), await make()]
      assert.equal(first.body.refresh_token, again.body.refresh_token)
      for (let n = 0; n < 4; n++) await newRefreshToken({ name: `Number ${n}` }, by)
      const seen: Json[] = []
      for (let cursor = ''; ; ) {
        const { body } = await ask('GET', `/v1/refresh-tokens?limit=2${cursor}`, { headers: by.headers })
        seen.push(...body.refresh_tokens)
        if (!body.next_cursor) break
        cursor = `&cursor=${body.next_cursor}`
      }
      assert.deepEqual(
        seen.map(({ name }) => name),
        ['Number 3', 'Number 2', 'Number 1', 'Number 0', 'Once'],
      )
      assert.equal(JSON.stringify(seen).includes(first.body.refresh_token), false)
    })

    it('ends when it was told to, and its tokens with it', async () => {
      const { refresh_token, id } = await newRefreshToken({ expires_in_days: 1 })
      const soon = sql`update refresh_tokens set expires_at = now() + interval '3 seconds' where id = ${id}`
      await everyOrg(() => soon.execute(indaba.app.db))
      const { body } = await exchange(refresh_token)
      assert.ok(body.expires <= 3 && body.AuthenticationResult.ExpiresIn <= 3)
      assert.equal(await statusWith(body.token), 200)
      await delay(3100)
      assert.deepEqual([await statusWith(body.token), (await exchange(refresh_token)).status], [401, 401])
    })
  })

  describe('what ends a token', () => {
    it('deactivation of the user within a second, of the organisation, and less rights of the user', async () => {
      const other = await indaba.customer()
      const id = await person('leaver@example.org', other)
      const { body } = await login('leaver@example.org')
      assert.equal(await statusWith(body.token, '/v1/webhooks'), 403)
      const run = (query: ReturnType<typeof sql>) => everyOrg(() => query.execute(indaba.app.db))
      await run(sql`update memberships set role = 'auditor' where user_id = ${id}`)
      await delay(1100)
      assert.equal(await statusWith(body.token), 403)
      await run(sql`update memberships set role = 'owner' where user_id = ${id}`)
      await delay(1100)
      assert.equal(await statusWith(body.token), 200)
      assert.equal(await statusWith(body.token, '/v1/webhooks'), 403, 'no more than it was given')
      await run(sql`update memberships set state = 'deactivated' where user_id = ${id}`)
      await delay(1100)
      assert.deepEqual([await statusWith(body.token), (await exchange(body.refresh_token)).status], [401, 401])
      await run(sql`update memberships set state = 'active' where user_id = ${id}`)
      await delay(1100)
      assert.equal(await statusWith(body.token), 200)
      const off = { headers: bearer(adminToken), body: { is_active: false } }
      assert.equal((await ask('PUT', `/api/customers/${other.id}`, off)).status, 200)
      await delay(1100)
      assert.deepEqual([await statusWith(body.token), (await exchange(body.refresh_token)).status], [401, 401])
    })

    it('deactivation for good: who comes back begins anew', async () => {
      const id = await person('returner@example.org')
      await everyOrg(() => sql`update memberships set accepted_at = now() where user_id = ${id}`.execute(indaba.app.db))
      const { body } = await login('returner@example.org')
      for (const verb of ['deactivate', 'reactivate']) {
        assert.equal((await ask('POST', `/v1/users/${id}/${verb}`, { headers: org.headers })).status, 200, verb)
      }
      assert.equal((await exchange(body.refresh_token)).status, 401)
      await delay(1100)
      assert.equal(await statusWith(body.token), 401)
      assert.equal((await login('returner@example.org')).status, 200)
    })

    it('a new signing key leaves tokens good, unless all are to end', async () => {
      const token = await idTokenOf(refreshToken)
      const rotate = (body: object, headers: Record<string, string> = bearer(adminToken)) =>
        ask('POST', '/v1/signing-keys', { headers, body })
      assert.equal((await rotate({}, org.headers)).status, 403)
      assert.equal((await rotate({})).status, 201)
      assert.equal(await statusWith(token), 200)
      const next = await idTokenOf(refreshToken)
      assert.equal((await rotate({ revoke_earlier: true })).status, 201)
      assert.deepEqual([await statusWith(token), await statusWith(next)], [401, 401])
      assert.equal(await statusWith(await idTokenOf(refreshToken)), 200)
    })
  })

  it('takes no token that it has not signed', async () => {
    const right = await idTokenOf(refreshToken)
    assert.equal(await statusWith(right), 200)
    const [header = '', payload = '', signature = ''] = right.split('.')
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { privateKey } = await generateKeyPair('RS256')
    const kid = JSON.parse(Buffer.from(header, 'base64url').toString()).kid
    const claims = decodeJwt(right)
    const forged = {
      unsigned: `${base64({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      'unsigned under our key': `${base64({ alg: 'none', kid, typ: 'JWT' })}.${payload}.${signature}`,
      'other key': await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(privateKey),
      'changed organisation': `${header}.${base64({ ...claims, org: (await indaba.customer()).orgId })}.${signature}`,
      'longer life': `${header}.${base64({ ...claims, exp: (claims.exp ?? 0) + 1 })}.${signature}`,
      cut: right.slice(0, -20),
      'refresh token': refreshToken,
    }
    for (const [what, token] of Object.entries(forged)) {
      for (const headers of [bearer(token), { 'x-api-key': token }] as Record<string, string>[]) {
        const { status, body } = await ask('GET', '/v1/calls', { headers })
        assert.deepEqual([status, body.error.code], [401, 'INVALID_API_KEY'], what)
      }
    }
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

  it('refuses large bodies before they are worked on, in every encoding', async () => {
    const large = 'x'.repeat(10 * 2 ** 20)
    const form = new FormData()
    form.append('refresh_token', large)
    const file = new FormData()
    file.append('refresh_token', new Blob([large]), 'token.txt')
    for (const body of [form, file, new URLSearchParams({ refresh_token: large }), { refresh_token: large }]) {
      for (const path of ['/generateAuthToken', '/auth/login', '/auth/confirm_reset_password']) {
        const { status, body: answer } = await ask('POST', path, { body })
        assert.equal(status, 413, path)
        assert.equal(answer.status, 'error')
      }
    }
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

it('a flood from one address is told to come later, before anything is looked up', async () => {
  const limited = await startHarness({
    roles: { serve: true, work: false },
    env: { INDABA_STRANGERS_PER_SECOND: '5' },
  })
  try {
    const ask = () =>
      fetch(`${limited.url}/generateAuthToken`, {
        method: 'POST',
        body: new URLSearchParams({ refresh_token: 'guess' }),
      })
    const answers = await Promise.all(Array.from({ length: 200 }, ask))
    const refused = answers.filter(({ status }) => status === 429)
    assert.ok(refused.length >= 100 && answers.some(({ status }) => status === 401), `${refused.length} refused`)
    assert.ok(refused.every(({ headers }) => Number(headers.get('retry-after')) >= 1))
  } finally {
    await limited.stop()
  }
})
