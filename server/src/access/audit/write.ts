// The audit: who did what, written by the transaction that did it. Rows are only ever added, each to the end of its
// organisation's chain.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { recordRequest } from './requests.ts'
import { type AuditResult, cleanText, dataText, firstHash, hashOf, rowText } from './row.ts'

export type AuditEntry = {
  /** The nil UUID for what belongs to the installation. */
  orgId: string
  actor: string
  /** `noun.verb`, as in `conversation.accept`. */
  action: string
  target: string | null
  /** Address and user agent follow from it while the request is being answered. */
  requestId: string | null
  /** Absent: `ok`. */
  result?: AuditResult
  /** Facts that are no personal data and no secret; of a change, what was and what is. */
  data?: Record<string, unknown>
  /** Where it came from, for a request that has been answered. */
  from?: { address: string; userAgent: string | null } | undefined
}

/** The ends of chains, held until the transaction ends. */
export type AuditHeads = Map<string, { seq: number; hash: string }>

/**
 * Holds the ends of these organisations' chains until the transaction ends. Only for who wants to ask early what
 * writeAudit would ask later: after the rows that the change locks, and after the sequence of events.
 */
export async function lockAudit(tx: Tx, orgIds: string[]): Promise<AuditHeads> {
  const wanted = [...new Set(orgIds)]
  // Always in the same order, so that two transactions cannot wait for each other.
  const lock = async () =>
    (
      await sql<{ org_id: string; seq: number; hash: string }>`
        select org_id, seq, encode(hash, 'hex') as hash from audit_heads where org_id = any (${wanted}::uuid[])
        order by org_id for update`.execute(tx)
    ).rows
  let rows = wanted.length === 0 ? [] : await lock()
  if (rows.length < wanted.length) {
    await sql`
      insert into audit_heads (org_id, seq, hash)
      select id, 0, decode(${firstHash}, 'hex') from unnest(${wanted}::uuid[]) as id order by id
      on conflict do nothing`.execute(tx)
    rows = await lock()
  }
  return new Map(rows.map(({ org_id, ...head }) => [org_id, head]))
}

/**
 * Adds rows to the chains of their organisations, whose ends are held until the transaction ends: write the audit last,
 * and once at a time.
 * @param heads from lockAudit in the same transaction
 */
export async function writeAudit(tx: Tx, entries: AuditEntry[], heads?: AuditHeads): Promise<void> {
  if (entries.length === 0) return
  const ends =
    heads ??
    (await lockAudit(
      tx,
      entries.map(({ orgId }) => orgId),
    ))
  const at = new Date().toISOString()
  const rows = entries.map((entry) => {
    const end = ends.get(entry.orgId)
    if (!end) throw new Problem('bug', 'no_audit_head', `The audit of ${entry.orgId} was not locked.`)
    const asked = recordRequest(entry.requestId) ?? entry.from
    const text = rowText({
      org_id: entry.orgId,
      seq: end.seq + 1,
      at,
      actor: cleanText(entry.actor),
      action: entry.action,
      target: entry.target === null ? null : cleanText(entry.target),
      request_id: entry.requestId,
      address: asked?.address ?? null,
      user_agent: asked?.userAgent ? cleanText(asked.userAgent) : null,
      result: entry.result ?? 'ok',
      data: entry.data ? dataText(entry.data) : '{}',
      prev_hash: end.hash,
    })
    end.hash = hashOf(text)
    end.seq += 1
    return `${text.slice(0, -1)},"hash":"${end.hash}"}`
  })
  const orgIds = [...new Set(entries.map(({ orgId }) => orgId))]
  const written = orgIds.map((org_id) => ({ org_id, ...ends.get(org_id) }))
  await sql`
    with added as (
      insert into audit_events (org_id, seq, at, actor, action, target, request_id, address, user_agent, result, data,
        prev_hash, hash)
      select org_id, seq, at, actor, action, target, request_id, address, user_agent, result, data,
        decode(prev_hash, 'hex'), decode(hash, 'hex')
      from json_to_recordset(${`[${rows.join()}]`}::json) as row (org_id uuid, seq bigint, at timestamptz, actor text,
        action text, target text, request_id text, address text, user_agent text, result text, data json,
        prev_hash text, hash text)
    )
    update audit_heads set seq = end_of.seq, hash = decode(end_of.hash, 'hex')
    from json_to_recordset(${JSON.stringify(written)}::json) as end_of (org_id uuid, seq bigint, hash text)
    where audit_heads.org_id = end_of.org_id`.execute(tx)
}
