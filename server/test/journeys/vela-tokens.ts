// Who holds tokens of the hosted service: integrations with a refresh token, people with a password; and how they ask.

import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import { allScopes } from '../../src/access/permissions.ts'
import { hashPassword } from '../../src/access/users/password-hash.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type Json, startHarness } from '../harness.ts'

/** The password of everybody here. */
export const password = 'gentle-harbour-7-lanterns'

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export const checkPoolShape = (body: Json) => {
  const { AccessToken, IdToken, ...rest } = body.AuthenticationResult
  assert.deepEqual(rest, { ExpiresIn: 86_400, TokenType: 'Bearer' })
  assert.deepEqual(body.ChallengeParameters, {})
  assert.equal(decodeJwt(IdToken).token_use, 'id')
  assert.equal(decodeJwt(AccessToken).token_use, 'access')
  assert.deepEqual([body.token, body.expires], [IdToken, 86_400])
}

/** An installation of its own, an organisation whose key may do everything, and a refresh token of that. */
export async function startTokens() {
  const indaba = await startHarness({ roles: { serve: true, work: false } })
  const org = await indaba.customer({ name: 'First' }, allScopes)

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

  const refreshToken: string = (await newRefreshToken()).refresh_token
  return { indaba, org, refreshToken, ask, newRefreshToken, exchange, idTokenOf, statusWith, person, login }
}
