// The buckets that all nodes share, in PostgreSQL: a node takes a few tokens at a time from the shared bucket and spends
// them by itself. Whose bucket it is, nobody can read here: rows are named by a hash.

import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import type { Rate } from './token-bucket.ts'

/** `left`: what the shared bucket still holds, in tokens. */
export type Lease = (bucket: string, rate: Rate, wanted: number) => Promise<{ granted: number; left: number }>

/** 128 bits: no two callers share a bucket by chance. */
const hashBytes = 16
// Each bucket is full again after a minute, and then the same as one that was never used.
const idleS = 120

export const leaseFrom =
  (db: DbOrTx): Lease =>
  async (name, rate, wanted) => {
    const bucket = createHash('sha256').update(name).digest().subarray(0, hashBytes)
    const capacity = sql`${rate.capacity}::float8`
    const atOnce = sql`least(${wanted}::int, floor(${capacity}))`
    const spent = sql`greatest(0, b.spent - greatest(0, extract(epoch from now() - b.at)::float8 * ${rate.perMs * 1000}::float8))`
    // A billionth of a token, as in token-bucket.ts.
    const granted: RawBuilder<unknown> = sql`greatest(0, least(${wanted}::int, floor(${capacity} - ${spent} + 1e-9)))`
    const { rows } = await sql<{ granted: number; left: number }>`
      insert into rate_buckets as b (bucket, spent, at, granted) values (${bucket}, ${atOnce}, now(), ${atOnce})
      on conflict (bucket) do update
        set spent = ${spent} + ${granted}, at = greatest(b.at, now()), granted = ${granted}
      returning granted, ${capacity} - spent as left`.execute(db)
    return rows[0] ?? { granted: 0, left: 0 }
  }

export async function forgetIdleBuckets(db: DbOrTx): Promise<void> {
  await sql`delete from rate_buckets where at < now() - make_interval(secs => ${idleS})`.execute(db)
  await sql`delete from rate_nodes where seen_at < now() - make_interval(secs => ${idleS})`.execute(db)
}

const nodeSeenS = 30
const tellEveryMs = 10_000

/** How many nodes take leases, this one among them. */
export type Nodes = { known(): number; tell(): void }

/** @param now milliseconds of a clock that never goes back */
export function nodesOf(db: DbOrTx, now: () => number = () => performance.now()): Nodes {
  const id = newId()
  let known = 1
  let toldAt = Number.NEGATIVE_INFINITY
  const ask = async () => {
    const { rows } = await sql<{ others: number }>`
      with me as (
        insert into rate_nodes (id, seen_at) values (${id}, now()) on conflict (id) do update set seen_at = now()
      )
      select count(*) as others from rate_nodes
      where id <> ${id} and seen_at > now() - make_interval(secs => ${nodeSeenS})`.execute(db)
    known = 1 + (rows[0]?.others ?? 0)
  }
  return {
    known: () => known,
    tell() {
      if (now() - toldAt < tellEveryMs) return
      toldAt = now()
      // Told again with the next lease; until then the last count holds.
      ask().catch(() => {})
    },
  }
}
