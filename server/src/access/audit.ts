// The audit: who did what, written by the transaction that did it. Rows are only ever added.

import { type DbOrTx, insertRows } from '../platform/db/db.ts'
import { newId } from '../platform/ids.ts'

export type AuditEntry = {
  orgId: string
  actor: string
  /** `noun.verb`, as in `conversation.accept`. */
  action: string
  target: string | null
  requestId: string | null
  /** Facts that are no personal data and no secret. */
  data?: Record<string, unknown>
}

export async function writeAudit(tx: DbOrTx, entries: AuditEntry[]): Promise<void> {
  const at = new Date().toISOString()
  const rows = entries.map((entry) => ({
    org_id: entry.orgId,
    id: newId(),
    at,
    actor: entry.actor,
    action: entry.action,
    target: entry.target,
    request_id: entry.requestId,
    data: entry.data ?? {},
  }))
  await insertRows(tx, 'audit_events', rows)
}
