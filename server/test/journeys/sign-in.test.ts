// Signing in with the account of another provider, from the first click to a session: against a certified provider.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from 'kysely'
import { hashToken, newToken } from '../../src/access/users/one-time-token.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type Claims, type OpenIdProvider, startOpenIdProvider } from '../fakes/openid-provider.ts'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { type Browser, openBrowser, type Visit } from './browser.ts'

const tenant = '6f1c2d3e-0000-4000-8000-00000000abcd'
const client = { clientId: 'indaba', clientSecret: 'a-secret-of-the-test' }

describe('sign-in with another provider', () => {
  let providers: Record<'keycloak' | 'other' | 'microsoft', OpenIdProvider>
  let indaba: Harness
  let org: Customer

  before(async () => {
    const [keycloak, other, microsoft] = await Promise.all([
      startOpenIdProvider(client),
      startOpenIdProvider(client),
      startOpenIdProvider({ ...client, path: `/${tenant}/v2.0` }),
    ])
    providers = { keycloak, other, microsoft }
    const listed = ['keycloak', 'other'].map((name) => ({
      name,
      issuer: providers[name as 'keycloak'].issuer,
      client_id: client.clientId,
      client_secret: client.clientSecret,
    }))
    indaba = await startHarness({
      roles: { serve: true, work: false },
      env: {
        INDABA_OIDC_PROVIDERS: JSON.stringify(listed),
        INDABA_OIDC_MICROSOFT_CLIENT_ID: client.clientId,
        INDABA_OIDC_MICROSOFT_CLIENT_SECRET: client.clientSecret,
        INDABA_OIDC_MICROSOFT_TENANT: tenant,
        INDABA_OIDC_MICROSOFT_AUTHORITY: new URL(microsoft.issuer).origin,
      },
    })
    for (const [name, one] of Object.entries(providers)) one.allowRedirect(callbackOf(name))
    org = await indaba.customer({ name: 'First' })
  })

  after(async () => {
    await indaba?.stop()
    for (const one of Object.values(providers ?? {})) await one.close()
  })

  const callbackOf = (name: string) => `${indaba.url}/v1/sign-in/${name}/callback`
  const start = (name: string, returnTo = '/openapi.json') =>
    `${indaba.url}/v1/sign-in/${name}?return_to=${encodeURIComponent(returnTo)}`
  const isCallback = (url: string) => url.includes('/callback?')

  /** A person of the organisation, as an invitation that was accepted leaves one. */
  const person = async (email: string, more: { to?: Customer; state?: string; isVerified?: boolean } = {}) => {
    const { to = org, state = 'active', isVerified = true } = more
    const id = crypto.randomUUID()
    await everyOrg(async () => {
      const { db } = indaba.app
      const verified = isVerified ? new Date() : null
      const row = { id, email, password_hash: 'somebody-set-one', email_verified_at: verified }
      await db.insertInto('users').values(row).execute()
      const membership = { org_id: to.orgId, user_id: id, role: 'analyst', level: 'organisation', state }
      const until = new Date(Date.now() + 60_000)
      await db
        .insertInto('memberships')
        .values({ ...membership, invitation_expires_at: until })
        .execute()
    })
    return id
  }

  /** What a person has allowed an application to do. */
  const allowedBy = (userId: string) =>
    everyOrg(async () => {
      const { db } = indaba.app
      const [application, grant] = [crypto.randomUUID(), crypto.randomUUID()]
      const one = { id: application, name: 'App', kind: 'public', scopes: ['calls:read'], created_by: 'test' }
      await db
        .insertInto('oauth_applications')
        .values({ org_id: org.orgId, ...one })
        .execute()
      await db
        .insertInto('oauth_records')
        .values({
          org_id: org.orgId,
          model: 'Grant',
          id_hash: Buffer.from(grant),
          application_id: application,
          user_id: userId,
          grant_id: grant,
          payload: '{}',
          expires_at: new Date(Date.now() + 60_000),
        })
        .execute()
    })

  /** A browser in which somebody has signed in by password and code. */
  const signedIn = async (userId: string): Promise<Browser> => {
    const token = newToken()
    const row = { id_hash: hashToken(token), id: crypto.randomUUID(), address: '127.0.0.1' }
    await everyOrg(() =>
      indaba.app.db
        .insertInto('user_sessions')
        .values({ org_id: org.orgId, user_id: userId, ...row, expires_at: new Date(Date.now() + 60_000) })
        .execute(),
    )
    return openBrowser((url, init) => {
      const { cookie } = init.headers as Record<string, string>
      return fetch(url, { ...init, headers: { ...init.headers, cookie: `${cookie}; indaba_session=${token}` } })
    })
  }

  const count = async (table: string, where = sql`true`): Promise<number> => {
    const found = await everyOrg(() =>
      sql<{ n: number }>`select count(*) as n from ${sql.table(table)} where ${where}`.execute(indaba.app.db),
    )
    return Number(found.rows[0]?.n)
  }

  const whoIs = async (browser: Browser): Promise<Json> => {
    const visit = await browser.open(`${indaba.url}/v1/session`)
    return { ...JSON.parse(visit.text), status: visit.status }
  }

  const refused = (visit: Visit): [status: number, code: string, message: string] => {
    const { error, message } = JSON.parse(visit.text)
    return [visit.status, error.code, message]
  }

  const alice: Claims = { sub: 'alice-1', email: 'Alice@Example.org', email_verified: true, name: 'Alice' }

  it('lists the providers, without secrets', async () => {
    const visit = await openBrowser().open(`${indaba.url}/v1/sign-in/providers`)
    assert.equal(visit.status, 200)
    assert.deepEqual(JSON.parse(visit.text).providers, [
      { name: 'microsoft', label: 'Microsoft', url: '/v1/sign-in/microsoft' },
      { name: 'keycloak', label: 'keycloak', url: '/v1/sign-in/keycloak' },
      { name: 'other', label: 'other', url: '/v1/sign-in/other' },
    ])
    assert.equal(visit.text.includes(client.clientSecret), false)
    assert.equal((await openBrowser().open(`${indaba.url}/v1/sign-in/nobody`)).status, 404)
  })

  it('links by the verified address at first, by the account of the provider later', async () => {
    const id = await person('alice@example.org')
    const { keycloak } = providers
    keycloak.signInAs(alice)
    const browser = openBrowser()
    const visit = await browser.open(start('keycloak', '/openapi.json?x=1#part'))
    assert.equal(visit.status, 200, visit.text)
    assert.equal(visit.url, `${indaba.url}/openapi.json?x=1#part`)
    const session = await whoIs(browser)
    assert.equal(session.status, 200)
    assert.match(JSON.stringify(session), new RegExp(id))
    assert.equal(await count('sign_in_identities', sql`user_id = ${id}`), 1)
    // The attempt is over: nothing of it is left with the browser.
    assert.doesNotMatch(browser.cookies(indaba.url), /indaba_sign_in/)
    // Another address at the provider since: still the same person here.
    keycloak.signInAs({ ...alice, email: 'alice.new@example.org' })
    const later = openBrowser()
    assert.equal((await later.open(start('keycloak'))).status, 200)
    assert.match(JSON.stringify(await whoIs(later)), new RegExp(id))
    const audit = await count('audit_events', sql`action = 'session.start' and actor = ${`user:${id}`}`)
    assert.equal(audit, 2)
  })

  it('does not open the account of whom an address belonged to before', async () => {
    await person('reused@example.org')
    providers.other.signInAs({ sub: 'first-holder', email: 'reused@example.org', email_verified: true })
    assert.equal((await openBrowser().open(start('other'))).status, 200)
    providers.other.signInAs({ sub: 'second-holder', email: 'reused@example.org', email_verified: true })
    assert.deepEqual(refused(await openBrowser().open(start('other'))).slice(0, 2), [403, 'OTHER_ACCOUNT_LINKED'])
  })

  it('takes what was set up before from an address that nobody had shown to be theirs', async () => {
    const id = await person('squatted@example.org', { isVerified: false })
    await allowedBy(id)
    providers.keycloak.signInAs({ sub: 'owner', email: 'squatted@example.org', email_verified: true })
    assert.equal((await openBrowser().open(start('keycloak'))).status, 200)
    assert.equal(await count('users', sql`id = ${id} and password_hash is null and email_verified_at is not null`), 1)
    assert.equal(await count('oauth_records', sql`user_id = ${id}`), 0)
  })

  it('opens no account that has a second factor by its mailbox, and links it to who is signed in there', async () => {
    const id = await person('careful@example.org')
    await everyOrg(() => sql`update users set totp_confirmed_at = now() where id = ${id}`.execute(indaba.app.db))
    providers.keycloak.signInAs({ sub: 'careful', email: 'careful@example.org', email_verified: true })
    const thief = openBrowser()
    assert.deepEqual(refused(await thief.open(start('keycloak'))).slice(0, 2), [403, 'SECOND_FACTOR_NEEDED'])
    assert.equal((await whoIs(thief)).status, 401)
    assert.equal(await count('sign_in_identities', sql`user_id = ${id}`), 0)
    const other = await signedIn(await person('other@example.org'))
    assert.equal(refused(await other.open(start('keycloak')))[1], 'SECOND_FACTOR_NEEDED')
    assert.equal((await (await signedIn(id)).open(start('keycloak'))).status, 200)
    assert.equal((await openBrowser().open(start('keycloak'))).status, 200, 'linked from now on')
  })

  it('takes up an invitation that waits for the address', async () => {
    const id = await person('invited@example.org', { state: 'invited' })
    providers.keycloak.signInAs({ sub: 'invited', email: 'invited@example.org', email_verified: true })
    const browser = openBrowser()
    assert.equal((await browser.open(start('keycloak'))).status, 200)
    assert.equal((await whoIs(browser)).status, 200)
    assert.equal(await count('memberships', sql`user_id = ${id} and state = 'active'`), 1)
  })

  it('makes no account, unless an organisation allows the domain; then the least there is', async () => {
    const stranger = { sub: 'stranger', email: 'new@branch.example.org', email_verified: true, name: 'New Person' }
    providers.keycloak.signInAs(stranger)
    const words =
      'You have not been cleared to create an account on Indaba. Please contact your administrator to create an account.'
    for (let n = 0; n < 2; n++) {
      assert.deepEqual(refused(await openBrowser().open(start('keycloak'))), [403, 'NOT_CLEARED', words])
    }
    assert.equal(await count('users', sql`email = 'new@branch.example.org'`), 0)
    const change = { settings: { sign_up_domains: ['branch.example.org'] } }
    await indaba.json(`/api/customers/${org.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(change),
    })
    // Neither a domain beneath it, nor one that only ends alike.
    for (const email of [
      'new@sub.branch.example.org',
      'new@evilbranch.example.org',
      'new@branch.example.org.evil.io',
    ]) {
      providers.keycloak.signInAs({ ...stranger, sub: email, email })
      assert.equal(refused(await openBrowser().open(start('keycloak')))[1], 'NOT_CLEARED', email)
    }
    providers.keycloak.signInAs(stranger)
    const browser = openBrowser()
    assert.equal((await browser.open(start('keycloak'))).status, 200)
    assert.equal((await whoIs(browser)).status, 200)
    const made = sql`role = 'agent' and level = 'own' and org_id = ${org.orgId}
      and user_id = (select id from users where email = 'new@branch.example.org')`
    assert.equal(await count('memberships', made), 1)
    // Two organisations that allow one domain: which one is meant cannot be told.
    await indaba.customer({ settings: change.settings })
    providers.keycloak.signInAs({ ...stranger, sub: 'second', email: 'second@branch.example.org' })
    assert.equal(refused(await openBrowser().open(start('keycloak')))[1], 'NOT_CLEARED')
  })

  it('refuses an address that the provider does not vouch for, and an account that is deactivated', async () => {
    const id = await person('carol@example.org')
    for (const email_verified of [false, undefined, 'no', 0]) {
      providers.keycloak.signInAs({ sub: 'carol', email: 'carol@example.org', email_verified })
      assert.equal(refused(await openBrowser().open(start('keycloak')))[1], 'EMAIL_NOT_VERIFIED')
    }
    // Mailboxes of others, whose addresses become this one when they are normalised.
    for (const email of ['\uFF43arol@example.org', 'ca\u211Bol@example.org', 'caro\u2113@example.org']) {
      providers.keycloak.signInAs({ sub: 'carol', email, email_verified: true })
      assert.equal(refused(await openBrowser().open(start('keycloak')))[1], 'EMAIL_NOT_VERIFIED', email)
    }
    providers.keycloak.signInAs({ sub: 'carol', email_verified: true })
    assert.equal(refused(await openBrowser().open(start('keycloak')))[1], 'EMAIL_NOT_VERIFIED')
    await everyOrg(() => sql`update users set state = 'deactivated' where id = ${id}`.execute(indaba.app.db))
    providers.keycloak.signInAs({ sub: 'carol', email: 'carol@example.org', email_verified: true })
    const [status, code, message] = refused(await openBrowser().open(start('keycloak')))
    assert.deepEqual([status, code], [403, 'DEACTIVATED'])
    assert.match(message, /^Your account has been deactivated/)
  })

  it('Microsoft: takes its own tenant alone, and an address whose domain the tenant owns', async () => {
    await person('dan@example.org')
    const dan = { sub: 'dan', email: 'dan@example.org', tid: tenant }
    const cases: [claims: Claims, code: string][] = [
      [{ ...dan, tid: '00000000-0000-4000-8000-000000000000', xms_edov: true }, 'OTHER_TENANT'],
      [{ ...dan, tid: undefined, xms_edov: true }, 'OTHER_TENANT'],
      [dan, 'EMAIL_NOT_VERIFIED'],
      // What makes an address trusted elsewhere is, in a directory, whatever its administrator wrote.
      [{ ...dan, email_verified: true }, 'EMAIL_NOT_VERIFIED'],
      [{ ...dan, xms_edov: false }, 'EMAIL_NOT_VERIFIED'],
    ]
    for (const [claims, code] of cases) {
      providers.microsoft.signInAs(claims)
      const [status, got] = refused(await openBrowser().open(start('microsoft')))
      assert.deepEqual([status, got], [403, code], JSON.stringify(claims))
    }
    for (const claims of [
      { ...dan, xms_edov: true },
      { sub: 'dan', tid: tenant, email: 'other@example.org', verified_primary_email: ['dan@example.org'] },
    ]) {
      providers.microsoft.signInAs(claims)
      const browser = openBrowser()
      assert.equal((await browser.open(start('microsoft'))).status, 200, JSON.stringify(claims))
      assert.match(JSON.stringify(await whoIs(browser)), /dan@example\.org/)
    }
  })

  it('sends PKCE S256, state and nonce, anew for each attempt', async () => {
    const seen = new Set<string>()
    for (let n = 0; n < 3; n++) {
      const { url } = await openBrowser().open(start('keycloak'), (next) => next.startsWith(providers.keycloak.issuer))
      const query = new URL(url).searchParams
      assert.equal(query.get('code_challenge_method'), 'S256')
      assert.equal(query.get('redirect_uri'), callbackOf('keycloak'))
      for (const name of ['state', 'nonce', 'code_challenge']) {
        assert.match(query.get(name) ?? '', /^[\w-]{43}$/)
        seen.add(query.get(name) as string)
      }
    }
    assert.equal(seen.size, 9)
  })

  it('keeps two browsers apart: neither finishes what the other has begun', async () => {
    providers.keycloak.signInAs(alice)
    const [victim, attacker] = [openBrowser(), openBrowser()]
    const mine = await attacker.open(start('keycloak'), isCallback)
    // Without an attempt of its own, and then with one.
    assert.deepEqual(refused(await victim.open(mine.url)).slice(0, 2), [400, 'SIGN_IN_EXPIRED'])
    const theirs = await victim.open(start('keycloak'), isCallback)
    assert.deepEqual(refused(await victim.open(mine.url)).slice(0, 2), [400, 'SIGN_IN_EXPIRED'])
    // The own state with the code of somebody else.
    const mixed = new URL(theirs.url)
    mixed.searchParams.set('code', new URL(mine.url).searchParams.get('code') as string)
    assert.equal(refused(await victim.open(mixed.href))[0], 403)
    assert.equal((await whoIs(victim)).status, 401)
    assert.equal((await attacker.open(mine.url)).status, 200)
  })

  it('answers each attempt once, and each code once', async () => {
    providers.keycloak.signInAs(alice)
    const browser = openBrowser()
    const { url } = await browser.open(start('keycloak'), isCallback)
    const cookie = browser.cookies(indaba.url)
    const open = () => fetch(url, { redirect: 'manual', headers: { cookie } })
    const answers = await Promise.all([open(), open(), open()])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [302, 400, 400])
    const late = await open()
    assert.deepEqual([late.status, ((await late.json()) as Json).error.code], [400, 'SIGN_IN_EXPIRED'])
    assert.deepEqual(late.headers.getSetCookie(), [])
  })

  it('takes no answer that another provider might have given', async () => {
    providers.keycloak.signInAs(alice)
    providers.other.signInAs({ sub: 'mallory', email: 'alice@example.org', email_verified: true })
    const browser = openBrowser()
    const { url } = await browser.open(start('keycloak'), isCallback)
    // The same answer at the callback of the other provider.
    const swapped = url.replace('/sign-in/keycloak/', '/sign-in/other/')
    assert.deepEqual(refused(await browser.open(swapped)).slice(0, 2), [400, 'SIGN_IN_EXPIRED'])
    // RFC 9207: the provider names itself.
    const renamed = new URL(url)
    renamed.searchParams.set('iss', providers.other.issuer)
    assert.deepEqual(refused(await browser.open(renamed.href)).slice(0, 2), [403, 'PROVIDER_ANSWER_REFUSED'])
    const nameless = openBrowser()
    const without = new URL((await nameless.open(start('keycloak'), isCallback)).url)
    without.searchParams.delete('iss')
    assert.equal(refused(await nameless.open(without.href))[0], 403)
  })

  it('says what went wrong when the person refuses, or the provider does not answer', async () => {
    providers.keycloak.signInAs(null)
    const [status, code, message] = refused(await openBrowser().open(start('keycloak')))
    assert.deepEqual([status, code], [403, 'PROVIDER_REFUSED'])
    assert.match(message, /access_denied/)
    for (const path of ['/v1/sign-in/keycloak/callback', '/v1/sign-in/keycloak/callback?state=a&state=b&code=c']) {
      assert.equal((await openBrowser().open(indaba.url + path)).status, 400, path)
    }
  })

  it('leads to paths of this server alone', async () => {
    const elsewhere = [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      '/%0d%0a/evil.example'.replaceAll('%0d%0a', '\r\n'),
      '/.//evil.example',
      '/..//evil.example',
      'javascript:alert(1)',
      'evil.example',
      ' /a',
      `/${'a'.repeat(3000)}`,
    ]
    for (const one of elsewhere) {
      const visit = await openBrowser().open(start('keycloak', one), () => true)
      assert.deepEqual([visit.status, refused(visit)[1]], [400, 'INVALID_RETURN_TO'], one)
    }
    providers.keycloak.signInAs(alice)
    const { url } = await openBrowser().open(
      start('keycloak', '/é?x=//evil.example'),
      (next) => !next.includes('/sign-in/') && next.startsWith(indaba.url),
    )
    assert.equal(url, `${indaba.url}/%C3%A9?x=//evil.example`)
  })

  it('begins a new session, whatever cookie came along', async () => {
    providers.keycloak.signInAs(alice)
    const browser = openBrowser()
    await browser.open(start('keycloak'))
    const before = browser.cookies(indaba.url)
    await browser.open(start('keycloak'))
    const session = (cookies: string) => /indaba_session=([^;]+)/.exec(cookies)?.[1]
    assert.ok(session(before))
    assert.notEqual(session(browser.cookies(indaba.url)), session(before))
    const old = await fetch(`${indaba.url}/v1/session`, { headers: { cookie: before } })
    assert.equal(old.status, 401)
  })
})
