// API keys over REST: against a whole server.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../../../test/harness.ts'
import { allScopes, roleScopes } from '../permissions.ts'

describe('API keys over REST', () => {
  let indaba: Harness
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => indaba?.stop())

  const call = async (
    method: string,
    path: string,
    key: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${indaba.url}${path}`, {
      method,
      headers: { 'x-api-key': key, ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    return { status: answer.status, body: (text ? JSON.parse(text) : null) as Json }
  }

  /** An organisation whose first key may do what is named. */
  async function holder(scopes: readonly string[] = allScopes): Promise<Customer & { keyId: string }> {
    const customer = await indaba.customer()
    const keyId = customer.key.slice(9, 21)
    await sql`update api_keys set scopes = ${[...scopes]} where id = ${keyId}`.execute(indaba.app.db)
    await delay(50)
    return { ...customer, keyId }
  }
  const codeOf = ({ status, body }: { status: number; body: Json }) => [status, body?.error?.code]

  test('creates a key that does what its scopes say, and shows it in clear once', async () => {
    const { key } = await holder()
    const made = await call('POST', '/v1/api-keys', key, { name: ' Phones ', scopes: ['calls:read', 'calls:read'] })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const { api_key: clear, ...view } = made.body
    assert.match(clear, /^ind_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    assert.deepEqual(
      [view.name, view.scopes, view.environment, view.status],
      ['Phones', ['calls:read'], 'live', 'active'],
    )
    assert.deepEqual([view.expires_in_days, view.warning, view.is_admin], [365, null, false])
    assert.equal((await call('GET', '/v1/calls', clear)).status, 200)
    assert.deepEqual(codeOf(await call('GET', '/v1/webhooks', clear)), [403, 'INSUFFICIENT_PERMISSIONS'])
    assert.deepEqual(codeOf(await call('GET', '/v1/api-keys', clear)), [403, 'INSUFFICIENT_PERMISSIONS'])
    for (const path of ['/v1/api-keys', `/v1/api-keys/${view.id}`]) {
      const { body } = await call('GET', path, key)
      assert.ok(JSON.stringify(body).includes(view.id))
      assert.equal(JSON.stringify(body).includes(clear.slice(22, 54)), false)
    }
    const soon = await call('POST', '/v1/api-keys', key, { name: 'x', environment: 'test', expires_in_days: 7 })
    assert.match(soon.body.api_key, /^ind_test_/)
    assert.deepEqual(soon.body.scopes, roleScopes.integration)
    assert.match(soon.body.warning, /in 7 days/)
  })

  test('nobody gives, takes or rotates into more than they hold', async () => {
    const strong = await holder()
    const weak = await call('POST', '/v1/api-keys', strong.key, { name: 'weak', scopes: ['keys:manage', 'calls:read'] })
    const { api_key: weakKey, id: weakId } = weak.body
    const beyond = [
      await call('POST', '/v1/api-keys', weakKey, { name: 'child', scopes: ['calls:read', 'calls:write'] }),
      await call('POST', '/v1/api-keys', weakKey, { name: 'child' }),
      await call('PATCH', `/v1/api-keys/${weakId}`, weakKey, { scopes: ['keys:manage', 'calls:read', 'users:manage'] }),
      await call('PATCH', `/v1/api-keys/${strong.keyId}`, weakKey, { expires_in_days: 3000 }),
      await call('POST', `/v1/api-keys/${strong.keyId}/rotate`, weakKey, {}),
    ]
    for (const one of beyond) assert.deepEqual(codeOf(one), [403, 'MORE_THAN_HELD'])
    assert.equal((await call('PATCH', `/v1/api-keys/${weakId}`, weakKey, { scopes: ['calls:delete'] })).status, 403)
    assert.equal((await call('GET', '/v1/calls', strong.key)).status, 200, 'it was not rotated')

    // Less is always allowed, and holds at once.
    const less = await call('PATCH', `/v1/api-keys/${weakId}`, weakKey, { scopes: ['keys:manage'], name: 'weaker' })
    assert.deepEqual([less.status, less.body.scopes, less.body.name], [200, ['keys:manage'], 'weaker'])
    assert.equal((await call('GET', '/v1/calls', weakKey)).status, 403)

    // An answer that was kept for another caller is not given to this one.
    const once = { 'idempotency-key': 'rotate-1' }
    const rotated = await call('POST', `/v1/api-keys/${strong.keyId}/rotate`, strong.key, {}, once)
    assert.equal(rotated.status, 200)
    assert.deepEqual(codeOf(await call('POST', `/v1/api-keys/${strong.keyId}/rotate`, weakKey, {}, once)), [
      409,
      'IDEMPOTENCY_KEY_REUSED',
    ])
    const again = await call('POST', `/v1/api-keys/${strong.keyId}/rotate`, strong.key, {}, once)
    assert.equal(again.body.api_key, rotated.body.api_key)
  })

  test('a key for tests makes no live ones; a key of the installation is not changed here, and can be revoked', async () => {
    const { key, keyId, orgId } = await holder()
    const made = await call('POST', '/v1/api-keys', key, { name: 'test', environment: 'test', scopes: allScopes })
    const testKey = made.body.api_key
    assert.deepEqual(codeOf(await call('POST', '/v1/api-keys', testKey, { name: 'live' })), [403, 'MORE_THAN_HELD'])
    assert.deepEqual(codeOf(await call('POST', `/v1/api-keys/${keyId}/rotate`, testKey, {})), [403, 'MORE_THAN_HELD'])
    const child = { name: 'child', environment: 'test' }
    assert.equal((await call('POST', '/v1/api-keys', testKey, child)).status, 201)
    // Nor by a live key that gets more, or by a person.
    const more = { expires_in_days: 3000 }
    assert.deepEqual(codeOf(await call('PATCH', `/v1/api-keys/${keyId}`, testKey, more)), [403, 'MORE_THAN_HELD'])
    const invited = { email: 'tester@example.org', role: 'analyst' }
    assert.deepEqual(codeOf(await call('POST', '/v1/users', testKey, invited)), [403, 'MORE_THAN_HELD'])
    assert.equal((await call('POST', '/v1/users', key, invited)).status, 201)

    await sql`update api_keys set is_admin = true, scopes = '{}' where id = ${made.body.id}`.execute(indaba.app.db)
    await delay(50)
    assert.equal((await call('GET', '/api/customers', testKey)).status, 200)
    assert.equal((await call('GET', '/v1/calls', testKey)).status, 403)
    for (const [method, path, body] of [
      ['POST', `/v1/api-keys/${made.body.id}/rotate`, {}],
      ['PATCH', `/v1/api-keys/${made.body.id}`, { name: 'mine' }],
    ] as const)
      assert.deepEqual(codeOf(await call(method, path, key, body)), [403, 'MORE_THAN_HELD'])
    assert.equal((await call('DELETE', `/v1/api-keys/${made.body.id}`, key)).status, 204)
    assert.equal((await call('GET', '/api/customers', testKey)).status, 401)
    assert.ok(orgId)
  })

  test('revokes at once and for good; twice is no error; another organisation sees nothing', async () => {
    const [one, two] = [await holder(), await holder()]
    const { body: made } = await call('POST', '/v1/api-keys', one.key, { name: 'short-lived' })
    assert.equal((await call('GET', '/v1/calls', made.api_key)).status, 200)
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate'],
      ['GET', '/usage'],
    ] as const) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {}
      assert.equal((await call(method, `/v1/api-keys/${made.id}${path}`, two.key, body)).status, 404, method + path)
      assert.equal((await call(method, `/v1/api-keys/nothing${path}`, two.key, body)).status, 404)
    }
    assert.equal((await call('GET', '/v1/calls', made.api_key)).status, 200)
    for (let n = 0; n < 2; n++) assert.equal((await call('DELETE', `/v1/api-keys/${made.id}`, one.key)).status, 204)
    assert.equal((await call('GET', '/v1/calls', made.api_key)).status, 401)
    const revoked = await call('GET', `/v1/api-keys/${made.id}`, one.key)
    assert.deepEqual([revoked.body.status, revoked.body.warning], ['revoked', null])
    assert.deepEqual(codeOf(await call('PATCH', `/v1/api-keys/${made.id}`, one.key, { name: 'x' })), [
      409,
      'API_KEY_REVOKED',
    ])
    const { rows } = await sql<{ action: string; n: number }>`
      select action, count(*) as n from audit_events where target = ${made.id} and action like 'api_key.%'
      group by action order by action`.execute(indaba.app.db)
    assert.deepEqual(rows, [
      { action: 'api_key.create', n: 1 },
      { action: 'api_key.revoke', n: 1 },
    ])
  })

  test('refuses what it does not know, in a body and in a query', async () => {
    const { key, keyId, orgId } = await holder()
    const bodies: [string, unknown][] = [
      ['name', {}],
      ['name', { name: '' }],
      ['name', { name: '   ' }],
      ['name', { name: 'x'.repeat(201) }],
      ['name', { name: { $gt: '' } }],
      ['is_admin', { name: 'x', is_admin: true }],
      ['org_id', { name: 'x', org_id: orgId }],
      ['created_by', { name: 'x', created_by: 'user:1' }],
      ['scopes', { name: 'x', scopes: [] }],
      ['scopes', { name: 'x', scopes: ['*'] }],
      ['scopes', { name: 'x', scopes: ['calls:read', 'constructor'] }],
      ['scopes', { name: 'x', scopes: 'calls:read' }],
      ['environment', { name: 'x', environment: 'prod' }],
      ['expires_in_days', { name: 'x', expires_in_days: 0 }],
      ['expires_in_days', { name: 'x', expires_in_days: 1.5 }],
      ['expires_in_days', { name: 'x', expires_in_days: 1e9 }],
      ['expires_in_days', { name: 'x', expires_in_days: null }],
    ]
    for (const [field, body] of bodies) {
      const { status, body: answer } = await call('POST', '/v1/api-keys', key, body)
      assert.deepEqual([status, answer.error?.details?.field], [400, field], JSON.stringify([body, answer]))
    }
    const proto = JSON.parse('{"name":"x","__proto__":{"is_admin":true}}')
    assert.deepEqual(codeOf(await call('POST', '/v1/api-keys', key, proto)), [400, 'RESERVED_NAME'])
    for (const body of [
      { overlap_hours: -1 },
      { overlap_hours: 721 },
      { overlap_hours: 'x' },
      { scopes: ['calls:read'] },
    ])
      assert.equal((await call('POST', `/v1/api-keys/${keyId}/rotate`, key, body)).status, 400)
    for (const query of ['unused_days=0', 'unused_days=x', 'limit=0', 'cursor=x', 'cursor=e30'])
      assert.equal((await call('GET', `/v1/api-keys?${query}`, key)).status, 400, query)
    assert.equal((await call('GET', `/v1/api-keys/${keyId}/usage?days=401`, key)).status, 400)
    assert.equal((await call('GET', '/v1/calls', key)).status, 200)
  })

  test('pages through keys, newest first, and lists those that nobody uses', async () => {
    const { key, keyId } = await holder()
    const ids = [keyId]
    for (let n = 0; n < 5; n++) ids.unshift((await call('POST', '/v1/api-keys', key, { name: `key ${n}` })).body.id)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await call('GET', `/v1/api-keys?limit=2${cursor && `&cursor=${cursor}`}`, key)
      seen.push(...body.api_keys.map(({ id }: Json) => id))
      cursor = body.next_cursor
    } while (cursor)
    assert.deepEqual(seen, ids)
    await sql`update api_keys set created_at = now() - interval '100 days' where id = ${ids[2]}`.execute(indaba.app.db)
    const { body } = await call('GET', '/v1/api-keys?unused_days=90', key)
    assert.deepEqual(
      body.api_keys.map(({ id }: Json) => id),
      [ids[2]],
    )
  })

  test('shows what a key was used for, when and from where', async () => {
    const { key, keyId } = await holder()
    for (let n = 0; n < 3; n++) await call('GET', '/v1/calls', key)
    const until = Date.now() + 15_000
    const usage = async () => (await call('GET', `/v1/api-keys/${keyId}/usage?days=1`, key)).body
    while ((await usage()).requests === 0) {
      assert.ok(Date.now() < until, 'not written')
      await delay(200)
    }
    const { requests, by_day: days, days: asked } = await usage()
    assert.equal(asked, 1)
    assert.equal(days.length, 1)
    assert.equal(days[0].requests, requests)
    assert.equal(days[0].groups.Conversations ?? days[0].groups.Calls, 3, JSON.stringify(days))
    const { body } = await call('GET', `/v1/api-keys/${keyId}`, key)
    assert.match(body.last_used_address, /127\.0\.0\.1/)
    assert.ok(Date.now() - Date.parse(body.last_used_at) < 60_000)
    assert.equal(body.secrets[0].last_used_at, body.last_used_at)
  })

  test('the admin token and an admin key have no keys of an organisation', async () => {
    assert.equal((await call('GET', '/v1/api-keys', adminToken)).status, 403)
  })
})
