// The one way to PostgreSQL: a Kysely over a pg pool, and what all slices share of SQL.
// Queries take a Db or a Tx and never open transactions; the function that owns the use case does.

import { CompiledQuery, type Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { pipelined } from './pipelined.ts'
import { preparing } from './prepared.ts'
import type { DB } from './schema.gen.ts'

export type Db = Kysely<DB>
export type Tx = Transaction<DB>
/** The role that the program works as: it owns no table and is bound by row-level security. Made by migrate.ts. */
export const appRole = 'indaba_app'

/** For queries that may run inside a transaction or outside of one. */
export type DbOrTx = Db | Tx

// bigint columns hold counters, sizes and milliseconds, all far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * `isRelaxed`: commits do not wait for the disk. Only for what may be done again when the machine of the database loses
 * its last half second: claims of jobs, leases and outcomes of deliveries. Never for what somebody was promised.
 * `as`: the program sees nobody's rows outside of a scope (scope.ts); the owner of the tables, for tools and tests, sees
 * everybody's there.
 */
export function openDb(input: {
  url: string
  connectionsMax: number
  isRelaxed?: boolean
  as?: 'program' | 'owner'
}): Db {
  const { url, connectionsMax, isRelaxed = false, as = 'program' } = input
  // With `pipeline`, queries that are not awaited one by one travel together and are answered in order.
  const role = as === 'program' ? `-c role=${appRole}` : ''
  const options = `${role}${isRelaxed ? ' -c synchronous_commit=off' : ''}`
  const settings = {
    connectionString: url,
    max: connectionsMax,
    application_name: 'indaba',
    pipeline: true,
    options,
  }
  const pool = new pg.Pool(settings)
  // A broken idle connection is replaced by the pool; without a listener Node would stop the program.
  pool.on('error', () => {})
  // The pool listens to those that rest alone; one that breaks between two queries of a transaction fails the next query.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pipelined<DB>(new PostgresDialect({ pool: preparing(pool, as === 'program' ? '' : '*') }))
}

/**
 * Inserts many rows in one statement with one parameter, whatever their number: PostgreSQL reads them from JSON by
 * the table's own column types. All rows must have the same keys. `onConflict` is SQL such as `do nothing`.
 * JSONB, because from JSON each JSONB column would be parsed once more (3.9 ms for 32 chats, against 0.7); a column of
 * type json loses the order of its keys here.
 */
export async function insertRows(
  tx: DbOrTx,
  table: keyof DB & string,
  rows: readonly Record<string, unknown>[],
  onConflict = sql``,
): Promise<void> {
  const first = rows[0]
  if (!first) return
  const columns = sql.join(Object.keys(first).map((name) => sql.ref(name)))
  await sql`insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)
    ${onConflict}`.execute(tx)
}

/** Runs one statement for a library that brings its own SQL (the job queue), inside the caller's transaction. */
export async function runRaw(tx: DbOrTx, text: string, values: unknown[] = []): Promise<{ rows: unknown[] }> {
  const result = await tx.executeQuery(CompiledQuery.raw(text, values))
  return { rows: result.rows }
}
