// The OAuth journeys' way through: a server with a customer, an analyst and a web application; the standard client library
// begins and finishes a flow, a browser decides in between. Tests nothing itself.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import * as client from 'openid-client'
import { roleScopes } from '../../src/access/permissions.ts'
import { hashPassword } from '../../src/access/users/password-hash.ts'
import { newId } from '../../src/platform/ids.ts'
import { startHarness } from '../harness.ts'
import { type Browser, type Fields, openBrowser, type Visit } from './browser.ts'

export const redirectUri = 'https://app.example.org/callback'
export const password = 'correct horse battery staple'
export const atCallback = (url: string) => url.startsWith('https://app.example.org/')

export type Application = { client_id: string; client_secret: string | null }

type Person = { id: string; email: string }

type Begun = { config: client.Configuration; verifier: string; state: string; url: string }

/** An OAuth error of the library's call. */
export const failsWith = (error: string) => (err: unknown) => {
  assert.equal((err as { error?: string }).error, error, String(err))
  return true
}

/** A server of a test file's own, which stops after its last test, and what the tests do with it. */
export async function startOauth() {
  const harness = await startHarness({ roles: { serve: true, work: false } })
  after(() => harness.stop())
  const customer = await harness.customer({}, roleScopes.owner)

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

  async function person(orgId: string, role: string, level = 'organisation'): Promise<Person> {
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

  const signIn = (browser: Browser, page: Visit, who: Person = analyst) =>
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

  async function endsWithin(token: string, ms: number): Promise<void> {
    const from = Date.now()
    while ((await statusWith(token)) !== 401) {
      assert.ok(Date.now() - from < ms, `the token still works after ${ms} ms`)
      await delay(20)
    }
  }

  const analyst = await person(customer.orgId, 'analyst')
  const web = await register({ kind: 'confidential', redirect_uris: [redirectUri], acts_alone: true })

  return {
    harness,
    customer,
    web,
    analyst,
    api,
    register,
    person,
    connect,
    begin,
    finish,
    signIn,
    allowed,
    tokensOf,
    statusWith,
    endsWithin,
  }
}
