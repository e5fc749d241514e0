// Codes and the redirects that carry them: to the addresses registered alone, by PKCE, for one application, for a short time.
// What a second use of a code ends is in oauth-grants.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as client from 'openid-client'
import { openBrowser } from './browser.ts'
import { atCallback, failsWith, redirectUri, startOauth } from './oauth-flow.ts'

const { harness, web, register, connect, begin, finish, signIn, allowed, statusWith } = await startOauth()

describe('OAuth 2.0: codes', () => {
  test('a public application on a loopback address takes any free port there', async () => {
    const desk = await register({ kind: 'public', redirect_uris: ['http://127.0.0.1/back'] })
    assert.equal(desk.client_secret, null)
    const begun = await begin(desk, 'calls:read', { redirect_uri: 'http://127.0.0.1:49152/back' })
    const browser = openBrowser()
    const page = await signIn(browser, await browser.open(begun.url))
    const { url } = await browser.submit(page, { action: 'allow' }, (to) => to.startsWith('http://127.0.0.1:49152/'))
    const tokens = await finish(begun, url)
    assert.equal(await statusWith(tokens.access_token), 200)
    const next = await client.refreshTokenGrant(begun.config, tokens.refresh_token ?? '')
    assert.equal(await statusWith(next.access_token), 200)
  })

  test('a code is of use to its application alone, and only with its verifier and its address', async () => {
    const other = await register({ kind: 'confidential', redirect_uris: [redirectUri] })
    const begun = await begin(web, 'calls:read')
    const callback = await allowed(begun)
    const stolen = { ...begun, config: await connect(other) }
    await assert.rejects(finish(stolen, callback), failsWith('invalid_grant'))
    await assert.rejects(
      finish({ ...begun, verifier: client.randomPKCECodeVerifier() }, callback),
      failsWith('invalid_grant'),
    )
    const code = new URL(callback).searchParams.get('code') ?? ''
    const exchange = (fields: Record<string, string>) =>
      client.genericGrantRequest(begun.config, 'authorization_code', { code, ...fields })
    await assert.rejects(exchange({ redirect_uri: redirectUri }), failsWith('invalid_grant'))
    const elsewhere = { redirect_uri: 'https://app.example.org/other', code_verifier: begun.verifier }
    await assert.rejects(exchange(elsewhere), failsWith('invalid_grant'))
    // None of it has used it up.
    assert.equal(await statusWith((await finish(begun, callback)).access_token), 200)
  })

  test('PKCE by S256 is required of all, and redirect addresses are exact', async () => {
    const desk = await register({ kind: 'public', redirect_uris: [redirectUri] })
    for (const application of [web, desk]) {
      const { url } = await begin(application, 'calls:read')
      const changed = (change: (search: URLSearchParams) => void) => {
        const next = new URL(url)
        change(next.searchParams)
        return openBrowser().open(next.href, atCallback)
      }
      const plain = await changed((search) => search.set('code_challenge_method', 'plain'))
      assert.equal(new URL(plain.url).searchParams.get('error'), 'invalid_request')
      const missing = await changed((search) => {
        search.delete('code_challenge')
        search.delete('code_challenge_method')
      })
      assert.equal(new URL(missing.url).searchParams.get('error'), 'invalid_request')
      for (const wrong of [
        `${redirectUri}/`,
        `${redirectUri}?a=1`,
        'https://app.example.org.evil.example/callback',
        '',
      ]) {
        const page = await changed((search) => search.set('redirect_uri', wrong))
        assert.equal(page.status, 400, wrong)
        assert.equal(page.url.startsWith(harness.url), true, wrong)
        assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
      }
      const implicit = await changed((search) => search.set('response_type', 'token'))
      assert.match(new URL(implicit.url).href, /error=unsupported_response_type/)
    }
  })

  test('a code of an hour ago is worth nothing', async () => {
    const begun = await begin(web, 'calls:read')
    const callback = await allowed(begun)
    const { db } = harness.app
    const rows = await db
      .selectFrom('oauth_records')
      .select(['id_hash', 'payload'])
      .where('model', '=', 'AuthorizationCode')
      .execute()
    for (const { id_hash, payload } of rows) {
      const exp = Math.floor(Date.now() / 1000) - 3600
      await db
        .updateTable('oauth_records')
        .set({ payload: JSON.stringify({ ...(payload as object), exp }) })
        .where('id_hash', '=', id_hash)
        .execute()
    }
    await assert.rejects(finish(begun, callback), failsWith('invalid_grant'))
  })
})
