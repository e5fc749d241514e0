// Minute and chat allocation: an organisation that has set a monthly limit is refused above it; without one, never.

import { sql } from 'kysely'
import { type Idempotency, type Org, wasAnswered } from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'

export type Allocation = { used: number; limit: number | null }

/** Minutes of audio that arrived this calendar month, in the organisation's zone. */
export async function minuteAllocation(db: Db, org: Org, zone: string): Promise<Allocation> {
  const limit = org.settings.minutes_per_month ?? null
  if (limit === null) return { used: 0, limit }
  const { rows } = await sql<{ ms: number }>`
    select coalesce(sum(duration_ms), 0)::bigint as ms from conversations
    where org_id = ${org.id} and channel = 'voice' and received_at >= date_trunc('month', now(), ${zone})`.execute(db)
  return { used: Math.round((rows[0]?.ms ?? 0) / 600) / 100, limit }
}

async function chatAllocation(db: Db, org: Org, zone: string): Promise<Allocation> {
  const limit = org.settings.chats_per_month ?? null
  if (limit === null) return { used: 0, limit }
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from conversations
    where org_id = ${org.id} and channel = 'chat' and received_at >= date_trunc('month', now(), ${zone})`.execute(db)
  return { used: rows[0]?.n ?? 0, limit }
}

/** A request that was answered before is let through: it uses nothing. @throws Problem('invalid', 'allocation_exceeded') */
export async function requireMinutes(db: Db, org: Org, zone: string, key: Idempotency | null): Promise<Allocation> {
  const allocation = await minuteAllocation(db, org, zone)
  if (isExceeded(allocation) && !(key && (await wasAnswered(db, key))))
    throw exceeded('Allocation exceeded', allocation)
  return allocation
}

/** A request that was answered before is let through: it uses nothing. @throws Problem('invalid', 'allocation_exceeded') */
export async function requireChats(db: Db, org: Org, zone: string, key: Idempotency | null): Promise<void> {
  const allocation = await chatAllocation(db, org, zone)
  if (isExceeded(allocation) && !(key && (await wasAnswered(db, key))))
    throw exceeded('Monthly chats allocation exceeded', allocation)
}

const isExceeded = ({ used, limit }: Allocation) => limit !== null && used >= limit
const exceeded = (detail: string, facts: Allocation) => new Problem('invalid', 'allocation_exceeded', detail, { facts })
