// One step of a replay or discard of many: a transaction that moves up to 500 rows and says how far it came, so nothing is
// done twice, whoever goes on with it and whenever.

import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { holdQueue } from '../delivery/lock.ts'
import { markDiscarded } from './discard.ts'
import { conditions, filterOfStored } from './letter-filter.ts'
import { type Finished, moveBack } from './replay.ts'
import { endRun, type Run } from './runs.ts'

/** Rows of a step: the queue is held meanwhile. */
export const chunkRows = 500
/** So far ahead of the clock a replay fills the queue: what it still sends after it was cancelled. */
export const aheadS = 30

/** What to do next: the next step now or after `waitMs`, or nothing any more. */
export type NextStep = { waitMs: number } | 'over'

type Found = Finished & {
  endpoint_id: string
  seq: number
  /** Null: the event is not kept any more. */
  type: string | null
  is_forgotten: boolean
}

export async function stepRun(db: Db, { orgId, id }: { orgId: string; id: string }): Promise<NextStep> {
  const { rows: runs } = await sql<Run & { ahead_s: number }>`
    select *, coalesce(extract(epoch from paced_until - clock_timestamp()), 0)::float8 as ahead_s
    from dead_letter_runs where org_id = ${orgId} and id = ${id} and state = 'running'`.execute(db)
  const [run] = runs
  if (!run) return 'over'
  if (run.ahead_s >= aheadS) return { waitMs: (run.ahead_s - aheadS / 2) * 1000 }
  const { rows: found } = await nextQuery(run).execute(db)
  const { types } = filterOfStored(run.filters)
  const wanted = types ? found.filter(({ type }) => (types as readonly (string | null)[]).includes(type)) : found
  // Of a slow replay, a step is what is sent in half of that time.
  const taken = wanted.slice(0, run.rate_per_s === null ? chunkRows : Math.ceil((run.rate_per_s * aheadS) / 2))
  const end = taken.length < wanted.length ? taken.at(-1) : found.at(-1)
  return db.transaction().execute(async (tx) => {
    await holdQueue(tx)
    if (!(await isStillThere(tx, run))) return { waitMs: 0 }
    if (!end) {
      await endRun(tx, { orgId, id }, 'done')
      return 'over'
    }
    const good = run.action === 'discard' ? taken : taken.filter((one) => one.type !== null && !one.is_forgotten)
    const moved = good.length === 0 ? 0 : await moveAll(tx, run, good)
    await sql`
      update dead_letter_runs set at_endpoint = ${end.endpoint_id}, at_seq = ${end.seq}, done = done + ${moved},
        skipped = skipped + ${taken.length - good.length},
        paced_until = greatest(paced_until, clock_timestamp()) + make_interval(secs => ${good.length * stepS(run)}::float8)
      where org_id = ${orgId} and id = ${id}`.execute(tx)
    return { waitMs: 0 }
  })
}

const stepS = ({ rate_per_s }: Run) => (rate_per_s === null ? 0 : 1 / rate_per_s)

function moveAll(tx: Tx, run: Run & { ahead_s: number }, found: Found[]): Promise<number> {
  const { org_id: orgId, requested_by: by, reason } = run
  if (run.action === 'discard') return markDiscarded(tx, orgId, found, { by, reason: reason ?? '' })
  const from = run.ahead_s > 0 ? run.paced_until : null
  return moveBack(tx, orgId, found, { states: ['dead'], by, from, stepS: stepS(run) })
}

/** Nobody cancelled it, and nobody else has made this step. */
async function isStillThere(tx: Tx, run: Run): Promise<boolean> {
  const { rows } = await sql`
    select from dead_letter_runs
    where org_id = ${run.org_id} and id = ${run.id} and state = 'running' and at_endpoint = ${run.at_endpoint}
      and at_seq = ${run.at_seq}
    for update`.execute(tx)
  return rows.length === 1
}

/**
 * The next rows behind where the run is, by endpoint and in the order of their events: what is told in order goes back in
 * order. Read before the queue is held; they are looked at again when they are moved.
 */
export function nextQuery(run: Pick<Run, 'org_id' | 'filters' | 'at_endpoint' | 'at_seq'>): RawBuilder<Found> {
  const { at_endpoint, at_seq } = run
  // In two parts: of a comparison of rows PostgreSQL takes the first column alone for its guess, and expects none here.
  const behind = (place: RawBuilder<unknown>) => sql`
    (select * from delivery_log d where ${conditions(run.org_id, filterOfStored(run.filters))} and ${place}
     order by d.endpoint_id, d.event_seq limit ${chunkRows})`
  return sql`
    select d.id, d.finished_at::text, d.endpoint_id, d.event_seq as seq, e.type,
      coalesce(e.conversation_id is not null and e.type not like '%.deleted' and e.data ->> 'status' = 'deleted', false)
        as is_forgotten
    from (
      select * from (
        ${behind(sql`d.endpoint_id = ${at_endpoint}::uuid and d.event_seq > ${at_seq}::bigint`)}
        union all ${behind(sql`d.endpoint_id > ${at_endpoint}::uuid`)}
      ) found
      order by endpoint_id, event_seq limit ${chunkRows}
    ) d
    left join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at
    order by d.endpoint_id, d.event_seq`
}
