// Gives up what was held for 30 days, and what still waits though its event is not kept any more: nobody could send that.
// Both become dead letters; the organisation is told once for each endpoint, not of each.

import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { holdQueue } from '../delivery/lock.ts'
import { emit, takeSequence } from '../outbox.ts'

export const heldDays = 30
/** All senders wait while they are moved. */
const chunkRows = 500

type Expired = {
  org_id: string
  endpoint_id: string
  fingerprint: string
  count: number
  /** Of these, events that are not themselves about endpoints: of those nobody is told. */
  told: number
  oldest_at: Date
  newest_at: Date
}

/** Of all organisations, in chunks. @returns how many were given up */
export async function expireHeld(db: Db): Promise<number> {
  const all: Expired[] = []
  for (;;) {
    const some = await db.transaction().execute(async (tx) => {
      await holdQueue(tx)
      return moveExpired(tx)
    })
    all.push(...some)
    if (some.reduce((sum, { count }) => sum + count, 0) < chunkRows) break
  }
  for (const group of Map.groupBy(all, ({ endpoint_id, fingerprint }) => `${endpoint_id} ${fingerprint}`).values()) {
    await tell(db, group)
  }
  return all.reduce((sum, { count }) => sum + count, 0)
}

const why = {
  held_too_long: `It was held for ${heldDays} days: its endpoint was not active.`,
  event_expired: 'The event is older than events are kept.',
}

/** Ids sort by time: those that are young cannot have waited so long, and are not looked at. */
async function moveExpired(tx: Tx): Promise<Expired[]> {
  const { rows } = await sql<Expired>`
    with bound as (
      select (lpad(to_hex((extract(epoch from now() - make_interval(days => ${heldDays})) * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid as id
    ), expired as (
      select old.* from orgs o cross join lateral (
        select d.org_id, d.id, e.type, case when e.id is null then 'event_expired' else 'held_too_long' end as fingerprint
        from deliveries d
        join webhook_endpoints w on w.org_id = d.org_id and w.id = d.endpoint_id
        left join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at
        where d.org_id = o.id and d.id < (select id from bound)
          -- Without its event it is leased again and again, and never sent.
          and (e.id is null or (w.status <> 'active' and d.next_at < now() - make_interval(days => ${heldDays})
            and (d.lease_until is null or d.lease_until <= clock_timestamp())))
        limit ${chunkRows}
      ) old
      limit ${chunkRows}
    ), gone as (
      delete from deliveries d using expired x where d.org_id = x.org_id and d.id = x.id
      returning d.*, x.type, x.fingerprint
    ), kept as (
      insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, ordering_key, state, attempt,
        attempts_before, status_code, error, fingerprint, attempts, data, replayed_by, created_at, finished_at)
      select org_id, endpoint_id, id, event_seq, event_at, ordering_key, 'dead', attempt, attempts_before, status_code,
        case fingerprint when 'event_expired' then ${why.event_expired} else ${why.held_too_long} end, fingerprint,
        attempts, data, replayed_by, created_at, clock_timestamp()
      from gone
    )
    select org_id, endpoint_id, fingerprint, count(*) as count,
      count(*) filter (where type is null or type not similar to '(endpoint|message).%') as told,
      min(event_at) as oldest_at, max(event_at) as newest_at
    from gone group by org_id, endpoint_id, fingerprint`.execute(tx)
  return rows
}

/** Of one endpoint and one cause, over all chunks. The endpoint itself is not told. */
async function tell(db: Db, group: Expired[]): Promise<void> {
  const told = group.reduce((sum, one) => sum + one.told, 0)
  if (told === 0) return
  const { org_id: orgId, endpoint_id, fingerprint } = group[0] as Expired
  const times = group.flatMap(({ oldest_at, newest_at }) => [oldest_at.getTime(), newest_at.getTime()])
  const query = new URLSearchParams({ endpoint_id, fingerprint })
  await db.transaction().execute(async (tx) => {
    const [seq] = await takeSequence(tx, [orgId])
    const data = {
      endpoint_id,
      fingerprint,
      count: told,
      oldest_at: new Date(Math.min(...times)).toISOString(),
      newest_at: new Date(Math.max(...times)).toISOString(),
      links: { self: `/v1/webhooks/${endpoint_id}`, dead_letters: `/v1/dead-letters?${query}` },
    }
    const about = { type: 'message.expired' as const, conversationId: null, data, except: endpoint_id }
    await emit(tx, [{ orgId, seq: seq as number, ...about }])
  })
}
