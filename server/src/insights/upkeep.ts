// Keeps what is made of conversations in step with them: reads what changed in each organisation, in order of seq, and
// hands it to the followers (facts with their rollups, search documents), whose rows and place change in one transaction.
// What a follower makes of a change is its own matter.

import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db, Tx } from '../platform/db/db.ts'
import { everyOrg, inScope } from '../platform/db/scope.ts'
import type { Log } from '../platform/log.ts'

/** Ids of conversations. Either may be gone by the time that they are read: who is not there is to be forgotten. */
export type Changed = { upserted: string[]; deleted: string[] }

export type Follower = {
  /** Of its cursors. */
  name: string
  /** Runs in the scope of the organisation. A change may come twice, and must then change nothing. */
  apply(tx: Tx, orgId: string, changed: Changed, context: { timeZone: string }): Promise<void>
  /** Forgets everything of an organisation, before all of it is handed over anew. */
  empty(tx: Tx, orgId: string): Promise<void>
  /** Its rows are cut by the days of the organisation's zone: another zone begins anew. */
  dependsOnTimeZone?: boolean
}

type Parts = {
  db: Db
  followers: readonly Follower[]
  log: Log
  /** Of organisations that have none of their own. */
  defaultTimeZone: string
}

const pageMax = 1000
/** What arrives within it is handed over together, which costs a fraction of one by one. */
const restMs = 1000
/** Of one organisation before the next has its turn. */
const pagesPerTurn = 20
const failedRestMs = 30_000

/** Follows until it is stopped; several workers may do so side by side. */
export function startUpkeep(parts: Parts): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const restingUntil = new Map<string, number>()

  async function turn(follower: Follower): Promise<boolean> {
    let isBehind = false
    for (const { orgId, timeZone } of await organisationsBehind(parts, follower)) {
      const key = `${follower.name} ${orgId}`
      if ((restingUntil.get(key) ?? 0) > performance.now()) continue
      try {
        for (let page = 0; page < pagesPerTurn; page++) {
          if (stopped.signal.aborted) return false
          const { hasMore } = await followPage(parts.db, follower, { orgId, timeZone })
          if (!hasMore) break
          if (page === pagesPerTurn - 1) isBehind = true
        }
        restingUntil.delete(key)
      } catch (err) {
        parts.log.error({ err, orgId, follower: follower.name }, 'following changes failed; it is tried again')
        restingUntil.set(key, performance.now() + failedRestMs)
      }
    }
    return isBehind
  }

  const loop = (async () => {
    while (!stopped.signal.aborted) {
      let isBehind = false
      for (const follower of parts.followers) {
        try {
          if (await turn(follower)) isBehind = true
        } catch (err) {
          parts.log.error({ err, follower: follower.name }, 'looking for changes failed')
        }
      }
      if (!isBehind) await delay(restMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await loop
    },
  }
}

/** Brings every follower up to date in this organisation: for tests, and for whoever wrote straight into the tables. */
export async function catchUp(
  db: Db,
  followers: readonly Follower[],
  org: { orgId: string; timeZone: string },
): Promise<void> {
  for (const follower of followers) while ((await followPage(db, follower, org)).hasMore);
}

/** Everything of the organisation is handed over anew; until then its figures are behind, and say so. */
export async function rebuild(tx: Tx, follower: Follower, orgId: string): Promise<void> {
  await follower.empty(tx, orgId)
  await sql`
    update insight_cursors set seq = 0, updated_at = now()
    where org_id = ${orgId} and follower = ${follower.name}`.execute(tx)
}

/** Looks across organisations: at their counters alone. */
async function organisationsBehind(
  { db, defaultTimeZone }: Pick<Parts, 'db' | 'defaultTimeZone'>,
  follower: Follower,
): Promise<{ orgId: string; timeZone: string }[]> {
  const { rows } = await everyOrg(() =>
    sql<{ orgId: string; timeZone: string }>`
      select c.org_id as "orgId", coalesce(o.settings ->> 'time_zone', ${defaultTimeZone}::text) as "timeZone"
      from event_counters c join orgs o on o.id = c.org_id
      left join insight_cursors k on k.org_id = c.org_id and k.follower = ${follower.name}
      where c.seq > coalesce(k.seq, 0) or (${follower.dependsOnTimeZone ?? false} and k.time_zone is distinct from
        coalesce(o.settings ->> 'time_zone', ${defaultTimeZone}::text))
      order by k.updated_at nulls first`.execute(db),
  )
  return rows
}

/** One page, in one transaction: the follower's rows and its place change together, so that nothing counts twice. */
export function followPage(
  db: Db,
  follower: Follower,
  { orgId, timeZone }: { orgId: string; timeZone: string },
): Promise<{ hasMore: boolean }> {
  return inScope([orgId], () =>
    db.transaction().execute(async (tx) => {
      const from = await lockCursor(tx, follower, { orgId, timeZone })
      if (from === null) return { hasMore: false }
      const page = await readPage(tx, orgId, from)
      if (page.upTo === from) return { hasMore: false }
      if (page.upserted.length + page.deleted.length > 0) await follower.apply(tx, orgId, page, { timeZone })
      await sql`
        with moved as (
          update insight_cursors set seq = ${page.upTo}, updated_at = now()
          where org_id = ${orgId} and follower = ${follower.name}
        )
        delete from conversation_changes
        where org_id = ${orgId} and seq <= (
          select min(case when follower = ${follower.name} then ${page.upTo} else seq end)
          from insight_cursors where org_id = ${orgId})`.execute(tx)
      return { hasMore: page.hasMore }
    }),
  )
}

/** Null: somebody else is at it. */
async function lockCursor(
  tx: Tx,
  follower: Follower,
  { orgId, timeZone }: { orgId: string; timeZone: string },
): Promise<number | null> {
  await sql`
    insert into insight_cursors (org_id, follower, time_zone) values (${orgId}, ${follower.name}, ${timeZone})
    on conflict do nothing`.execute(tx)
  const { rows } = await sql<{ seq: number; time_zone: string | null }>`
    select seq, time_zone from insight_cursors where org_id = ${orgId} and follower = ${follower.name}
    for update skip locked`.execute(tx)
  const [cursor] = rows
  if (!cursor) return null
  if (!follower.dependsOnTimeZone || cursor.time_zone === timeZone) return cursor.seq
  await rebuild(tx, follower, orgId)
  await sql`
    update insight_cursors set time_zone = ${timeZone}
    where org_id = ${orgId} and follower = ${follower.name}`.execute(tx)
  return 0
}

type Page = Changed & { upTo: number; hasMore: boolean }

/**
 * The counter is read first: whatever has a seq up to it is committed. Upload tickets that nobody has redeemed are no
 * conversations yet.
 */
async function readPage(tx: Tx, orgId: string, from: number): Promise<Page> {
  const { rows: counters } = await sql<{ seq: number }>`
    select seq from event_counters where org_id = ${orgId}`.execute(tx)
  const last = counters[0]?.seq ?? from
  const { rows: moved } = await sql<{ id: string; seq: number; isTicket: boolean }>`
    select id, seq, status = 'awaiting_upload' as "isTicket" from conversations
    where org_id = ${orgId} and seq > ${from} and seq <= ${last} order by seq limit ${pageMax}`.execute(tx)
  const movedTo = moved.length === pageMax ? (moved.at(-1)?.seq ?? last) : last
  // Those of one seq are at most a page (conversations/touches.ts), and stay together.
  const { rows: touched } = await sql<{ id: string; seq: number; isThere: boolean }>`
    select t.conversation_id as id, t.seq, c.id is not null as "isThere"
    from (
      select conversation_id, seq from conversation_changes
      where org_id = ${orgId} and seq > ${from} and seq <= ${movedTo} order by seq fetch first ${pageMax} rows with ties
    ) t left join conversations c on c.org_id = ${orgId} and c.id = t.conversation_id`.execute(tx)
  const upTo = touched.length >= pageMax ? (touched.at(-1)?.seq ?? movedTo) : movedTo
  const upserted = new Set(moved.filter(({ seq, isTicket }) => seq <= upTo && !isTicket).map(({ id }) => id))
  const deleted = new Set<string>()
  for (const { id, isThere } of touched) (isThere ? upserted : deleted).add(id)
  return { upserted: [...upserted], deleted: [...deleted], upTo, hasMore: upTo < last }
}
