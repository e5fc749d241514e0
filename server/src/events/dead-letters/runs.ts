// The table of runs: replays and discards of many dead letters, and how far each has come. How they go on is run-step.ts.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { DeadLetterRuns } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { type LetterFilter, storedFilter } from './letter-filter.ts'
import { countLetters } from './letters.ts'

export type Run = Omit<Selectable<DeadLetterRuns>, 'action' | 'state'> & {
  action: 'replay' | 'discard'
  state: 'running' | 'done' | 'cancelled' | 'failed'
}
export type NewRun = { by: string; filter: LetterFilter } & (
  | { action: 'replay'; ratePerS: number }
  | { action: 'discard'; reason: string }
)

/** Of one organisation at once. */
const runningMax = 5

/** @throws Problem('conflict', 'too_many_runs') */
export async function createRun(tx: Tx, orgId: string, input: NewRun): Promise<Run> {
  const { rows } = await sql<{ running: number; now: Date }>`
    select count(*) as running, clock_timestamp() + interval '1 millisecond' as now
    from dead_letter_runs where org_id = ${orgId} and state = 'running'`.execute(tx)
  const { running, now } = rows[0] as { running: number; now: Date }
  if (running >= runningMax) {
    const detail = `${runningMax} replays or discards of many are under way. Wait for one to end, or cancel one.`
    throw new Problem('conflict', 'too_many_runs', detail)
  }
  // What dies again while it goes on is not meant.
  const { until = now } = input.filter
  const filter = { ...input.filter, until: until < now ? until : now }
  const row = await tx
    .insertInto('dead_letter_runs')
    .values({
      org_id: orgId,
      id: newId(),
      action: input.action,
      filters: JSON.stringify(storedFilter(filter)),
      rate_per_s: input.action === 'replay' ? input.ratePerS : null,
      reason: input.action === 'discard' ? input.reason : null,
      total: await countLetters(tx, orgId, filter),
      requested_by: input.by,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as Run
}

/** @throws Problem('not_found') */
export async function requireRun(db: DbOrTx, orgId: string, id: string): Promise<Run> {
  const query = db.selectFrom('dead_letter_runs').selectAll().where('org_id', '=', orgId).where('id', '=', id)
  const row = await query.executeTakeFirst()
  if (!row) throw notFound()
  return row as Run
}

/** Newest first. */
export async function listRuns(
  db: DbOrTx,
  orgId: string,
  { limit, last }: { limit: number; last: string | null },
): Promise<Run[]> {
  let query = db.selectFrom('dead_letter_runs').selectAll().where('org_id', '=', orgId)
  if (last) query = query.where('id', '<', last)
  return (await query.orderBy('id', 'desc').limit(limit).execute()) as Run[]
}

/** Only what is running ends. @returns whether it did */
export async function endRun(
  tx: DbOrTx,
  { orgId, id }: { orgId: string; id: string },
  state: 'done' | 'cancelled' | 'failed',
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('dead_letter_runs')
    .set({ state, finished_at: sql<Date>`clock_timestamp()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
