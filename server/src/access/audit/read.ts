// Reading the audit: pages for people, and whole chains in their order for exports and checks.

import { type SqlBool, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { AuditResult, ChainedRow } from './row.ts'

/** What is asked for; what is absent is not asked. */
export type AuditFilter = {
  /** Not before. */
  from?: Date
  /** Before. */
  to?: Date
  actor?: string
  action?: string
  target?: string
}

type Stored = {
  seq: number
  at: Date
  actor: string
  action: string
  target: string | null
  request_id: string | null
  address: string | null
  user_agent: string | null
  result: AuditResult
  data: string
  prev_hash: string | null
  hash: string | null
}

/** A row of before the chains has no hashes, and a seq of 0 or less. */
export type ReadRow = Omit<ChainedRow, 'prev_hash' | 'hash'> & { prev_hash: string | null; hash: string | null }

/** `after` or `before`: the seq from which to go on, in that order; it is not part of the page itself. */
export async function readAudit(
  db: DbOrTx,
  orgId: string,
  filter: AuditFilter,
  page: { limit: number; after: number } | { limit: number; before: number | null },
): Promise<ReadRow[]> {
  const { from, to, actor, action, target } = filter
  const place = 'after' in page ? [sql<SqlBool>`seq > ${page.after}`] : []
  if ('before' in page && page.before !== null) place.push(sql<SqlBool>`seq < ${page.before}`)
  const wanted = [
    sql<SqlBool>`org_id = ${orgId}`,
    ...place,
    ...(from ? [sql<SqlBool>`at >= ${from}`] : []),
    ...(to ? [sql<SqlBool>`at < ${to}`] : []),
    ...(actor === undefined ? [] : [sql<SqlBool>`actor = ${actor}`]),
    ...(action === undefined ? [] : [sql<SqlBool>`action = ${action}`]),
    ...(target === undefined ? [] : [sql<SqlBool>`target = ${target}`]),
  ]
  const { rows } = await sql<Stored>`
    select seq, at, actor, action, target, request_id, address, user_agent, result, data::text as data,
      encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
    from audit_events where ${sql.join(wanted, sql` and `)}
    order by seq ${sql.raw('after' in page ? 'asc' : 'desc')} limit ${page.limit}`.execute(db)
  return rows.map(({ at, ...row }) => ({ ...row, org_id: orgId, at: isoOf(at) }))
}

/** PostgreSQL knows moments that JavaScript does not; none of them was ever written. */
const isoOf = (at: unknown): string =>
  at instanceof Date && !Number.isNaN(at.getTime()) ? at.toISOString() : String(at)
