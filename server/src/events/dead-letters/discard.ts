// Gives dead letters up: they stay in the log, with who did it and why, and nothing counts them as dead any more. A
// discarded one can still be replayed by its id.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { requireDelivery } from './one-delivery.ts'
import type { Finished } from './replay.ts'

/** Those that are not dead any more stay as they are. @returns how many were discarded */
export async function markDiscarded(
  tx: Tx,
  orgId: string,
  found: Finished[],
  { by, reason }: { by: string; reason: string },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update delivery_log d set state = 'discarded', discarded_by = ${by}, discard_reason = ${reason}
    from json_to_recordset(${JSON.stringify(found)}::json) as t (id uuid, finished_at timestamptz)
    where d.org_id = ${orgId} and d.id = t.id and d.finished_at = t.finished_at and d.state = 'dead'`.execute(tx)
  return Number(numAffectedRows ?? 0n)
}

/** @throws Problem('not_found'), Problem('conflict', 'not_dead') */
export async function discardOne(
  tx: Tx,
  of: { orgId: string; id: string },
  { by, reason }: { by: string; reason: string },
): Promise<void> {
  const { numAffectedRows } = await sql`
    update delivery_log set state = 'discarded', discarded_by = ${by}, discard_reason = ${reason}
    where org_id = ${of.orgId} and id = ${of.id} and state = 'dead'`.execute(tx)
  if (numAffectedRows === 1n) return
  const { state } = await requireDelivery(tx, of)
  const detail = `It is ${state}: only what is dead can be discarded.`
  throw new Problem('conflict', 'not_dead', detail)
}
