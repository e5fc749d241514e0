// How much room is taken: bytes of files by kind, the database and its largest tables. Runs in the scope of every
// organisation, names none.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

const tablesMax = 12

export type StorageFigures = { kind: string; files: number; size_bytes: number }[]

/** As the rows have it that files belong to; what no row names is not counted. */
export async function storageFigures(db: Db): Promise<StorageFigures> {
  const { rows } = await sql<StorageFigures[number]>`
    select 'recordings' as kind, count(*) as files, coalesce(sum(size_bytes), 0)::float8 as size_bytes from recordings
    union all
    select 'playable_copies', count(*), coalesce(sum(copy_size_bytes), 0)::float8
    from recording_media where copy_size_bytes is not null
    union all
    select 'reports', count(*), coalesce(sum(size_bytes), 0)::float8 from documents where state = 'completed'
    union all
    select 'archives', count(*), coalesce(sum((part ->> 'size_bytes')::float8), 0)
    from ingest_jobs, jsonb_array_elements(parts) part
    union all
    select 'unfinished_uploads', count(*), coalesce(sum(offset_bytes), 0)::float8 from uploads where finished_at is null
    union all
    select 'logos', count(*), coalesce(sum(octet_length(content)), 0)::float8 from organisation_logos`.execute(db)
  return rows
}

export type DatabaseFigures = {
  size_bytes: number
  connections: number
  connections_max: number
  version: string
  largest_tables: { table: string; size_bytes: number; rows_estimated: number }[]
  migrations: { applied: number; newest: string; newest_at: Date }
}

export async function databaseFigures(db: Db): Promise<DatabaseFigures> {
  const { rows } = await sql<Omit<DatabaseFigures, 'largest_tables' | 'migrations'>>`
    select pg_database_size(current_database())::float8 as size_bytes,
      (select sum(numbackends) from pg_stat_database)::integer as connections,
      current_setting('max_connections')::integer as connections_max,
      current_setting('server_version') as version`.execute(db)
  // Months of a log are one table to people.
  const tables = await sql<DatabaseFigures['largest_tables'][number]>`
    select coalesce(parent.relname, c.relname) as table, sum(pg_total_relation_size(c.oid))::float8 as size_bytes,
      sum(greatest(c.reltuples, 0))::float8 as rows_estimated
    from pg_class c
    left join pg_inherits i on i.inhrelid = c.oid
    left join pg_class parent on parent.oid = i.inhparent
    where c.relkind = 'r' and c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'pgboss'))
    group by 1 order by 2 desc limit ${tablesMax}`.execute(db)
  const migrations = await sql<DatabaseFigures['migrations']>`
    select count(*) over () as applied, name as newest, applied_at as newest_at
    from migrations order by name desc limit 1`.execute(db)
  const [facts, newest] = [rows[0], migrations.rows[0]]
  if (!facts || !newest) throw new TypeError('an aggregate has one row')
  return { ...facts, largest_tables: tables.rows, migrations: newest }
}

export type LimitFigures = {
  /** Of this month's allocation, so many have used at least 75 %, and all of it. */
  organisations_above_75_percent: number
  organisations_at_limit: number
}

export async function limitFigures(db: Db): Promise<LimitFigures> {
  const { rows } = await sql<LimitFigures>`
    select count(distinct org_id) filter (where used * 100 >= limit_units * 75) as organisations_above_75_percent,
      count(distinct org_id) filter (where used >= limit_units) as organisations_at_limit
    from usage_months where month = to_char(now(), 'YYYY-MM') and limit_units > 0 and not is_stale`.execute(db)
  return rows[0] ?? { organisations_above_75_percent: 0, organisations_at_limit: 0 }
}
