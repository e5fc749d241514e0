// One PostgreSQL for the whole test run, in a temporary folder, without the waits for the disk that tests do not need.
// Test files find it through the environment (see database.ts).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Embedded, startEmbedded } from '../src/platform/db/embedded.ts'

let folder = ''
let database: Embedded | undefined

export async function globalSetup(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'indaba-test-'))
  database = await startEmbedded({ dataDir: folder, durable: false, log: { info() {}, warn: console.error } })
  process.env.INDABA_TEST_DATABASE_URL = database.url
  process.env.INDABA_TEST_DATABASE_ADMIN_URL = database.adminUrl
}

export async function globalTeardown(): Promise<void> {
  await database?.stop()
  rmSync(folder, { recursive: true, force: true })
}
