// A database of its own for each test that wants one: a copy of a template that is migrated once per run.
// A test file that is run alone, without the global setup, starts a PostgreSQL of its own for as long as it runs.

import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import pg from 'pg'
import { migrate, migrationsDir } from '../src/platform/db/migrate.ts'
import { globalSetup, globalTeardown } from './global-setup.ts'
import { wrongEvents } from './told-events.ts'

/** Any number that no other advisory lock of the admin database uses. */
const templateLock = 7_204_302

const startsOwn = !process.env.INDABA_TEST_DATABASE_URL
let ready: Promise<void> | undefined
if (startsOwn)
  after(async () => {
    if (ready) await globalTeardown()
  })

/**
 * An empty, migrated database; `url` is of the role that the server uses, bound by row-level security. What the program
 * has told in it is held against the catalogue of events when it is dropped.
 */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  if (startsOwn) await (ready ??= globalSetup())
  const name = `test_${randomUUID()}`
  await asAdmin(async (admin) => {
    const template = await findTemplate(admin)
    await admin.query(`create database "${name}" template "${template}" owner indaba`)
  })
  return {
    url: urlOf(name),
    async drop() {
      const wrong = await wrongEventsIn(urlOf(name))
      await asAdmin(async (admin) => void (await admin.query(`drop database if exists "${name}" with (force)`)))
      assert.deepEqual(wrong, [], 'events were told that are not as the catalogue says')
    },
  }
}

/** None where there is nothing to look at: a test may have moved the tables, or stopped the database. */
async function wrongEventsIn(databaseUrl: string): Promise<string[]> {
  const admin = await superuser(databaseUrl).catch(() => null)
  try {
    return admin ? await wrongEvents(admin) : []
  } catch (err) {
    if (err instanceof pg.DatabaseError) return []
    throw err
  } finally {
    await admin?.end()
  }
}

async function findTemplate(admin: pg.Client): Promise<string> {
  const name = `template_${migrationsHash()}`
  await admin.query('select pg_advisory_lock($1)', [templateLock])
  try {
    const found = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (found.rows.length) return name
    await admin.query(`create database "${name}" owner indaba`)
    try {
      await migrate(urlOf(name))
    } catch (problem) {
      await admin.query(`drop database "${name}" with (force)`)
      throw problem
    }
    return name
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [templateLock])
  }
}

function migrationsHash(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(migrationsDir).sort())
    hash.update(name).update(readFileSync(join(migrationsDir, name)))
  return hash.digest('hex').slice(0, 16)
}

/** A connection as the superuser, to this database or to the one for making others; whoever asks ends it. */
export async function superuser(databaseUrl?: string): Promise<pg.Client> {
  const url = new URL(process.env.INDABA_TEST_DATABASE_ADMIN_URL as string)
  if (databaseUrl) url.pathname = new URL(databaseUrl).pathname
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  return admin
}

async function asAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = await superuser()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

function urlOf(name: string): string {
  const url = new URL(process.env.INDABA_TEST_DATABASE_URL as string)
  url.pathname = `/${name}`
  return url.href
}
