// Whether an endpoint is sent anything: paused by its owner, disabled by the senders, unverified until its owner has
// shown that the address is theirs. What comes meanwhile waits in the queue, and is shown as held.

import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { reviveLane } from '../delivery/lanes.ts'
import { holdQueue } from '../delivery/lock.ts'
import { deliveryChannel } from '../outbox.ts'
import { changeEndpoint, type Endpoint, listEndpoints, lockEndpoint } from './endpoints.ts'

/** Rows at a time: the queue's lock is held meanwhile, and all senders wait for it. */
const chunkRows = 2000

type Key = { orgId: string; id: string }

/** @throws Problem('conflict', 'endpoint_not_active') */
export async function pauseEndpoint(tx: Tx, secrets: Secrets, { orgId, id }: Key, reason: string): Promise<Endpoint> {
  const before = await lockEndpoint(tx, orgId, id)
  if (before.status !== 'active' && before.status !== 'paused') {
    const detail = `The endpoint is ${before.status}: nothing is sent to it as it is.`
    throw new Problem('conflict', 'endpoint_not_active', detail)
  }
  return changeEndpoint(tx, secrets, before, { status: 'paused', status_reason: reason })
}

/**
 * Sent again from now on, with a breaker that has forgotten what was; what is still held with it, at once.
 * @throws Problem('conflict', 'endpoint_active'), Problem('conflict', 'endpoint_unverified')
 */
export async function resumeEndpoint(tx: Tx, secrets: Secrets, { orgId, id }: Key): Promise<Endpoint> {
  await holdQueue(tx)
  const before = await lockEndpoint(tx, orgId, id)
  requireOff(before)
  const after = await changeEndpoint(tx, secrets, before, { status: 'active', status_reason: null })
  await reviveLane(tx, { org_id: orgId, endpoint_id: id })
  await wakeSenders(tx)
  return after
}

export const wakeSenders = (tx: Tx): Promise<unknown> => sql`select pg_notify(${deliveryChannel}, '')`.execute(tx)

/** @throws Problem('conflict', 'endpoint_active'), Problem('conflict', 'endpoint_unverified') */
export function requireOff({ status }: Endpoint): void {
  if (status === 'active') throw new Problem('conflict', 'endpoint_active', 'The endpoint is active as it is.')
  if (status === 'unverified') {
    const detail = 'The endpoint is unverified. POST /v1/webhooks/{id}/verify sends it a challenge.'
    throw new Problem('conflict', 'endpoint_unverified', detail)
  }
}

/**
 * Gives up what waited before `before` (null: all), in chunks, so that senders get by. Nothing of it was or will be sent.
 * @returns how many
 */
export async function discardHeld(
  db: Db,
  { orgId, id }: Key,
  input: { before: Date | null; by: string; reason: string },
): Promise<number> {
  const { by, reason } = input
  const before = input.before ?? new Date()
  return inChunks(db, async (tx) => {
    const { numAffectedRows } = await sql`
      with old as (
        select org_id, id from deliveries
        where org_id = ${orgId} and endpoint_id = ${id} and created_at < ${before}
          and (lease_until is null or lease_until <= clock_timestamp())
        limit ${chunkRows}
      ), gone as (
        delete from deliveries d using old where d.org_id = old.org_id and d.id = old.id returning d.*
      )
      insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, ordering_key, state, attempt,
        attempts_before, status_code, error, data, replayed_by, discarded_by, discard_reason, created_at, finished_at)
      select org_id, endpoint_id, id, event_seq, event_at, ordering_key, 'discarded', attempt, attempts_before,
        status_code, error, data, replayed_by, ${by}, ${reason}, created_at, clock_timestamp()
      from gone`.execute(tx)
    return Number(numAffectedRows ?? 0n)
  })
}

/** What waits for a later attempt is due now: its receiver is said to be well. @returns how many */
export const hastenHeld = (db: Db, { orgId, id }: Key): Promise<number> =>
  inChunks(db, async (tx) => {
    const { numAffectedRows } = await sql`
      update deliveries set next_at = clock_timestamp()
      where org_id = ${orgId} and id in (
        select id from deliveries
        where org_id = ${orgId} and endpoint_id = ${id} and next_at > clock_timestamp() and lease_until is null
          and (failing_since is not null or ordering_key is not null)
        limit ${chunkRows})`.execute(tx)
    return Number(numAffectedRows ?? 0n)
  })

/**
 * The endpoint goes with all that waits for it. A long queue goes first, in chunks, while the endpoint is off: otherwise
 * all senders would wait for it.
 */
export async function emptyQueueOf(db: Db, secrets: Secrets, { orgId, id }: Key): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await lockEndpoint(tx, orgId, id)
    await changeEndpoint(tx, secrets, before, { status: 'disabled', status_reason: 'It is being deleted.' })
  })
  await inChunks(db, async (tx) => {
    const { numAffectedRows } = await sql`
      delete from deliveries where org_id = ${orgId} and id in (
        select id from deliveries where org_id = ${orgId} and endpoint_id = ${id} limit ${chunkRows})`.execute(tx)
    return Number(numAffectedRows ?? 0n)
  })
}

/**
 * Of an organisation that is about to be deleted. Senders write what came of its deliveries, and then take its sequence;
 * who deletes it locks these the other way round. With nothing left in the queue they do not meet.
 */
export async function emptyQueuesOf(db: Db, secrets: Secrets, orgId: string): Promise<void> {
  for (const { id } of await listEndpoints(db, orgId)) await emptyQueueOf(db, secrets, { orgId, id })
}

/** Each in a transaction of its own under the queue's lock, until one has less to do than it might. */
async function inChunks(db: Db, work: (tx: Tx) => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const done = await db.transaction().execute(async (tx) => {
      await holdQueue(tx)
      return work(tx)
    })
    total += done
    if (done < chunkRows) return total
  }
}
