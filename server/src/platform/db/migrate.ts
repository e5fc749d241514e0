// Forward-only migrations: plain SQL files, each run once, in order, in one transaction with its own record.

import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { Problem } from '../problem.ts'

export const migrationsDir = resolve(import.meta.dirname, '../../../migrations')
const lockKey = 7_204_301

/**
 * Brings the database at `url` to the newest schema. Several programs may call it at once; one of them does the work.
 * @throws Problem('unavailable', 'database_is_newer') when the database was migrated by a newer version of the program.
 */
export async function migrate(url: string): Promise<{ applied: string[] }> {
  const files = (await readdir(migrationsDir)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
  const client = new pg.Client({ connectionString: url, application_name: 'indaba-migrate' })
  await client.connect()
  try {
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
    const applied = files.filter((name) => !known.includes(name))
    for (const name of applied) {
      await client.query('begin')
      await client.query(await readFile(join(migrationsDir, name), 'utf8'))
      await client.query('insert into migrations (name) values ($1)', [name])
      await client.query('commit')
    }
    return { applied }
  } finally {
    await client.end()
  }
}
