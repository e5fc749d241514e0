// What was granted, until it ends: refreshed, used twice, revoked, taken back; and what the audit tells.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import * as client from 'openid-client'
import type { Json } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { atCallback, failsWith, startOauth } from './oauth-flow.ts'

const {
  harness,
  customer,
  web,
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

describe('OAuth 2.0: grants', () => {
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

  test('a replayed code ends what it gave', async () => {
    const begun = await begin(web, 'calls:read')
    const callback = await allowed(begun)
    const tokens = await finish(begun, callback)
    assert.equal(await statusWith(tokens.access_token), 200)
    await assert.rejects(finish(begun, callback), failsWith('invalid_grant'))
    await endsWithin(tokens.access_token, 1000)
    await assert.rejects(client.refreshTokenGrant(begun.config, tokens.refresh_token ?? ''), failsWith('invalid_grant'))
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

  test('the audit tells of applications, decisions, tokens and what was ended', async () => {
    // The tests before this one have done the rest.
    const made = await register({ kind: 'confidential', acts_alone: true })
    const config = await connect(made)
    await client.tokenRevocation(config, (await client.clientCredentialsGrant(config)).access_token)
    await api(`/v1/oauth/applications/${made.client_id}/rotate-secret`, { method: 'POST', body: {} })
    await api(`/v1/oauth/applications/${made.client_id}`, { method: 'DELETE' })
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
