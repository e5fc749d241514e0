// A person decides on what an application asks for: signs in, allows all or a part, refuses; what must not decide does not.
// What becomes of what they allowed is in oauth-grants.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import * as client from 'openid-client'
import { Secret, TOTP } from 'otpauth'
import type { Json } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { atCallback, password, startOauth } from './oauth-flow.ts'

const { harness, customer, web, analyst, person, begin, finish, signIn, allowed, statusWith } = await startOauth()

describe('OAuth 2.0: a person decides', () => {
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
})
