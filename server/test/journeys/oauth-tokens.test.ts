// What a token is worth: on every node, to its person's reach and no further, to other applications, forged, expired; by
// which key an ID token verifies, and that the database keeps nothing of use to a thief, nor what has run out.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import * as client from 'openid-client'
import { forgetExpiredOauth } from '../../src/access/index.ts'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/platform/log.ts'
import { adminToken, type Json, secretKey } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { atCallback, redirectUri, startOauth } from './oauth-flow.ts'

const {
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
} = await startOauth()

describe('OAuth 2.0: tokens', () => {
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
})
