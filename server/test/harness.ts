// A whole Indaba for a test: its own database, folder and port, in this process. Talks to loopback only.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type App, openApp, type Roles } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { openDb } from '../src/platform/db/db.ts'
import { openLog } from '../src/platform/log.ts'
import { freshDatabase } from './database.ts'

/** The same for every program that a test starts on a harness's database. */
export const secretKey = Buffer.alloc(32, 7)
export const adminToken = 'test-admin-token-of-32-characters-or-more'

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers, and assert what they find
export type Json = any

export type Customer = { id: number; orgId: string; key: string; headers: { 'x-api-key': string } }

export type Harness = {
  url: string
  app: App
  databaseUrl: string
  dataDir: string
  /** A new organisation with a key, which may do what an integration may, or what `scopes` say. */
  customer(fields?: Record<string, unknown>, scopes?: readonly string[]): Promise<Customer>
  /** The JSON of an answer that must be 2xx. */
  json<T = Json>(path: string, init?: RequestInit): Promise<T>
  /** Waits until a conversation is completed or failed and returns `GET /v1/conversations/{id}`. */
  finished(customer: Customer, id: string, timeoutMs?: number): Promise<Json>
  stop(): Promise<void>
}

/**
 * `env` adds to or replaces settings; webhooks and fetches may reach 127.0.0.1 unless INDABA_OUTBOUND_ALLOW says else.
 * No speech engine unless one is asked for: transcription is slow, and most tests are about something else.
 */
export async function startHarness(options: { env?: Record<string, string>; roles?: Roles } = {}): Promise<Harness> {
  const database = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'indaba-app-'))
  const port = await freePort()
  const config = readConfig({
    PORT: String(port),
    INDABA_DATA_DIR: dataDir,
    INDABA_ADMIN_TOKEN: adminToken,
    INDABA_OUTBOUND_ALLOW: '127.0.0.1/32',
    INDABA_SPEECH_ENGINE: 'none',
    INDABA_LANGUAGE_ENGINE: 'builtin',
    INDABA_RATE_LIMIT_PER_MINUTE: '0',
    INDABA_STRANGERS_PER_SECOND: '0',
    INDABA_FAILURES_PER_MINUTE: '0',
    INDABA_LOG_LEVEL: process.env.INDABA_TEST_LOG_LEVEL ?? 'silent',
    ...options.env,
  })
  const opened = await openApp({
    config,
    databaseUrl: database.url,
    adminToken: config.access.adminToken ?? adminToken,
    secretKey,
    roles: options.roles ?? { serve: true, work: true },
    log: openLog(config.log.level),
  })
  await opened.start()
  // What a test looks up, it looks up as the owner of the tables.
  const app = { ...opened, db: openDb({ url: database.url, connectionsMax: 4, as: 'owner' }) }
  const url = `http://127.0.0.1:${port}`

  const json = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await fetch(`${url}${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as T
  }

  return {
    url,
    app,
    databaseUrl: database.url,
    dataDir,
    json,
    async customer(fields = {}, scopes) {
      const made = await json<{ id: number; org_id: string; api_key: string }>('/api/customers', {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Test', company_name: 'Test', email: 'test@example.com', ...fields }),
      })
      if (scopes) await sql`update api_keys set scopes = ${[...scopes]} where org_id = ${made.org_id}`.execute(app.db)
      return { id: made.id, orgId: made.org_id, key: made.api_key, headers: { 'x-api-key': made.api_key } }
    },
    async finished(customer, id, timeoutMs = 30_000) {
      const until = Date.now() + timeoutMs
      for (;;) {
        const conversation = await json<Json>(`/v1/conversations/${id}`, { headers: customer.headers })
        if (conversation.status === 'completed' || conversation.status === 'failed') return conversation
        if (Date.now() > until) throw new Error(`still ${conversation.status}: ${JSON.stringify(conversation.stages)}`)
        await delay(50)
      }
    },
    async stop() {
      await app.stop(2000)
      await app.db.destroy()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
