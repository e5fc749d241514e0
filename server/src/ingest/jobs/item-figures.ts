// How far ingest jobs are: figures over their items, and the failures among them, as they happen. Reads only.

import { sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Counts, ItemState, JobState } from './shapes.ts'

/** How many items were settled in the last ten seconds, and the age of the first of them. */
export type Pace = { items: number; seconds: number }

export type Tally = { state: JobState; counts: Counts; pace: Pace; now: Date }

const noCounts: Counts = { total: 0, ok: 0, failed: 0, duplicate: 0, waiting: 0, cancelled: 0 }

/** Of jobs by their ids, in one query; those that have ended bring the counts that they ended with. */
export async function tallies(db: DbOrTx, orgId: string, jobIds: readonly string[]): Promise<Map<string, Tally>> {
  if (jobIds.length === 0) return new Map()
  const { rows } = await sql<{
    id: string
    state: JobState
    stored: Counts | null
    now: Date
    item_state: ItemState | null
    count: number
    recent: number
    seconds: number | null
  }>`
    select j.id, j.state, j.counts as stored, now() as now, i.*
    from ingest_jobs j left join lateral (
      select state as item_state, count(*)::int as count, (count(*) filter (where is_recent))::int as recent,
        extract(epoch from now() - min(updated_at) filter (where is_recent))::float8 as seconds
      from (
        select state, updated_at, state <> 'waiting' and updated_at > now() - interval '10 seconds' as is_recent
        from ingest_items where org_id = j.org_id and job_id = j.id and j.counts is null) one
      group by state) i on true
    where j.org_id = ${orgId} and j.id = any(${[...jobIds]}::uuid[])`.execute(db)
  const found = new Map<string, Tally>()
  for (const { id, state, stored, now, item_state, count, recent, seconds } of rows) {
    const tally = found.get(id) ?? { state, now, counts: { ...noCounts, ...stored }, pace: { items: 0, seconds: 0 } }
    found.set(id, tally)
    if (item_state === null) continue
    tally.counts[item_state] = count
    tally.counts.total += count
    tally.pace.items += recent
    tally.pace.seconds = Math.max(tally.pace.seconds, seconds ?? 0)
  }
  return found
}

/** A place in the order in which items failed. PostgreSQL's times are finer than a Date: both sides are cut. */
export type FailurePlace = { at: Date; position: number }

export type Failure = FailurePlace & { name: string; code: string; reason: string; attempt: number }

export async function failuresAfter(
  db: DbOrTx,
  { orgId, jobId }: { orgId: string; jobId: string },
  after: FailurePlace,
  limit: number,
): Promise<Failure[]> {
  const { rows } = await sql<Failure>`
    select date_trunc('milliseconds', updated_at) as at, position, name, code, reason, attempt
    from ingest_items where org_id = ${orgId} and job_id = ${jobId} and state = 'failed'
      and (date_trunc('milliseconds', updated_at), position) > (${after.at}, ${after.position})
    order by 1, 2 limit ${limit}`.execute(db)
  return rows
}

/** The names under which anything was said of items in this state, in the order of the alphabet. */
export async function fieldNames(
  db: DbOrTx,
  { orgId, jobId, state }: { orgId: string; jobId: string; state: ItemState },
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct jsonb_object_keys(fields) as name from ingest_items
    where org_id = ${orgId} and job_id = ${jobId} and state = ${state} and jsonb_typeof(fields) = 'object'
    order by 1 limit ${limit}`.execute(db)
  return rows.map(({ name }) => name)
}
