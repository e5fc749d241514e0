// The server behind a proxy: its addresses are those of outside, programs register themselves, and what is not served is
// not found.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as client from 'openid-client'
import { roleScopes } from '../../src/access/permissions.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { redirectUri } from './oauth-flow.ts'

describe('OAuth 2.0 behind a proxy, with registration', () => {
  const publicUrl = 'https://indaba.example.org/base'
  let harness: Harness
  let customer: Customer

  before(async () => {
    const env = { INDABA_PUBLIC_URL: publicUrl, INDABA_OAUTH_REGISTRATION: 'true' }
    harness = await startHarness({ env, roles: { serve: true, work: false } })
    customer = await harness.customer({}, roleScopes.owner)
  })
  after(() => harness?.stop())

  const throughProxy = (url: string, init: object) => fetch(url.replace(publicUrl, harness.url), init as RequestInit)
  const options = { [client.customFetch]: throughProxy }

  test('a program registers itself with a key that may, and gets no more than the key has', async () => {
    const config = await client.dynamicClientRegistration(
      new URL(publicUrl),
      {
        client_name: 'Registered',
        scope: 'calls:read',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        logo_uri: 'https://app.example.org/ignored.png',
      },
      undefined,
      { initialAccessToken: customer.key, ...options },
    )
    const tokens = await client.clientCredentialsGrant(config)
    assert.equal(tokens.scope, 'calls:read')
    const calls = await fetch(`${harness.url}/v1/calls`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.equal(calls.status, 200)

    const register = (metadata: object, headers: Record<string, string>) =>
      fetch(`${harness.url}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(metadata),
      })
    const asked = { client_name: 'More', scope: 'calls:read', redirect_uris: [redirectUri] }
    const cases: [metadata: object, headers: Record<string, string>, status: number, error: string][] = [
      [asked, {}, 401, 'invalid_token'],
      [asked, { authorization: `Bearer ${tokens.access_token}` }, 403, 'insufficient_scope'],
      [{ ...asked, scope: 'nonsense:read' }, customer.headers, 400, 'invalid_client_metadata'],
      [{ ...asked, redirect_uris: ['http://app.example.org/'] }, customer.headers, 400, 'invalid_redirect_uri'],
      [{ ...asked, grant_types: ['password'] }, customer.headers, 400, 'invalid_client_metadata'],
      [{ ...asked, response_types: ['token'] }, customer.headers, 400, 'invalid_client_metadata'],
      [{ ...asked, client_name: 7 }, customer.headers, 400, 'invalid_client_metadata'],
    ]
    for (const [metadata, headers, status, error] of cases) {
      const response = await register(metadata, headers)
      assert.equal(response.status, status, JSON.stringify(metadata))
      assert.equal(((await response.json()) as Json).error, error)
    }
  })

  test('addresses are those of outside, and cookies are for https alone', async () => {
    const metadata = await harness.json('/.well-known/openid-configuration')
    assert.equal(metadata.issuer, publicUrl)
    assert.equal(metadata.registration_endpoint, `${publicUrl}/oauth/register`)
    const made = await harness.json('/v1/oauth/applications', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Web', kind: 'public', redirect_uris: [redirectUri], scopes: ['calls:read'] }),
    })
    const search = new URLSearchParams({
      client_id: made.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'calls:read',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    })
    const response = await fetch(`${harness.url}/oauth/authorize?${search}`, {
      redirect: 'manual',
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
    })
    assert.equal(response.status, 303)
    assert.ok(response.headers.get('location')?.startsWith(`${publicUrl}/oauth/interaction/`))
    const cookies = response.headers.getSetCookie()
    assert.ok(cookies.length >= 2)
    for (const cookie of cookies) {
      assert.match(cookie, /; path=\/base\/oauth\/(interaction|authorize)\//)
      assert.match(cookie, /; secure; httponly/i)
      assert.match(cookie, /; samesite=lax/i)
    }
    const page = await openBrowser(throughProxy).open(`${publicUrl}/oauth/authorize?${search}`)
    assert.match(page.text, /name="password"/)
  })

  test('what is not served is not found, whatever is sent there', async () => {
    for (const [method, path] of [
      ['GET', '/oauth/nonsense'],
      ['POST', '/oauth/authorize/../token/x'],
      ['GET', '/oauth/interaction/x'],
      ['PUT', '/oauth/token'],
      ['DELETE', '/oauth/register/x'],
      ['GET', `/oauth/interaction/${'a'.repeat(60_000)}`],
    ] as const) {
      const response = await fetch(`${harness.url}${path}`, { method })
      assert.equal(response.status, 404, `${method} ${path.slice(0, 60)}`)
    }
    const huge = await fetch(`${harness.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a='.padEnd(10 * 2 ** 20, 'x'),
    })
    assert.equal(huge.status, 400)
  })
})
