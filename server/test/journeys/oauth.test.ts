// OAuth 2.0 from the outside: a standard client library completes every flow against the running server, a person decides
// in a browser, and what must not work does not.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import * as client from 'openid-client'
import { Secret, TOTP } from 'otpauth'
import { forgetExpiredOauth } from '../../src/access/index.ts'
import { roleScopes } from '../../src/access/permissions.ts'
import { hashPassword } from '../../src/access/users/password-hash.ts'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { newId } from '../../src/platform/ids.ts'
import { openLog } from '../../src/platform/log.ts'
import { adminToken, type Customer, type Harness, type Json, secretKey, startHarness } from '../harness.ts'
import { type Browser, type Fields, openBrowser, type Visit } from './browser.ts'

const redirectUri = 'https://app.example.org/callback'
const password = 'correct horse battery staple'
const atCallback = (url: string) => url.startsWith('https://app.example.org/')

describe('OAuth 2.0', () => {
  let harness: Harness
  let customer: Customer
  let web: Application
  let analyst: { id: string; email: string }

  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer({}, roleScopes.owner)
    analyst = await person(customer.orgId, 'analyst')
    web = await register({ kind: 'confidential', redirect_uris: [redirectUri], acts_alone: true })
  })
  after(() => harness?.stop())

  type Application = { client_id: string; client_secret: string | null }

  const api = (path: string, init: { method?: string; body?: unknown; token?: string; cookie?: string } = {}) =>
    fetch(`${harness.url}${path}`, {
      method: init.method ?? 'GET',
      headers: {
        ...(init.token ? { authorization: `Bearer ${init.token}` } : init.cookie ? {} : customer.headers),
        ...(init.cookie ? { cookie: init.cookie } : {}),
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    })

  async function register(fields: object, by: { token?: string } = {}): Promise<Application> {
    const body = { name: 'Reports', scopes: ['calls:read', 'analytics:read', 'calls:delete'], ...fields }
    const response = await api('/v1/oauth/applications', { method: 'POST', body, ...by })
    assert.equal(response.status, 201, await response.clone().text())
    return (await response.json()) as Application
  }

  async function person(orgId: string, role: string, level = 'organisation'): Promise<{ id: string; email: string }> {
    const { db } = harness.app
    const id = newId()
    const email = `${randomBytes(6).toString('hex')}@example.org`
    await db
      .insertInto('users')
      .values({ id, email, password_hash: await hashPassword(password) })
      .execute()
    await db.insertInto('memberships').values({ org_id: orgId, user_id: id, role, level, state: 'active' }).execute()
    return { id, email }
  }

  const connect = ({ client_id, client_secret }: Application) =>
    client.discovery(
      new URL(harness.url),
      client_id,
      client_secret ?? undefined,
      client_secret ? client.ClientSecretBasic(client_secret) : client.None(),
      { execute: [client.allowInsecureRequests] },
    )

  type Begun = { config: client.Configuration; verifier: string; state: string; url: string }

  async function begin(application: Application, scope: string, more: Record<string, string> = {}): Promise<Begun> {
    const config = await connect(application)
    const verifier = client.randomPKCECodeVerifier()
    const state = client.randomState()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    })
    return { config, verifier, state, url: url.href }
  }

  const finish = ({ config, verifier, state }: Begun, callback: string) =>
    client.authorizationCodeGrant(config, new URL(callback), { pkceCodeVerifier: verifier, expectedState: state })

  const signIn = (browser: Browser, page: Visit, who = analyst) =>
    browser.submit(page, { action: 'sign-in', email: who.email, password })

  /** From the application's link to its callback, with a person who allows all that can be allowed. */
  async function allowed(begun: Begun, browser = openBrowser(), fields: Fields = { action: 'allow' }): Promise<string> {
    let page = await browser.open(begun.url)
    if (page.text.includes('name="password"')) page = await signIn(browser, page)
    assert.equal(page.status, 200, page.text)
    return (await browser.submit(page, fields, atCallback)).url
  }

  async function tokensOf(scope = 'calls:read', application = web) {
    const begun = await begin(application, scope)
    const tokens = await finish(begun, await allowed(begun))
    return { ...begun, tokens, access: tokens.access_token, refresh: tokens.refresh_token ?? '' }
  }

  const statusWith = async (token: string, path = '/v1/calls') => (await api(path, { token })).status

  /** An OAuth error of the library's call. */
  const failsWith = (error: string) => (err: unknown) => {
    assert.equal((err as { error?: string }).error, error, String(err))
    return true
  }

  async function endsWithin(token: string, ms: number): Promise<void> {
    const from = Date.now()
    while ((await statusWith(token)) !== 401) {
      assert.ok(Date.now() - from < ms, `the token still works after ${ms} ms`)
      await delay(20)
    }
  }

  test('tells where everything is, under both names', async () => {
    const metadata = await harness.json('/.well-known/oauth-authorization-server')
    assert.deepEqual(await harness.json('/.well-known/openid-configuration'), metadata)
    assert.equal(metadata.issuer, harness.url)
    assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
    assert.deepEqual(metadata.response_types_supported, ['code'])
    assert.equal(metadata.authorization_response_iss_parameter_supported, true)
    assert.equal(metadata.registration_endpoint, undefined)
    assert.ok(metadata.scopes_supported.includes('calls:read'))
    for (const name of ['authorization', 'token', 'revocation', 'introspection']) {
      assert.ok(metadata[`${name}_endpoint`].startsWith(`${harness.url}/oauth/`), name)
    }
  })

  test('a person signs in, sees what is asked for, allows, and the application works in their name', async () => {
    const begun = await begin(web, 'openid calls:read analytics:read calls:delete webhooks:manage')
    const browser = openBrowser()
    const first = await browser.open(begun.url)
    assert.match(first.text, /Reports.*\(app\.example\.org\)/)
    const page = await signIn(browser, first)
    const ticked = [...page.text.matchAll(/<input type="checkbox" name="scope" value="([^"]+)" checked>/g)]
    assert.deepEqual(
      ticked.map(([, scope]) => scope),
      ['calls:read', 'analytics:read'],
    )
    assert.match(page.text, /delete calls and chats \(you may not do it yourself\)/)
    assert.match(page.text, /webhook endpoints, read their log \(the application is not registered for it\)/)
    const csp = page.headers.get('content-security-policy') ?? ''
    assert.match(csp, /default-src 'none'/)
    assert.match(csp, /form-action 'self' https:\/\/app\.example\.org; frame-ancestors 'none'/)
    assert.doesNotMatch(csp, /unsafe|script-src/)
    assert.doesNotMatch(page.text, /<script|\bon\w+=/)

    const { url } = await browser.submit(page, { action: 'allow' }, atCallback)
    assert.equal(new URL(url).searchParams.get('iss'), harness.url)
    const tokens = await finish(begun, url)
    assert.equal(tokens.scope, 'calls:read analytics:read')
    assert.equal(tokens.claims()?.sub, analyst.id)
    assert.ok(tokens.refresh_token)
    assert.equal(await statusWith(tokens.access_token), 200)
    const asApiKey = await fetch(`${harness.url}/v1/calls`, { headers: { 'x-api-key': tokens.access_token } })
    assert.equal(asApiKey.status, 200)
    assert.equal(await statusWith(tokens.access_token, '/v1/webhooks'), 403)
    // What proves who somebody is, lets nobody in.
    assert.equal(await statusWith(tokens.id_token ?? ''), 401)
  })

  test('a person may leave out a part, or refuse everything', async () => {
    const part = await begin(web, 'calls:read analytics:read')
    const tokens = await finish(part, await allowed(part, openBrowser(), { action: 'allow', scope: 'analytics:read' }))
    assert.equal(tokens.scope, 'analytics:read')
    assert.equal(await statusWith(tokens.access_token), 403)

    const none = await begin(web, 'calls:read')
    const callback = new URL(await allowed(none, openBrowser(), { action: 'deny' }))
    assert.equal(callback.searchParams.get('error'), 'access_denied')
    assert.equal(callback.searchParams.get('state'), none.state)
    assert.equal(callback.searchParams.get('iss'), harness.url)
  })

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

  test('an application acts alone for its organisation', async () => {
    const config = await connect(web)
    const all = await client.clientCredentialsGrant(config)
    assert.equal(all.scope, 'calls:read analytics:read calls:delete')
    assert.equal(all.refresh_token, undefined)
    assert.equal(await statusWith(all.access_token), 200)
    await client.tokenRevocation(config, all.access_token)
    await endsWithin(all.access_token, 1000)
    const few = await client.clientCredentialsGrant(config, { scope: 'analytics:read' })
    assert.equal(await statusWith(few.access_token), 403)
    await assert.rejects(client.clientCredentialsGrant(config, { scope: 'keys:manage' }), failsWith('invalid_scope'))
    const elsewhere = { resource: 'https://elsewhere.example.org' }
    await assert.rejects(client.clientCredentialsGrant(config, elsewhere), failsWith('invalid_target'))
    const other = await register({ kind: 'confidential', redirect_uris: [redirectUri] })
    await assert.rejects(client.clientCredentialsGrant(await connect(other)), failsWith('invalid_request'))
  })

  test('refresh tokens are good once; a second use ends all that was granted', async () => {
    const { config, access, refresh } = await tokensOf()
    const second = await client.refreshTokenGrant(config, refresh)
    assert.notEqual(second.refresh_token, refresh)
    assert.equal(await statusWith(second.access_token), 200)
    await assert.rejects(client.refreshTokenGrant(config, refresh), failsWith('invalid_grant'))
    for (const token of [access, second.access_token]) await endsWithin(token, 1000)
    await assert.rejects(client.refreshTokenGrant(config, second.refresh_token ?? ''), failsWith('invalid_grant'))
  })

  /** Of several uses at once at most one is answered, the others are told why, and nothing of it is of use. */
  async function onlyOneOf(uses: Promise<client.TokenEndpointResponse>[]): Promise<void> {
    const all = await Promise.allSettled(uses)
    const won = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.ok(won.length <= 1, `${won.length} were answered`)
    for (const one of all) if (one.status === 'rejected') failsWith('invalid_grant')(one.reason)
    for (const { access_token } of won) await endsWithin(access_token, 1000)
  }

  test('a refresh token that is used several times at once ends what was granted', async () => {
    for (let round = 0; round < 5; round++) {
      const { config, refresh, access } = await tokensOf()
      await onlyOneOf(Array.from({ length: 5 }, () => client.refreshTokenGrant(config, refresh)))
      await endsWithin(access, 1000)
    }
  })

  test('so does a code', async () => {
    for (let round = 0; round < 5; round++) {
      const begun = await begin(web, 'calls:read')
      const callback = await allowed(begun)
      await onlyOneOf(Array.from({ length: 5 }, () => finish(begun, callback)))
    }
  })

  test('who shall sign in anew does so, and without a person nothing is given', async () => {
    const browser = openBrowser()
    const first = await begin(web, 'openid calls:read')
    await allowed(first, browser)
    const known = await browser.open((await begin(web, 'openid calls:read', { max_age: '600' })).url)
    assert.match(known.text, /You are signed in as/)
    for (const more of [{ prompt: 'login' }, { max_age: '0' }, { prompt: 'login consent' }] as Record<
      string,
      string
    >[]) {
      await delay(1100)
      const begun = await begin(web, 'openid calls:read', more)
      const page = await browser.open(begun.url)
      assert.match(page.text, /name="password"/, JSON.stringify(more))
      const asked = await signIn(browser, page)
      const { url } = await browser.submit(asked, { action: 'allow' }, atCallback)
      const tokens = await client.authorizationCodeGrant(begun.config, new URL(url), {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        ...('max_age' in more ? { maxAge: 30 } : {}),
      })
      assert.equal(tokens.claims()?.sub, analyst.id)
    }
    const silent = await browser.open((await begin(web, 'openid calls:read', { prompt: 'none' })).url, atCallback)
    assert.equal(new URL(silent.url).searchParams.get('error'), 'login_required')
  })

  test('pages of a public application may read the answers, those of others may not', async () => {
    const page = await register({ kind: 'public', redirect_uris: [redirectUri] })
    const ask = (origin: string) =>
      fetch(`${harness.url}/oauth/token`, {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({ grant_type: 'authorization_code', client_id: page.client_id, code: 'x' }),
      })
    const own = await ask('https://app.example.org')
    assert.equal(own.headers.get('access-control-allow-origin'), 'https://app.example.org')
    assert.equal((await ask('https://evil.example')).headers.get('access-control-allow-origin'), null)
  })

  test('a replayed code ends what it gave', async () => {
    const begun = await begin(web, 'calls:read')
    const callback = await allowed(begun)
    const tokens = await finish(begun, callback)
    assert.equal(await statusWith(tokens.access_token), 200)
    await assert.rejects(finish(begun, callback), failsWith('invalid_grant'))
    await endsWithin(tokens.access_token, 1000)
    await assert.rejects(client.refreshTokenGrant(begun.config, tokens.refresh_token ?? ''), failsWith('invalid_grant'))
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

  test('a refresh gives no more than was granted', async () => {
    const { config, refresh } = await tokensOf('calls:read analytics:read')
    await assert.rejects(
      client.refreshTokenGrant(config, refresh, { scope: 'calls:read calls:delete' }),
      failsWith('invalid_scope'),
    )
    const less = await client.refreshTokenGrant(config, refresh, { scope: 'analytics:read' })
    assert.equal(less.scope, 'analytics:read')
    assert.equal(await statusWith(less.access_token), 403)
  })

  test('revocation ends a grant on every node within a second', async () => {
    for (const kind of ['access', 'refresh'] as const) {
      const made = await tokensOf()
      assert.equal(await statusWith(made.access), 200)
      await client.tokenRevocation(made.config, made[kind])
      await endsWithin(made.access, 1000)
      await assert.rejects(client.refreshTokenGrant(made.config, made.refresh), failsWith('invalid_grant'))
    }
  })

  test('what one node gives holds on the others, and ends there within a second too', async () => {
    const other = await openApp({
      config: readConfig({
        PORT: '0',
        INDABA_DATA_DIR: harness.dataDir,
        INDABA_PUBLIC_URL: harness.url,
        INDABA_SPEECH_ENGINE: 'none',
        INDABA_LANGUAGE_ENGINE: 'builtin',
        INDABA_RATE_LIMIT_PER_MINUTE: '0',
        INDABA_STRANGERS_PER_SECOND: '0',
        INDABA_FAILURES_PER_MINUTE: '0',
      }),
      databaseUrl: harness.databaseUrl,
      adminToken,
      secretKey,
      roles: { serve: true, work: false },
      log: openLog('silent'),
    })
    try {
      const there = `http://127.0.0.1:${(await other.start()).port}`
      const statusThere = async (token: string) =>
        (await fetch(`${there}/v1/calls`, { headers: { authorization: `Bearer ${token}` } })).status
      const begun = await begin(web, 'calls:read')
      // The code is exchanged on the other node.
      begun.config[client.customFetch] = (url, init) => fetch(url.replace(harness.url, there), init as RequestInit)
      const { access_token: token } = await finish(begun, await allowed(begun))
      for (let times = 0; times < 3; times++) assert.equal(await statusThere(token), 200)
      await client.tokenRevocation(await connect(web), token)
      const from = Date.now()
      while ((await statusThere(token)) !== 401) {
        assert.ok(Date.now() - from < 1000, 'the token still works on the other node after a second')
        await delay(20)
      }
    } finally {
      await other.stop(1000)
    }
  })

  test('with a second factor the password alone opens nothing', async () => {
    const someone = await person(customer.orgId, 'analyst')
    const began = await fetch(`${harness.url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: someone.email, password }),
    })
    assert.equal(began.status, 200, await began.clone().text())
    const cookie = began.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const { csrf_token: csrf } = (await began.json()) as Json
    const ask = async (method: string, body: object) => {
      const response = await fetch(`${harness.url}/v1/me/totp`, {
        method,
        headers: { cookie, 'x-indaba-csrf': csrf, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      assert.equal(response.status, 200, await response.clone().text())
      return (await response.json()) as Json
    }
    const { secret } = await ask('POST', { password })
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
    const { recovery_codes: codes } = await ask('PUT', { code })

    const begun = await begin(web, 'calls:read')
    const browser = openBrowser()
    const page = await signIn(browser, await browser.open(begun.url), someone)
    assert.match(page.text, /name="code"/)
    assert.doesNotMatch(page.text, /value="allow"/)
    const wrong = await browser.submit(page, { action: 'sign-in', code: '000000' })
    assert.equal(wrong.status, 400)
    const right = await browser.submit(wrong, { action: 'sign-in', code: codes[0] })
    const { url } = await browser.submit(right, { action: 'allow' }, atCallback)
    assert.equal(await statusWith((await finish(begun, url)).access_token), 200)
  })

  test('a token reaches no further than its person', async () => {
    const sent = await api('/v1/chats/upload', {
      method: 'POST',
      body: {
        chat_date: '2026-01-05T10:00:00Z',
        messages: [{ sender: 'customer', message: 'Hello', timestamp: '2026-01-05T10:00:00Z' }],
      },
    })
    assert.ok(sent.ok, await sent.text())
    const countFor = async (level: string) => {
      const someone = await person(customer.orgId, 'analyst', level)
      const begun = await begin(web, 'calls:read')
      const browser = openBrowser()
      const page = await signIn(browser, await browser.open(begun.url), someone)
      const { url } = await browser.submit(page, { action: 'allow' }, atCallback)
      const { access_token: token } = await finish(begun, url)
      return ((await (await api('/v1/conversations', { token })).json()) as Json).conversations.length
    }
    assert.equal(await countFor('organisation'), 1)
    assert.equal(await countFor('own'), 0)
  })

  test('introspection tells an application of its own tokens, and of no others', async () => {
    const { config, access, refresh } = await tokensOf()
    const mine = await client.tokenIntrospection(config, access)
    assert.equal(mine.active, true)
    assert.equal(mine.scope, 'calls:read')
    assert.equal(mine.sub, analyst.id)
    assert.equal(mine.aud, harness.url)
    const other = await connect(await register({ kind: 'confidential', redirect_uris: [redirectUri] }))
    for (const token of [access, refresh, 'nonsense']) {
      assert.deepEqual(await client.tokenIntrospection(other, token), { active: false })
      await client.tokenRevocation(other, token).catch(() => {})
    }
    assert.equal(await statusWith(access), 200)
    await client.tokenRevocation(config, access)
    assert.deepEqual(await client.tokenIntrospection(config, access), { active: false })
  })

  test('forged, foreign and expired tokens let nobody in', async () => {
    const { access, refresh, config } = await tokensOf()
    const forged = [
      randomBytes(32).toString('base64url'),
      access.slice(0, -1) + (access.endsWith('A') ? 'B' : 'A'),
      refresh,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`,
    ]
    for (const token of forged) assert.equal(await statusWith(token), 401, token)
    await harness.app.db
      .updateTable('oauth_records')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('model', '=', 'AccessToken')
      .execute()
    await endsWithin(access, 1000)
    // The refresh token outlives it.
    assert.equal(await statusWith((await client.refreshTokenGrant(config, refresh)).access_token), 200)
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

  test('ID tokens verify by the published key, also after it was changed', async () => {
    const kids = new Set<unknown>()
    for (let times = 0; times < 2; times++) {
      const begun = await begin(web, 'openid calls:read')
      client.enableNonRepudiationChecks(begun.config)
      const tokens = await finish(begun, await allowed(begun))
      kids.add(JSON.parse(Buffer.from(tokens.id_token?.split('.')[0] ?? '', 'base64url').toString()).kid)
      assert.equal(await statusWith(tokens.access_token), 200)
      await harness.app.db.updateTable('signing_keys').set({ retired_at: new Date() }).execute()
      await delay(1100)
    }
    assert.equal(kids.size, 2)
  })

  test('wrong secrets and unknown clients are refused', async () => {
    const wrong = { ...web, client_secret: 'inds_wrong' }
    await assert.rejects(client.clientCredentialsGrant(await connect(wrong)), (err) => {
      assert.equal((err as { status?: number }).status, 401)
      return true
    })
    const unknown = { ...web, client_id: newId() }
    await assert.rejects(client.clientCredentialsGrant(await connect(unknown)))
    const page = await openBrowser().open((await begin(unknown, 'calls:read')).url)
    assert.equal(page.status, 400)
  })

  test('a rotated secret works beside the old one for as long as was asked', async () => {
    const made = await register({ kind: 'confidential', redirect_uris: [], acts_alone: true })
    const rotate = async (hours: number) =>
      (await (
        await api(`/v1/oauth/applications/${made.client_id}/rotate-secret`, {
          method: 'POST',
          body: { overlap_hours: hours },
        })
      ).json()) as Application
    const second = await rotate(1)
    assert.notEqual(second.client_secret, made.client_secret)
    for (const one of [made, second]) await client.clientCredentialsGrant(await connect(one))
    const third = await rotate(0)
    await client.clientCredentialsGrant(await connect(third))
    for (const one of [made, second]) await assert.rejects(client.clientCredentialsGrant(await connect(one)))
  })

  test('the decision cannot be made by another page, another browser or a stale form', async () => {
    const begun = await begin(web, 'calls:read')
    const browser = openBrowser()
    const page = await signIn(browser, await browser.open(begun.url))
    const elsewhere = await openBrowser().open(page.url)
    assert.equal(elsewhere.status, 400)
    const forged = await browser.submit(page, { action: 'allow', csrf: randomBytes(32).toString('base64url') })
    assert.equal(forged.status, 403)
    const fromElsewhere = await fetch(page.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: browser.cookies(page.url), origin: 'https://evil.example' },
      body: new URLSearchParams({ action: 'allow', csrf: /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '' }),
    })
    assert.equal(fromElsewhere.status, 403)
    // The request of another application, begun in the same browser: its own page decides on it, no other.
    const second = await browser.open((await begin(web, 'analytics:read')).url)
    const crossed = await browser.submit({ ...second, text: page.text }, { action: 'allow' })
    assert.equal(crossed.status, 403)
    const rightOne = await browser.submit(page, { action: 'allow' }, atCallback)
    assert.equal((await finish(begun, rightOne.url)).scope, 'calls:read')
    // Decided once.
    assert.equal((await browser.submit(page, { action: 'allow' })).status, 400)
  })

  test('wrong passwords say nothing, and huge forms are not read', async () => {
    const browser = openBrowser()
    const page = await browser.open((await begin(web, 'calls:read')).url)
    for (const email of [analyst.email, 'nobody@example.org']) {
      const answer = await browser.submit(page, { action: 'sign-in', email, password: 'wrong' })
      assert.equal(answer.status, 400)
      assert.match(answer.text, /Invalid credentials/)
    }
    const huge = await browser.submit(page, { action: 'sign-in', email: 'a'.repeat(100_000), password: 'x' })
    assert.equal(huge.status, 413)
    const markup = await browser.submit(page, { action: 'sign-in', email: '"><script>1</script>', password: 'x' })
    assert.doesNotMatch(markup.text, /<script/)
  })

  test('people of other organisations can allow nothing', async () => {
    const stranger = await person((await harness.customer()).orgId, 'owner')
    const begun = await begin(web, 'openid calls:read')
    const browser = openBrowser()
    const page = await signIn(browser, await browser.open(begun.url), stranger)
    assert.match(page.text, /does not belong to/)
    assert.equal((await browser.submit(page, { action: 'allow', scope: 'calls:read' })).status, 400)
    const again = await browser.submit(page, { action: 'switch' })
    assert.match(again.text, /name="password"/)
    const own = await signIn(browser, again)
    assert.match(own.text, new RegExp(analyst.email))
  })

  test('a token is worth what its person and its application may do now', async () => {
    const someone = await person(customer.orgId, 'analyst')
    const begun = await begin(web, 'calls:read analytics:read')
    const browser = openBrowser()
    const page = await signIn(browser, await browser.open(begun.url), someone)
    const { url } = await browser.submit(page, { action: 'allow' }, atCallback)
    const { access_token: token, refresh_token: refresh = '' } = await finish(begun, url)
    const { db } = harness.app
    const become = (change: { role?: string; state?: string }) =>
      db.updateTable('memberships').set(change).where('user_id', '=', someone.id).execute()
    const until = async (path: string, status: number) => {
      const from = Date.now()
      while ((await statusWith(token, path)) !== status) {
        assert.ok(Date.now() - from < 1000, `${path} is not ${status} after 1 s`)
        await delay(20)
      }
    }
    assert.equal(await statusWith(token), 200)
    await become({ role: 'auditor' })
    await until('/v1/calls', 403)
    await become({ role: 'analyst', state: 'deactivated' })
    await until('/v1/calls', 401)
    await assert.rejects(client.refreshTokenGrant(begun.config, refresh), failsWith('invalid_grant'))
    await become({ state: 'active' })
    await until('/v1/calls', 200)

    const change = (body: object) => api(`/v1/oauth/applications/${web.client_id}`, { method: 'PATCH', body })
    await change({ scopes: ['analytics:read'] })
    await until('/v1/calls', 403)
    await change({ is_active: false })
    await until('/v1/calls', 401)
    await assert.rejects(client.clientCredentialsGrant(begun.config))
    await change({ is_active: true, scopes: ['calls:read', 'analytics:read', 'calls:delete'] })
    await until('/v1/calls', 200)
  })

  test('who was deactivated and comes back has allowed nothing', async () => {
    const someone = await person(customer.orgId, 'analyst')
    const { db } = harness.app
    await db.updateTable('memberships').set({ accepted_at: new Date() }).where('user_id', '=', someone.id).execute()
    const begun = await begin(web, 'calls:read')
    const browser = openBrowser()
    const page = await signIn(browser, await browser.open(begun.url), someone)
    const { url } = await browser.submit(page, { action: 'allow' }, atCallback)
    const { access_token: token, refresh_token: refresh = '' } = await finish(begun, url)
    for (const verb of ['deactivate', 'reactivate']) {
      assert.equal((await api(`/v1/users/${someone.id}/${verb}`, { method: 'POST' })).status, 200)
    }
    const { state } = (await (await api(`/v1/users/${someone.id}`)).json()) as Json
    assert.equal(state, 'active')
    await endsWithin(token, 1000)
    await assert.rejects(client.refreshTokenGrant(begun.config, refresh), failsWith('invalid_grant'))
  })

  test('a person sees what they have allowed, and takes it back', async () => {
    const someone = await person(customer.orgId, 'analyst')
    const browser = openBrowser()
    const begun = await begin(web, 'calls:read')
    const page = await signIn(browser, await browser.open(begun.url), someone)
    const { url } = await browser.submit(page, { action: 'allow' }, atCallback)
    const { access_token: token } = await finish(begun, url)
    const cookie = browser.cookies(harness.url)
    const { grants } = (await (await api('/v1/oauth/grants', { cookie })).json()) as Json
    assert.equal(grants.length, 1)
    assert.equal(grants[0].application_name, 'Reports')
    assert.deepEqual(grants[0].scopes, ['calls:read'])
    const { csrf_token: csrf } = (await (await api('/v1/session', { cookie })).json()) as Json
    const take = (id: string, headers: Record<string, string>) =>
      fetch(`${harness.url}/v1/oauth/grants/${id}`, { method: 'DELETE', headers: { cookie, ...headers } })
    assert.equal((await take(grants[0].id, {})).status, 403)
    const [foreign] = (
      (await (await api(`/v1/oauth/applications/${web.client_id}/grants`)).json()) as Json
    ).grants.filter((one: Json) => one.user_id !== someone.id)
    assert.equal((await take(foreign.id, { 'x-indaba-csrf': csrf })).status, 404)
    assert.equal((await take(grants[0].id, { 'x-indaba-csrf': csrf })).status, 204)
    await endsWithin(token, 1000)
    assert.deepEqual(((await (await api('/v1/oauth/grants', { cookie })).json()) as Json).grants, [])
    assert.equal((await api('/v1/oauth/grants')).status, 401)
  })

  test('nobody makes or takes over an application that may do more than they may', async () => {
    const { access_token: token } = await client.clientCredentialsGrant(
      await connect(
        await register({ kind: 'confidential', scopes: ['applications:manage', 'calls:read'], acts_alone: true }),
      ),
    )
    const refusedFor = async (path: string, method: string, body: object) => {
      const response = await api(path, { method, body, token })
      assert.equal(response.status, 403, `${method} ${path} ${JSON.stringify(body)}`)
    }
    const one = { name: 'Mine', kind: 'confidential', acts_alone: true }
    await refusedFor('/v1/oauth/applications', 'POST', { ...one, scopes: ['keys:manage'] })
    const mine = await register({ ...one, scopes: ['calls:read'] }, { token })
    await refusedFor(`/v1/oauth/applications/${mine.client_id}`, 'PATCH', { scopes: ['calls:read', 'calls:delete'] })
    await refusedFor(`/v1/oauth/applications/${web.client_id}`, 'PATCH', { redirect_uris: ['https://evil.example/'] })
    await refusedFor(`/v1/oauth/applications/${web.client_id}/rotate-secret`, 'POST', {})
    const stranger = await harness.customer({}, roleScopes.owner)
    for (const path of ['', '/grants']) {
      const response = await fetch(`${harness.url}/v1/oauth/applications/${web.client_id}${path}`, {
        headers: stranger.headers,
      })
      assert.equal(response.status, 404)
    }
    const massAssigned = await api('/v1/oauth/applications', {
      method: 'POST',
      body: { ...one, scopes: ['calls:read'], org_id: stranger.orgId },
    })
    assert.equal(massAssigned.status, 400)
  })

  test('what is asked for twice is made once', async () => {
    const send = () =>
      fetch(`${harness.url}/v1/oauth/applications`, {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json', 'idempotency-key': 'once' },
        body: JSON.stringify({ name: 'Once', kind: 'confidential', acts_alone: true, scopes: ['calls:read'] }),
      }).then((response) => response.json() as Promise<Json>)
    const [first, second] = [await send(), await send()]
    assert.equal(first.client_id, second.client_id)
    assert.equal(first.client_secret, second.client_secret)
    const listed = (await (await api('/v1/oauth/applications?limit=1')).json()) as Json
    assert.equal(listed.applications[0].client_id, first.client_id)
    assert.equal(listed.applications[0].client_secret, undefined)
    const next = (await (await api(`/v1/oauth/applications?limit=1&cursor=${listed.next_cursor}`)).json()) as Json
    assert.notEqual(next.applications[0].client_id, first.client_id)
    assert.equal((await api(`/v1/oauth/applications/${first.client_id}`, { method: 'DELETE' })).status, 204)
    assert.equal((await api(`/v1/oauth/applications/${first.client_id}`)).status, 404)
  })

  test('nothing that lets anybody in stands in the database', async () => {
    const { access, refresh } = await tokensOf()
    const { db } = harness.app
    const rows = [
      ...(await db.selectFrom('oauth_records').selectAll().execute()),
      ...(await db.selectFrom('oauth_applications').selectAll().execute()),
    ]
    const text = JSON.stringify(rows)
    assert.ok(rows.length > 20)
    for (const secret of [access, refresh, web.client_secret ?? '?']) assert.ok(!text.includes(secret))
  })

  test('what has run out is forgotten, and what is in use stays', async () => {
    const { db } = harness.app
    const { access, config, refresh } = await tokensOf()
    await allowed(await begin(web, 'calls:read'))
    const past = new Date(Date.now() - 2 * 3600_000)
    await db.updateTable('oauth_records').set({ created_at: past }).execute()
    await db.updateTable('oauth_records').set({ expires_at: past }).where('model', '=', 'AuthorizationCode').execute()
    await forgetExpiredOauth(db)
    const rows = await db.selectFrom('oauth_records').select(['model', 'grant_id', 'expires_at']).execute()
    assert.ok(rows.every(({ expires_at }) => expires_at > new Date()))
    const used = new Set(rows.filter(({ model }) => model !== 'Grant').map(({ grant_id }) => grant_id))
    const grants = rows.filter(({ model }) => model === 'Grant')
    assert.ok(grants.length > 0 && grants.every(({ grant_id }) => used.has(grant_id)))
    assert.equal(await statusWith(access), 200)
    await client.refreshTokenGrant(config, refresh)
  })

  test('the audit tells of applications, decisions, tokens and what was ended', async () => {
    const rows = await harness.app.db
      .selectFrom('audit_events')
      .select('action')
      .distinct()
      .where('org_id', '=', customer.orgId)
      .execute()
    const actions = rows.map(({ action }) => action)
    const ended = await harness.app.db
      .selectFrom('audit_events')
      .select(sql<string>`data->>'reason'`.as('reason'))
      .distinct()
      .where('action', '=', 'oauth.grant.revoke')
      .execute()
    assert.deepEqual(ended.map(({ reason }) => reason).sort(), ['client', 'reuse', 'user'])
    for (const action of [
      'oauth.application.create',
      'oauth.application.change',
      'oauth.application.delete',
      'oauth.application.rotate_secret',
      'oauth.grant.allow',
      'oauth.grant.revoke',
      'oauth.token.issue',
      'oauth.token.revoke',
      'session.start',
    ]) {
      assert.ok(actions.includes(action), action)
    }
  })
})

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
