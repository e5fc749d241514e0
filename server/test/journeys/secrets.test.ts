// Secrets at rest, seen from outside: a server whose key is replaced, and what its database holds.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { type App, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/platform/log.ts'
import { freshDatabase } from '../database.ts'
import { adminToken, freePort, type Json } from '../harness.ts'
import { startWebhookReceiver, verify, type WebhookReceiver } from './webhook-receiver.ts'

describe('secrets at rest', () => {
  let database: { url: string; drop(): Promise<void> }
  let owner: pg.Client
  let dataDir: string
  let receiver: WebhookReceiver
  let app: App | null = null
  let url = ''
  before(async () => {
    database = await freshDatabase()
    owner = new pg.Client({ connectionString: database.url, options: '-c app.orgs=*' })
    await owner.connect()
    dataDir = await mkdtemp(join(tmpdir(), 'indaba-secrets-'))
    receiver = await startWebhookReceiver()
  })
  after(async () => {
    await app?.stop(2000)
    await owner.end()
    receiver.close()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  })

  async function start(key: Buffer, previous: Buffer | null): Promise<void> {
    await app?.stop(2000)
    app = null
    const port = await freePort()
    const config = readConfig({
      PORT: String(port),
      INDABA_DATA_DIR: dataDir,
      INDABA_ADMIN_TOKEN: adminToken,
      INDABA_OUTBOUND_ALLOW: '127.0.0.1/32',
      INDABA_SPEECH_ENGINE: 'none',
      INDABA_LANGUAGE_ENGINE: 'builtin',
      ...(previous ? { INDABA_SECRET_KEY_PREVIOUS: previous.toString('base64') } : {}),
    })
    app = await openApp({
      config,
      databaseUrl: database.url,
      adminToken,
      secretKey: key,
      roles: { serve: true, work: true },
      log: openLog(process.env.INDABA_TEST_LOG_LEVEL ?? 'silent'),
    })
    await app.start()
    url = `http://127.0.0.1:${port}`
  }

  async function ask(path: string, headers: Record<string, string>, body?: Json, method = body ? 'POST' : 'GET') {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    assert.equal(answer.status, 200, await answer.clone().text())
    return { body: (await answer.json()) as Json, replayed: answer.headers.get('idempotency-replayed') }
  }

  const admin = { authorization: `Bearer ${adminToken}` }
  const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
  const asked = { name: 'Test', company_name: 'Test', email: 'test@example.com' }
  const once = { ...admin, 'idempotency-key': 'once' }
  let made: Json

  async function deliversSigned(): Promise<void> {
    const message = { sender: 'customer', message: randomBytes(6).toString('hex') }
    const { body } = await ask('/v1/chats/upload', { 'x-api-key': made.api_key }, { messages: [message] })
    const delivery = await receiver.find((one) => one.body.data?.chat_id === body.chat_id)
    verify(made.webhook_secret, delivery)
  }

  test('under a new key, API keys, webhook secrets and stored answers are as good as before', async () => {
    await start(oldKey, null)
    made = (await ask('/api/customers', once, asked)).body
    const hook = { url: receiver.url, events: ['chat.completed'] }
    made.webhook_secret = (await ask('/v1/webhooks', { 'x-api-key': made.api_key }, hook)).body.secret
    await deliversSigned()
    for (const [key, previous] of [
      [oldKey, newKey],
      [newKey, oldKey],
    ] as const) {
      await start(key, previous)
      await deliversSigned()
      const again = await ask('/api/customers', once, asked)
      assert.equal(again.replayed, 'true')
      assert.equal(again.body.api_key, made.api_key)
    }
  })

  test('with another key the server does not start, and says which one it needs', async () => {
    await assert.rejects(start(randomBytes(32), null), (err: Json) => {
      assert.equal(err.code, 'wrong_secret_key')
      assert.match(err.detail, /locked with key:[0-9a-f]{16}.*INDABA_SECRET_KEY/)
      return true
    })
    await start(newKey, oldKey)
    await deliversSigned()
  })

  test('no secret stands in any table in clear, in any of its encodings', async () => {
    const secrets = [made.api_key, made.webhook_secret, oldKey, newKey]
    const needles = secrets.flatMap((secret) => {
      const bytes = Buffer.from(secret)
      const texts = [bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')]
      return typeof secret === 'string' ? [secret, secret.replace('whsec_', ''), ...texts] : texts
    })
    const { rows: tables } = await owner.query(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    )
    let rowsSeen = 0
    for (const { name } of tables) {
      const { rows } = await owner.query(`select to_jsonb(t)::text as row from ${name} t`)
      rowsSeen += rows.length
      for (const { row } of rows) {
        const found = needles.find((needle) => row.includes(needle))
        assert.equal(found, undefined, `${name} holds a secret`)
      }
    }
    assert.ok(tables.length > 20 && rowsSeen > 30, `${tables.length} tables, ${rowsSeen} rows`)
  })

  test('with an organisation its data key goes', async () => {
    const count = async () =>
      (await owner.query('select count(*)::int as n from data_keys where org_id = $1', [made.org_id])).rows[0].n
    assert.equal(await count(), 1)
    await ask(`/api/customers/${made.id}`, admin, undefined, 'DELETE')
    assert.equal(await count(), 0)
  })
})
