// Forward-only migrations: plain SQL files, each run once, in order, in one transaction with its own record.

import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { Problem } from '../problem.ts'
import { appRole } from './db.ts'

export const migrationsDir = resolve(import.meta.dirname, '../../../migrations')
const lockKey = 7_204_301
const connectTimeoutMs = 10_000
const oldestRelease = 15

/**
 * Brings the database at `url` to the newest schema. Several programs may call it at once; one of them does the work.
 * @throws Problem('unavailable'): `database_is_newer` when a newer version of the program has migrated it,
 * `database_unusable` when it cannot be reached, entered or changed.
 */
export async function migrate(url: string): Promise<{ applied: string[] }> {
  const settings = { connectionString: url, application_name: 'indaba-migrate' }
  const client = new pg.Client({ ...settings, connectionTimeoutMillis: connectTimeoutMs })
  try {
    await client.connect()
    const release =
      (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? ''
    if (Number.parseInt(release, 10) < oldestRelease)
      throw new Error(`it is PostgreSQL ${release}, and Indaba needs ${oldestRelease} or newer`)
    return await bringUp(client)
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    const name = `The database ${client.database} at ${client.host}:${client.port}`
    throw new Problem('unavailable', 'database_unusable', `${name} cannot be used: ${reasonOf(cause)}.`, { cause })
  } finally {
    await client.end().catch(() => {})
  }
}

/** A name with several addresses fails with one error for each, and no words of its own. */
function reasonOf(cause: unknown): string {
  const [first = cause] = cause instanceof AggregateError ? cause.errors : []
  return (first as Error).message
}

/** Who may make roles is the database's business: where we may not, its owner must. */
async function ensureRole(client: pg.Client): Promise<void> {
  // Tried, not asked: whoever made a role is its member, and yet may not work as it (PostgreSQL 16 and newer).
  const mayWorkAs = await client.query(`set role ${appRole}`).then(
    () => true,
    () => false,
  )
  if (mayWorkAs) return void (await client.query('reset role'))
  const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [appRole])
  try {
    if (!rows[0]) await client.query(`create role ${appRole}`)
    await client.query(`grant ${appRole} to current_user`)
  } catch (cause) {
    const make = rows[0] ? '' : `create role ${appRole}; `
    throw new Error(`a superuser must run once: ${make}grant ${appRole} to "${client.user}"`, { cause })
  }
}

async function bringUp(client: pg.Client): Promise<{ applied: string[] }> {
  const files = (await readdir(migrationsDir)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
  await client.query('select pg_advisory_lock($1)', [lockKey])
  await client.query(
    'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
  )
  const known = (await client.query<{ name: string }>('select name from migrations')).rows.map((row) => row.name)
  const unknown = known.filter((name) => !files.includes(name))
  if (unknown.length > 0) {
    throw new Problem(
      'unavailable',
      'database_is_newer',
      `The database has migrations that this version does not know (${unknown.join(', ')}). Start the newer version.`,
    )
  }
  await ensureRole(client)
  const applied = files.filter((name) => !known.includes(name))
  for (const name of applied) {
    await client.query('begin')
    await client.query(await readFile(join(migrationsDir, name), 'utf8'))
    await client.query('insert into migrations (name) values ($1)', [name])
    await client.query('commit')
  }
  return { applied }
}
