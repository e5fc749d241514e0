// Keys and who may what: against a whole server and its database.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { sql } from 'kysely'
import { adminToken, type Harness, type Json, startHarness } from '../../test/harness.ts'
import { type Db, openDb } from '../platform/db/db.ts'
import { keyedHash } from '../platform/secrets.ts'
import { apiKeys } from './keys/api-keys.ts'
import { changeOrg, createOrg } from './orgs.ts'

const keysOf = (db: Db) => apiKeys({ db, secrets: { hash: keyedHash(Buffer.alloc(32)) } })
const aKey = { name: 'a key', scopes: ['calls:read'], createdBy: 'admin' }

describe('access', () => {
  let indaba: Harness
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
  })
  after(() => indaba.stop())

  const call = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const answer = await fetch(`${indaba.url}${path}`, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as Json }
  }
  const admin = { authorization: `Bearer ${adminToken}` }

  test('a key has the documented form, and its checksum is the CRC-32 of what is before it', async () => {
    const { key } = await indaba.customer()
    const found = /^(ind_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{32})([0-9A-Za-z]{6})$/.exec(key)
    assert.ok(found, key)
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const read = [...(found[2] as string)].reduce((sum, char) => sum * 62 + digits.indexOf(char), 0)
    assert.equal(read, crc32(found[1] as string))
  })

  test('a key works in both headers, in any case of their names; a changed, cut or unknown one does not', async () => {
    const { key } = await indaba.customer()
    const right: Record<string, string>[] = [
      { 'X-API-Key': key },
      { 'x-api-key': key },
      { 'X-API-KEY': key },
      { Authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { AUTHORIZATION: `BEARER   ${key}` },
      { 'x-api-key': 'wrong', authorization: `Bearer ${key}` },
    ]
    for (const headers of right) {
      assert.equal(
        (await call('GET', '/v1/calls', headers as Record<string, string>)).status,
        200,
        JSON.stringify(headers),
      )
    }
    const last = key.at(-1) === 'a' ? 'b' : 'a'
    const wrong = ['', 'x', key.slice(0, -1), key.slice(0, -1) + last, `${key}0`, key.toUpperCase(), `${key}\t,${key}`]
    for (const other of [...wrong, await keyOfAnotherServer()]) {
      const { status, body, headers } = await call('GET', '/v1/calls', { 'x-api-key': other })
      assert.deepEqual([status, body.message], [401, 'Invalid API key'], other)
      assert.equal(headers.get('www-authenticate'), 'Bearer')
    }
    for (const headers of [{}, { authorization: `Basic ${btoa(`x:${key}`)}` }, { authorization: key }]) {
      assert.equal((await call('GET', '/v1/calls', headers as Record<string, string>)).status, 401)
    }
    for (const name of ['api_key', 'X-API-Key', 'access_token']) {
      const { status, body } = await call('GET', `/v1/calls?${name}=${key}`, {})
      assert.equal(status, 400)
      assert.match(body.message, /header/)
    }
  })

  /** Right in form and checksum, with an id and secret that this server has never given. */
  async function keyOfAnotherServer(): Promise<string> {
    const { db } = indaba.app
    return db
      .transaction()
      .execute(async (tx) => {
        const org = await createOrg(tx, { name: 'Elsewhere' })
        throw (await keysOf(db).create(tx, org.id, aKey))[0]
      })
      .then(
        () => assert.fail('kept'),
        (key: string) => key,
      )
  }

  test('the admin token opens the customers in both headers and nothing else; a key does not open them', async () => {
    const { key } = await indaba.customer()
    for (const headers of [admin, { 'x-api-key': adminToken }] as Record<string, string>[]) {
      assert.equal((await call('GET', '/api/customers', headers)).status, 200)
      assert.equal((await call('GET', '/v1/calls', headers)).status, 403)
    }
    for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }] as Record<string, string>[]) {
      const { status, body } = await call('GET', '/api/customers', headers)
      assert.deepEqual([status, body.message], [403, 'Insufficient permissions'])
    }
    for (const token of [adminToken.slice(1), `${adminToken}x`, adminToken.toUpperCase()]) {
      assert.equal((await call('GET', '/api/customers', { authorization: `Bearer ${token}` })).status, 401)
    }
    for (const path of ['/health', '/healthz', '/readyz', '/metrics', '/docs', '/openapi.json']) {
      assert.equal((await fetch(`${indaba.url}${path}`)).status, 200, path)
    }
  })

  test('no clear key and no clear webhook secret is in any table, not even after a repeated create', async () => {
    const create = () =>
      call(
        'POST',
        '/api/customers',
        { ...admin, 'idempotency-key': 'create-1' },
        {
          name: 'Kept',
          email: 'kept@example.com',
          webhook_url: 'http://127.0.0.1:9/hook',
          webhook_secret: 'a-webhook-secret-to-look-for',
        },
      )
    const { body: made } = await create()
    assert.equal((await create()).body.api_key, made.api_key)
    assert.equal((await call('GET', '/v1/calls', { 'x-api-key': made.api_key })).status, 200)
    const secret = made.api_key.slice(-38, -6)
    const dump = await dumpOf(indaba.databaseUrl)
    assert.ok(dump.includes('kept@example.com'), 'the dump is one')
    for (const text of [made.api_key, secret, 'a-webhook-secret-to-look-for', adminToken]) {
      assert.equal(dump.includes(text), false)
      assert.equal(dump.includes(Buffer.from(text).toString('hex')), false)
      assert.equal(dump.includes(Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)), false)
    }
  })

  test('lists and changes show a key by its first and last four characters', async () => {
    const { key, id } = await indaba.customer({ name: 'Masked' })
    const masked = `${key.slice(0, 4)}…${key.slice(-4)}`
    const list = await call('GET', '/api/customers', admin)
    assert.equal(list.body.customers.find((one: Json) => one.id === id).api_key, masked)
    const changed = await call('PUT', `/api/customers/${id}`, admin, { company_name: 'New' })
    assert.deepEqual([changed.body.api_key, changed.body.company_name, changed.body.name], [masked, 'New', 'Masked'])
    assert.equal(JSON.stringify(list.body).includes(key), false)
  })

  test('a customer that is switched off is out at once, and in at once when switched on', async () => {
    const { id, headers } = await indaba.customer()
    for (let n = 0; n < 3; n++) {
      assert.equal((await call('GET', '/v1/calls', headers)).status, 200)
      assert.equal((await call('PUT', `/api/customers/${id}`, admin, { is_active: false })).status, 200)
      assert.equal((await call('GET', '/v1/calls', headers)).status, 401)
      assert.equal((await call('PUT', `/api/customers/${id}`, admin, { is_active: true })).status, 200)
    }
  })

  test('another process lets a customer that is switched off in for at most a second', async () => {
    const { db } = indaba.app
    const elsewhere = openDb({ url: indaba.databaseUrl, connectionsMax: 1, as: 'owner' })
    try {
      const [here, there] = [keysOf(db), keysOf(elsewhere)]
      const org = await createOrg(db, { name: 'Elsewhere' })
      const [key] = await here.create(db, org.id, aKey)
      assert.equal((await there.check(key))?.orgId, org.id)
      await changeOrg(db, org.id, { is_active: false })
      here.forget(org.id)
      const off = performance.now()
      assert.equal(await here.check(key), null)
      while (await there.check(key)) {
        assert.ok(performance.now() - off < 1100, 'still in')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    } finally {
      await elsewhere.destroy()
    }
  })

  test('a look-up that was under way when a customer was switched off is not remembered', async () => {
    const { db } = indaba.app
    const keys = keysOf(db)
    const org = await createOrg(db, { name: 'Racing' })
    const [key] = await keys.create(db, org.id, aKey)
    const underWay = keys.check(key)
    await changeOrg(db, org.id, { is_active: false })
    keys.forget(org.id)
    await underWay
    assert.equal(await keys.check(key), null)
  })

  test('a deleted customer leaves nothing behind, and its key is no key', async () => {
    const { id, orgId, headers, key } = await indaba.customer({ name: 'Gone for good' })
    const chat = { messages: [{ sender: 'customer', message: 'Remember me not.' }] }
    assert.equal(
      (await call('POST', '/v1/chats/upload', { ...headers, 'idempotency-key': 'chat-1' }, chat)).status,
      200,
    )
    const { status, body } = await call('DELETE', `/api/customers/${id}`, admin)
    assert.deepEqual([status, body], [200, { status: 'success', message: 'Customer deleted successfully' }])
    assert.equal((await call('GET', '/v1/calls', { 'x-api-key': key })).status, 401)
    assert.equal((await call('DELETE', `/api/customers/${id}`, admin)).status, 404)
    const dump = await dumpOf(indaba.databaseUrl)
    for (const text of ['Remember me not', 'Gone for good']) assert.equal(dump.includes(text), false, text)
    // Jobs carry ids only; a job of a conversation that is gone does nothing. The audit stays.
    const withId = (await dumpOf(indaba.databaseUrl, ['public'])).split('\n').filter((line) => line.includes(orgId))
    const isAudit = (line: string) => line.startsWith('public.audit_')
    assert.deepEqual(
      withId.filter((line) => !isAudit(line)),
      [],
    )
    assert.ok(withId.some((line) => line.includes('customer.delete')))
  })
})

/** Every row of every table as text. */
async function dumpOf(url: string, schemas: string[] = ['public', 'pgboss']): Promise<string> {
  const db = openDb({ url, connectionsMax: 1, as: 'owner' })
  try {
    const { rows } = await sql<{ name: string }>`
      select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema = any(${schemas}) and table_type = 'BASE TABLE'`.execute(db)
    const texts = []
    for (const { name } of rows) {
      const { rows: found } = await sql<{ text: string }>`select t::text as text from ${sql.raw(name)} t`.execute(db)
      texts.push(...found.map(({ text }) => `${name} ${text}`))
    }
    return texts.join('\n')
  } finally {
    await db.destroy()
  }
}
