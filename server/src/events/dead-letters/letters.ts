// Reads dead letters: rows of the log of deliveries whose state is `dead`, never copies. A page of them, newest death
// first; and together by what they died of.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import { conditions, type LetterFilter } from './letter-filter.ts'

export type Letter = {
  delivery_id: string
  endpoint_id: string
  /** Null where the event is not kept any more. */
  event_id: string | null
  event: string | null
  seq: number
  event_at: Date
  fingerprint: string
  error: string | null
  status_code: number | null
  attempt_count: number
  is_edited: boolean
  replayed_by: string | null
  died_at: Date
  /** Microseconds since 1970: with the id, its place in the list. */
  at: number
}

export type LetterPlace = { at: number; id: string }

/** Rows that one request looks at for types that are rare. */
export const scannedMax = 5000
const batchRows = 500

/** @returns `end`: of what was looked at, where another page begins; null: there is none */
export async function readLetters(
  db: DbOrTx,
  orgId: string,
  filter: LetterFilter,
  page: { limit: number; after: LetterPlace | null },
): Promise<{ letters: Letter[]; end: LetterPlace | null }> {
  const { types } = filter
  const rowsAtOnce = types ? batchRows : page.limit + 1
  const letters: Letter[] = []
  let place = page.after
  for (let scanned = 0; ; ) {
    const { rows } = await lettersQuery(orgId, filter, { limit: rowsAtOnce, after: place }).execute(db)
    for (const letter of rows) {
      if (letters.length === page.limit) return { letters, end: place }
      place = { at: letter.at, id: letter.delivery_id }
      if (!types || (types as readonly (string | null)[]).includes(letter.event)) letters.push(letter)
    }
    if (rows.length < rowsAtOnce) return { letters, end: null }
    scanned += rows.length
    if (scanned >= scannedMax) return { letters, end: place }
  }
}

/** Apart from `readLetters` so that its plan can be tested. Types are looked at by who reads. */
export function lettersQuery(
  orgId: string,
  filter: LetterFilter,
  { limit, after }: { limit: number; after: LetterPlace | null },
): RawBuilder<Letter> {
  const isAfter = after
    ? sql`(d.finished_at, d.id) < ('epoch'::timestamptz + ${after.at}::float8 * interval '1 microsecond', ${after.id}::uuid)`
    : sql`true`
  const newest = sql`${isAfter} order by d.finished_at desc, d.id desc limit ${limit}`
  const { endpointId, fingerprint } = filter
  // Each endpoint's by its index: no index has those of all endpoints in this order.
  const found =
    fingerprint !== undefined && endpointId === undefined
      ? sql`
        select f.* from webhook_endpoints w cross join lateral (
          select d.* from delivery_log d where ${conditions(orgId, filter)} and d.endpoint_id = w.id and ${newest}) f
        where w.org_id = ${orgId} order by f.finished_at desc, f.id desc limit ${limit}`
      : sql`select d.* from delivery_log d where ${conditions(orgId, filter)} and ${newest}`
  return sql`
    select d.id as delivery_id, d.endpoint_id, e.id as event_id, e.type as event, d.event_seq as seq, d.event_at,
      coalesce(d.fingerprint, 'other') as fingerprint, d.error, d.status_code, d.attempt as attempt_count,
      d.data is not null as is_edited, d.replayed_by, d.finished_at as died_at,
      (extract(epoch from d.finished_at) * 1000000)::bigint as at
    from (${found}) d
    left join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at
    order by d.finished_at desc, d.id desc`
}

export type LetterGroup = {
  endpoint_id: string
  fingerprint: string
  /** Counted up to one more than `groupCountMax`. */
  count: number
  oldest_at: Date
  newest_at: Date
  /** Of the newest. */
  delivery_id: string
  error: string | null
  status_code: number | null
}

export type GroupPlace = { endpoint: string; fingerprint: string }

export const groupCountMax = 10_000

/**
 * By endpoint and fingerprint, in this order. It steps from one to the next by the index, so that what it costs goes by
 * how many groups are shown, not by how many died.
 */
export function groupsQuery(
  orgId: string,
  input: { endpointId?: string | undefined; limit: number; after: GroupPlace | null },
): RawBuilder<LetterGroup> {
  const { endpointId, limit, after } = input
  const dead = sql`d.org_id = ${orgId} and d.state = 'dead' ${endpointId ? sql`and d.endpoint_id = ${endpointId}` : sql``}`
  const inOrder = sql`order by d.endpoint_id, d.fingerprint limit 1`
  const firstOf = (place: RawBuilder<unknown>) =>
    sql`(select d.endpoint_id, d.fingerprint from delivery_log d where ${dead} and ${place} ${inOrder})`
  // In two parts: of a comparison of rows PostgreSQL takes the first column alone for its guess, and expects none here.
  const first = after
    ? sql`
      select * from (
        ${firstOf(sql`d.endpoint_id = ${after.endpoint}::uuid and d.fingerprint > ${after.fingerprint}`)}
        union all ${firstOf(sql`d.endpoint_id > ${after.endpoint}::uuid`)}
      ) found order by endpoint_id, fingerprint limit 1`
    : firstOf(sql`d.fingerprint is not null`)
  const ofGroup = sql`
    d.org_id = ${orgId} and d.state = 'dead' and d.endpoint_id = g.endpoint_id and d.fingerprint = g.fingerprint`
  return sql`
    with recursive groups as (
      (${first})
      union all
      select next.* from groups g cross join lateral (
        select d.endpoint_id, d.fingerprint from delivery_log d
        where ${dead} and (d.endpoint_id, d.fingerprint) > (g.endpoint_id, g.fingerprint) ${inOrder}
      ) next
    )
    select g.endpoint_id, g.fingerprint, counted.count, oldest.finished_at as oldest_at, newest.finished_at as newest_at,
      newest.id as delivery_id, newest.error, newest.status_code
    from (select * from groups limit ${limit}) g
    cross join lateral (
      select count(*) as count from (select from delivery_log d where ${ofGroup} limit ${groupCountMax + 1}) some_of_it
    ) counted
    cross join lateral (
      select d.finished_at from delivery_log d where ${ofGroup} order by d.finished_at limit 1) oldest
    cross join lateral (
      select d.id, d.finished_at, d.error, d.status_code from delivery_log d where ${ofGroup}
      order by d.finished_at desc, d.id desc limit 1) newest
    order by g.endpoint_id, g.fingerprint`
}

/** All of them, however many. */
export async function countLetters(db: DbOrTx, orgId: string, filter: LetterFilter): Promise<number> {
  const { types } = filter
  const ofTypes = types
    ? sql`join events e on e.org_id = d.org_id and e.seq = d.event_seq and e.occurred_at = d.event_at
        and e.type = any (${types}::text[])`
    : sql``
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from delivery_log d ${ofTypes} where ${conditions(orgId, filter)}`.execute(db)
  return rows[0]?.count ?? 0
}
