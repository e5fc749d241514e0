// Applications and what they do without a person: find the server, act alone, prove themselves by secrets that rotate; and
// who may make and change them.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as client from 'openid-client'
import { roleScopes } from '../../src/access/permissions.ts'
import { newId } from '../../src/platform/ids.ts'
import type { Json } from '../harness.ts'
import { openBrowser } from './browser.ts'
import { type Application, failsWith, redirectUri, startOauth } from './oauth-flow.ts'

const { harness, customer, web, api, register, connect, begin, statusWith, endsWithin } = await startOauth()

describe('OAuth 2.0: applications', () => {
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
})
