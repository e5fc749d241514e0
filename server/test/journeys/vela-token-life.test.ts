// Refresh tokens of the hosted service and what came from them: made, listed, revoked, ended, forged.

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { sql } from 'kysely'
import { allScopes } from '../../src/access/permissions.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { adminToken, type Json } from '../harness.ts'
import { bearer, startTokens } from './vela-tokens.ts'

const { indaba, org, refreshToken, ask, newRefreshToken, exchange, idTokenOf, statusWith, person, login } =
  await startTokens()
after(() => indaba.stop())

describe('tokens of the hosted service', () => {
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
})
