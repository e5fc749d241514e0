// Signing in with the account of another provider, from the first click to a session: what is sent, what is taken as the
// answer, and where it leads. Against a certified provider.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Json } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { alice, client, isCallback, refused, startSignIn } from './sign-in-providers.ts'

const { providers, indaba, callbackOf, start, person, whoIs, stop } = await startSignIn()
after(stop)

describe('sign-in with another provider', () => {
  // Alice is known here, and has signed in with this provider before.
  before(async () => {
    await person('alice@example.org')
    providers.keycloak.signInAs(alice)
    await openBrowser().open(start('keycloak'))
  })

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
