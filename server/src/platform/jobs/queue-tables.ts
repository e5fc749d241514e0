// What stands in pg-boss's own tables, for whoever watches over the queue: how much waits, and what has failed on every
// try. Everything else about pg-boss is in queue.ts.

import { type Db, runRaw, type Tx } from '../db/db.ts'

export type QueueFigures = {
  job: string
  /** Due now. */
  waiting: number
  /** To be done at a later time. */
  deferred: number
  running: number
  /** Of what is due. */
  oldest_waiting_s: number | null
  failed_24h: number
}

export type FailedJob = {
  id: string
  job: string
  /** The organisation. */
  group: string | null
  created_at: Date
  failed_at: Date
  attempts: number
  error: string | null
}

const errorCharsMax = 500

/** Of every queue, idle ones too, by name. */
export async function queueFigures(db: Db): Promise<QueueFigures[]> {
  const isDue = `j.state in ('created', 'retry') and j.start_after <= now()`
  const { rows } = await runRaw(
    db,
    `select q.name as job,
      count(j.id) filter (where ${isDue}) as waiting,
      count(j.id) filter (where j.state in ('created', 'retry') and j.start_after > now()) as deferred,
      count(j.id) filter (where j.state = 'active') as running,
      max(extract(epoch from now() - greatest(j.created_on, j.start_after))) filter (where ${isDue})::float8
        as oldest_waiting_s,
      count(j.id) filter (where j.state = 'failed' and j.completed_on > now() - interval '24 hours') as failed_24h
    from pgboss.queue q left join pgboss.job j on j.name = q.name
    where not starts_with(q.name, '__pgboss__')
    group by q.name order by q.name`,
  )
  return rows as QueueFigures[]
}

const failedColumns = `id, name as job, group_id as "group", created_on as created_at, completed_on as failed_at,
  retry_count + 1 as attempts, left(output ->> 'message', ${errorCharsMax}) as error`
/** As exactly as a cursor has it. */
const failedAt = `date_trunc('milliseconds', completed_on)`

/** The newest failure first; from after `after` on. */
export async function failedJobs(
  db: Db,
  { limit, after, job }: { limit: number; after: { at: string; id: string } | null; job: string | undefined },
): Promise<FailedJob[]> {
  const { rows } = await runRaw(
    db,
    `select ${failedColumns} from pgboss.job
    where state = 'failed' and ($1::text is null or name = $1)
      and ($2::timestamptz is null or (${failedAt}, id) < ($2::timestamptz, $3::uuid))
    order by ${failedAt} desc, id desc limit $4`,
    [job ?? null, after?.at ?? null, after?.id ?? null, limit],
  )
  return rows as FailedJob[]
}

export type RemovedJob = FailedJob & { input: object; priority: number }

/** Takes a failed job out of the queue, with what it was to do; null where there is none (any more). */
export async function removeFailed(tx: Tx, id: string): Promise<RemovedJob | null> {
  const { rows } = await runRaw(
    tx,
    `delete from pgboss.job where name = any (array(select name from pgboss.queue)) and id = $1 and state = 'failed'
    returning ${failedColumns}, data as input, priority`,
    [id],
  )
  return (rows[0] as RemovedJob | undefined) ?? null
}
