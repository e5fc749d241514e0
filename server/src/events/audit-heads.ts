// Tells an organisation the signed end of its audit, so that a copy of it is kept where this installation cannot reach.

import { findOrg, type SignedHead } from '../access/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { emit, takeSequence } from './outbox.ts'

/** The installation's own chain, and those of organisations that are gone, have nobody to tell. */
export async function announceHead(tx: Tx, { org_id: orgId, seq: audit_seq, ...head }: SignedHead): Promise<void> {
  if (!(await findOrg(tx, orgId))) return
  const [seq = 0] = await takeSequence(tx, [orgId])
  const data = { audit_seq, ...head, links: { self: '/v1/audit/heads' } }
  await emit(tx, [{ orgId, seq, type: 'audit.head_signed', conversationId: null, data }])
}
