// What changed though its conversation kept its seq, or is gone. Whoever keeps something about conversations (insights)
// reads it beside the change cursor; readers of the lists are not told.

import { sql } from 'kysely'
import { takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'

/** Of one seq; a follower takes them in one page. */
const perSeqMax = 1000

/**
 * Under new sequence numbers of the organisation: call it last in a transaction.
 * @param ids of conversations of one organisation
 */
export async function noteTouched(tx: Tx, orgId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const seqs = await takeSequence(tx, Array(Math.ceil(ids.length / perSeqMax)).fill(orgId))
  await sql`
    insert into conversation_changes (org_id, seq, conversation_id)
    select ${orgId}, (${seqs}::bigint[])[(n - 1) / ${perSeqMax} + 1], id
    from unnest(${ids}::uuid[]) with ordinality as k (id, n)`.execute(tx)
}

/** The same for one whose event has taken the seq. */
export async function noteGone(tx: Tx, gone: { orgId: string; id: string; seq: number }): Promise<void> {
  await sql`
    insert into conversation_changes (org_id, seq, conversation_id)
    values (${gone.orgId}, ${gone.seq}, ${gone.id})`.execute(tx)
}
