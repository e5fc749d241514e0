// Sends again what is over: its row moves back into the senders' queue, under the same id and for the same event. The
// schedule begins anew, and attempts are numbered on. Whoever moves a row has taken it: there is no second one.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { EventData } from '../catalog/catalog.ts'
import { forgetFronts } from '../delivery/fronts.ts'
import { holdQueue } from '../delivery/lock.ts'
import { requireEndpoint } from '../endpoints/endpoints.ts'
import { wakeSenders } from '../endpoints/status.ts'
import { changedFields, checkEditedData } from './edited-data.ts'
import { type Delivery, requireDelivery, requireEventOf } from './one-delivery.ts'

/** `finished_at`: as PostgreSQL writes it, to the microsecond; its month is then the only one that is looked into. */
export type Finished = { id: string; finished_at: string }

/**
 * Needs the queue's lock. Those that are not in one of `states` any more stay where they are.
 * @param input.from when the first is due; null: now
 * @param input.stepS between one and the next, in the order given
 * @returns how many were moved
 */
export async function moveBack(
  tx: Tx,
  orgId: string,
  found: Finished[],
  input: { states: string[]; by: string; data?: EventData | undefined; from?: Date | null; stepS?: number },
): Promise<number> {
  const { states, by, data, from = null, stepS = 0 } = input
  const told = JSON.stringify(found.map((one, place) => ({ ...one, place })))
  // The endpoints are held until the commit: one that is deleted meanwhile takes its deliveries with it.
  const { numAffectedRows } = await sql`
    with told as (
      select * from json_to_recordset(${told}::json) as t (id uuid, finished_at timestamptz, place integer)
    ), there as materialized (
      select id from webhook_endpoints where org_id = ${orgId} for key share
    ), gone as (
      delete from delivery_log d using told t
      where d.org_id = ${orgId} and d.id = t.id and d.finished_at = t.finished_at and d.state = any (${states}::text[])
        and d.endpoint_id in (select id from there)
      returning d.*, t.place
    )
    insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, ordering_key, attempt, attempts_before, next_at,
      status_code, error, attempts, data, replayed_by, created_at)
    select org_id, endpoint_id, id, event_seq, event_at, ordering_key, attempt, attempt,
      coalesce(${from}::timestamptz, clock_timestamp()) + make_interval(secs => place * ${stepS}::float8),
      status_code, error, attempts, coalesce(${data === undefined ? null : JSON.stringify(data)}::json, data), ${by},
      created_at
    from gone`.execute(tx)
  await forgetFronts(tx, orgId)
  await wakeSenders(tx)
  return Number(numAffectedRows ?? 0n)
}

export type Replayed = {
  delivery: Delivery
  /** `held`: its endpoint is not active. */
  status: 'pending' | 'held'
  changed: string[]
}

/**
 * @param input.data in place of the event's, for this delivery
 * @param input.again also when it was delivered
 * @param input.seesAll whether they see the event as it is; an edit of what is masked would send the masks
 * @throws Problem('conflict') `already_waiting`, `already_delivered`, `conversation_deleted`;
 *   Problem('not_found') also `event_expired`; Problem('invalid', 'invalid_data'); Problem('forbidden', 'masked')
 */
export async function replayOne(
  tx: Tx,
  of: { orgId: string; id: string; endpointId?: string | undefined },
  input: { by: string; data?: unknown; again?: boolean; seesAll: (tx: Tx, delivery: Delivery) => Promise<boolean> },
): Promise<Replayed> {
  await holdQueue(tx)
  const delivery = await requireDelivery(tx, of)
  if (delivery.state === 'waiting') {
    const detail = 'It waits to be sent, or is being sent just now. It may have been replayed a moment ago.'
    throw new Problem('conflict', 'already_waiting', detail)
  }
  if (delivery.state === 'delivered' && !input.again) {
    const detail = 'It was delivered. To send it once more all the same, set "again": true.'
    throw new Problem('conflict', 'already_delivered', detail)
  }
  const event = requireEventOf(delivery)
  const before = { ...event, data: delivery.data ?? event.data }
  let data: EventData | undefined
  if (input.data !== undefined) {
    if (!(await input.seesAll(tx, delivery))) {
      const detail =
        'You see this event masked: an edit would send the masks. Ask to see it first, or leave "data" out.'
      throw new Problem('forbidden', 'masked', detail)
    }
    data = checkEditedData(before, input.data)
  }
  const endpoint = await requireEndpoint(tx, of.orgId, delivery.endpoint_id)
  const states = [delivery.state]
  const moved = await moveBack(tx, of.orgId, [await finishedOf(tx, of)], { states, by: input.by, data })
  // While the queue is held only a deletion of the endpoint, or a discard, can have come before.
  if (moved === 0) throw new Problem('conflict', 'changed_meanwhile', 'It was changed just now. Read it again.')
  const changed = data === undefined ? [] : changedFields(before.data, data)
  return { delivery, status: endpoint.status === 'active' ? 'pending' : 'held', changed }
}

async function finishedOf(tx: DbOrTx, { orgId, id }: { orgId: string; id: string }): Promise<Finished> {
  const { rows } = await sql<Finished>`
    select id, finished_at::text from delivery_log where org_id = ${orgId} and id = ${id}`.execute(tx)
  return rows[0] ?? { id, finished_at: 'infinity' }
}
