// How the work on conversations goes in the whole installation: what waits, the stages, bulk loads and remote folders.
// Runs in the scope of every organisation, names none.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

/** Stages are looked at so far back: their rows are read, and there are several for each conversation. */
export const stagesWindowS = 3600

export type ConversationFigures = { queued: number; processing: number; oldest_waiting_s: number | null }

export async function conversationFigures(db: Db): Promise<ConversationFigures> {
  const { rows } = await sql<ConversationFigures>`
    select count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'processing') as processing,
      extract(epoch from now() - min(received_at))::float8 as oldest_waiting_s
    from conversations where status in ('queued', 'processing')`.execute(db)
  return rows[0] ?? { queued: 0, processing: 0, oldest_waiting_s: null }
}

export type StageFigures = {
  stage: string
  ended: number
  failed: number
  duration_p50_ms: number | null
  duration_p95_ms: number | null
}

/** By stage, in their order. */
export async function stageFigures(db: Db): Promise<StageFigures[]> {
  const duration = sql`extract(epoch from ended_at - started_at) * 1000`
  const at = (share: number) => sql`percentile_cont(${share}::float8) within group (order by ${duration})
    filter (where status = 'ok')`
  const { rows } = await sql<StageFigures>`
    select name as stage, count(*) as ended, count(*) filter (where status = 'failed') as failed,
      ${at(0.5)} as duration_p50_ms, ${at(0.95)} as duration_p95_ms
    from stages where ended_at > now() - make_interval(secs => ${stagesWindowS})
    group by name order by min(position), name`.execute(db)
  return rows
}

export type IngestFigures = {
  open_jobs: { state: string; count: number }[]
  failed_24h: number
  remote_folders: number
  remote_folders_failing: number
}

export async function ingestFigures(db: Db): Promise<IngestFigures> {
  const open = await sql<{ state: string; count: number }>`
    select state, count(*) as count from ingest_jobs where ended_at is null group by state order by state`.execute(db)
  const { rows } = await sql<Omit<IngestFigures, 'open_jobs'>>`
    select
      (select count(*) from ingest_jobs where state = 'failed' and ended_at > now() - interval '24 hours') as failed_24h,
      (select count(*) from remote_folders where is_active) as remote_folders,
      (select count(*) from remote_folders where is_active and health = 'failing') as remote_folders_failing`.execute(
    db,
  )
  const [counts] = rows
  return {
    open_jobs: open.rows,
    failed_24h: counts?.failed_24h ?? 0,
    remote_folders: counts?.remote_folders ?? 0,
    remote_folders_failing: counts?.remote_folders_failing ?? 0,
  }
}
