// Signing in with the account of another provider, against a certified one: whose account here that opens, and whose not.
// How an attempt goes has its own file.

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { sql } from 'kysely'
import { everyOrg } from '../../src/platform/db/scope.ts'
import type { Claims } from '../fakes/openid-provider.ts'
import { adminToken } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { alice, refused, startSignIn, tenant } from './sign-in-providers.ts'

const { providers, indaba, org, start, person, allowedBy, signedIn, count, whoIs, stop } = await startSignIn()
after(stop)

describe('sign-in with another provider', () => {
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
})
