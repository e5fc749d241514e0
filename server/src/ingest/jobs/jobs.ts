// Ingest jobs: one row for each bulk load, from the promise of its bytes to the counts of how it ended. The table's owner.

import type { Selectable } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { IngestJobs } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Counts, Findings, IngestJob, JobOptions, JobSource, JobState, Part, Reason } from './shapes.ts'

export type NewJob = Pick<IngestJob, 'org_id' | 'source' | 'name' | 'state' | 'sent_by' | 'request_id'> &
  Partial<Pick<IngestJob, 'id' | 'source_id' | 'is_dry_run' | 'parts' | 'file_url' | 'warnings'>> & {
    options?: Partial<JobOptions>
  }

export const defaultOptions: JobOptions = {
  unknown_people: 'create_or_leave',
  people: {},
  allow_duplicates: false,
  defaults: {},
  notify_emails: [],
}

export const ended: readonly JobState[] = ['planned', 'done', 'partial', 'failed', 'cancelled']

const asJob = (row: Selectable<IngestJobs>): IngestJob => row as unknown as IngestJob

export async function createJob(tx: Tx, { options, sent_by, parts, warnings, ...given }: NewJob): Promise<IngestJob> {
  const row = await tx
    .insertInto('ingest_jobs')
    .values({
      id: newId(),
      ...given,
      options: JSON.stringify({ ...defaultOptions, ...options }),
      made_by: sent_by.actor,
      sent_by: JSON.stringify({ actor: sent_by.actor, scopes: sent_by.scopes, reach: sent_by.reach }),
      parts: JSON.stringify(parts ?? []),
      warnings: JSON.stringify(warnings ?? []),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return asJob(row)
}

export async function getJob(db: DbOrTx, orgId: string, id: string): Promise<IngestJob | null> {
  const row = await db
    .selectFrom('ingest_jobs')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? asJob(row) : null
}

/** @throws Problem('not_found') */
export async function requireJob(db: DbOrTx, orgId: string, id: string): Promise<IngestJob> {
  const job = await getJob(db, orgId, id)
  if (!job) throw notFound()
  return job
}

/**
 * Held until the transaction ends: before the job's items, and before sequence and audit.
 * @throws Problem('not_found')
 */
export async function lockJob(tx: Tx, orgId: string, id: string): Promise<IngestJob> {
  const row = await tx
    .selectFrom('ingest_jobs')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound()
  return asJob(row)
}

export type JobChange = Partial<{
  source: JobSource
  state: JobState
  is_dry_run: boolean
  options: JobOptions
  sent_by: IngestJob['sent_by']
  parts: Part[]
  failure: Reason | null
  warnings: string[]
  findings: Findings
  counts: Counts | null
  ended_at: Date | null
}>

export async function changeJob(
  tx: Tx,
  { org_id, id }: Pick<IngestJob, 'org_id' | 'id'>,
  change: JobChange,
): Promise<void> {
  const { source, state, is_dry_run, ended_at, ...json } = change
  await tx
    .updateTable('ingest_jobs')
    .set({
      ...(source === undefined ? {} : { source }),
      ...(state === undefined ? {} : { state }),
      ...(is_dry_run === undefined ? {} : { is_dry_run }),
      ...(ended_at === undefined ? {} : { ended_at }),
      ...Object.fromEntries(
        Object.entries(json).map(([name, value]) => [name, value === null ? null : JSON.stringify(value)]),
      ),
      updated_at: new Date(),
    })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .execute()
}

/** With its items. */
export async function removeJob(tx: Tx, { org_id, id }: Pick<IngestJob, 'org_id' | 'id'>): Promise<void> {
  await tx.deleteFrom('ingest_jobs').where('org_id', '=', org_id).where('id', '=', id).execute()
}

export type JobFilter = {
  state?: JobState | undefined
  source?: JobSource | undefined
  sourceId?: string | undefined
  from?: Date | undefined
  /** Not part of the range itself. */
  to?: Date | undefined
  /** Null: of anybody. */
  actor: string | null
}

/** Newest first; `last` is the id of the last job of the page before. */
export async function listJobs(
  db: DbOrTx,
  orgId: string,
  filter: JobFilter,
  page: { limit: number; last: string | null },
): Promise<IngestJob[]> {
  const { state, source, sourceId, from, to, actor } = filter
  let query = db.selectFrom('ingest_jobs').selectAll().where('org_id', '=', orgId)
  if (state) query = query.where('state', '=', state)
  if (source) query = query.where('source', '=', source)
  if (sourceId) query = query.where('source_id', '=', sourceId)
  if (from) query = query.where('created_at', '>=', from)
  if (to) query = query.where('created_at', '<', to)
  if (actor !== null) query = query.where('made_by', '=', actor)
  if (page.last !== null) query = query.where('id', '<', page.last)
  return (await query.orderBy('id', 'desc').limit(page.limit).execute()).map(asJob)
}

/** @throws Problem('conflict', 'job_not_open') */
export function requireOpen(job: IngestJob): void {
  if (job.state === 'open') return
  const detail = 'This ingest job is closed: nothing can be added to it. Open another one.'
  throw new Problem('conflict', 'job_not_open', detail)
}
