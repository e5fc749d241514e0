// What keys are used for: the last use of each secret, and requests by day and group of routes. Counted in memory and
// written together, at most once a minute for each key, so that no request waits for it.

import { sql } from 'kysely'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'

/** A key that was not used for a while shows its first use after so long. */
const lookMs = 5000
const writeMs = 60_000
const keepDays = 400
const dayMs = 86_400_000

export type Use = { orgId: string; keyId: string; secretId: string; address: string; group: string }

export type UsageCount = { day: string; route_group: string; requests: number }

type Pending = {
  orgId: string
  keyId: string
  /** By secret. */
  last: Map<string, { at: number; address: string }>
  /** By day, counted from 1970 in UTC, and group of routes. */
  counts: Map<number, Map<string, number>>
  writtenAt: number
}

export type KeyUsage = {
  note(use: Use): void
  /** Writes what is due; `all`: whatever there is. What could not be written is kept for the next time. */
  flush(all?: boolean): Promise<void>
  start(failed: (err: unknown) => void): { stop(): Promise<void> }
}

export function keyUsage(db: Db, now: () => number = Date.now): KeyUsage {
  const pending = new Map<string, Pending>()

  const usage: KeyUsage = {
    note({ orgId, keyId, secretId, address, group }) {
      let one = pending.get(keyId)
      if (!one) pending.set(keyId, (one = { orgId, keyId, last: new Map(), counts: new Map(), writtenAt: 0 }))
      const at = now()
      const day = Math.floor(at / dayMs)
      one.last.set(secretId, { at, address })
      let counts = one.counts.get(day)
      if (!counts) one.counts.set(day, (counts = new Map()))
      counts.set(group, (counts.get(group) ?? 0) + 1)
    },
    async flush(all = false) {
      const due: Pending[] = []
      for (const [keyId, one] of pending) {
        if (!all && now() - one.writtenAt < writeMs) continue
        if (one.counts.size === 0) pending.delete(keyId)
        else {
          due.push(one)
          pending.set(keyId, { ...one, last: new Map(), counts: new Map(), writtenAt: now() })
        }
      }
      if (due.length === 0) return
      try {
        // Of every organisation at once.
        await everyOrg(() => write(db, due))
      } catch (err) {
        for (const one of due) restore(pending, one)
        throw err
      }
    },
    start(failed) {
      const timer = setInterval(() => usage.flush().catch(failed), lookMs)
      timer.unref()
      return {
        async stop() {
          clearInterval(timer)
          await usage.flush(true).catch(failed)
        },
      }
    },
  }
  return usage
}

/** What came in meanwhile is newer. */
function restore(pending: Map<string, Pending>, one: Pending): void {
  const newer = pending.get(one.keyId)
  for (const [secretId, last] of newer?.last ?? []) one.last.set(secretId, last)
  for (const [day, counts] of newer?.counts ?? []) {
    const sums = one.counts.get(day) ?? new Map<string, number>()
    for (const [group, count] of counts) sums.set(group, (sums.get(group) ?? 0) + count)
    one.counts.set(day, sums)
  }
  pending.set(one.keyId, one)
}

async function write(db: Db, due: Pending[]): Promise<void> {
  const uses = due.flatMap(({ orgId, keyId, last }) =>
    [...last].map(([id, { at, address }]) => ({
      org_id: orgId,
      key_id: keyId,
      id,
      at: new Date(at).toISOString(),
      address,
    })),
  )
  const counts = due.flatMap(({ orgId, keyId, counts }) =>
    [...counts].flatMap(([day, groups]) =>
      [...groups].map(([route_group, requests]) => ({
        org_id: orgId,
        key_id: keyId,
        day: new Date(day * dayMs).toISOString().slice(0, 10),
        route_group,
        requests,
      })),
    ),
  )
  await db.transaction().execute(async (tx) => {
    // In one order on every server, so that two of them do not wait for each other.
    await sql`
      with given as (
        select org_id, key_id, id, at, address
        from jsonb_to_recordset(${JSON.stringify(uses)}::jsonb)
          as g(org_id uuid, key_id text, id uuid, at timestamptz, address text)),
      held as (
        select s.org_id, s.key_id, s.id from api_key_secrets s join given using (org_id, key_id, id)
        order by s.org_id, s.key_id, s.id for update of s)
      update api_key_secrets s set last_used_at = g.at, last_used_address = g.address
      from given g join held using (org_id, key_id, id)
      where s.org_id = g.org_id and s.key_id = g.key_id and s.id = g.id
        and (s.last_used_at is null or s.last_used_at < g.at)`.execute(tx)
    // A key may have gone with its organisation meanwhile.
    await sql`
      insert into api_key_usage (org_id, key_id, day, route_group, requests)
      select g.org_id, g.key_id, g.day, g.route_group, g.requests
      from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
        as g(org_id uuid, key_id text, day date, route_group text, requests bigint)
      join api_keys k on k.org_id = g.org_id and k.id = g.key_id
      order by g.org_id, g.key_id, g.day, g.route_group
      on conflict (org_id, key_id, day, route_group)
      do update set requests = api_key_usage.requests + excluded.requests`.execute(tx)
  })
}

/** Days in UTC, today included; days without a request are left out. */
export async function readUsage(db: DbOrTx, orgId: string, keyId: string, days: number): Promise<UsageCount[]> {
  const { rows } = await sql<UsageCount>`
    select day::text as day, route_group, requests from api_key_usage
    where org_id = ${orgId} and key_id = ${keyId} and day > (now() at time zone 'utc')::date - ${days}::integer
    order by day desc, route_group`.execute(db)
  return rows
}

export async function forgetOldUsage(db: DbOrTx): Promise<void> {
  await sql`delete from api_key_usage where day < now() - make_interval(days => ${keepDays})`.execute(db)
}
