// Tells the organisation of deliveries that nobody will try again by themselves. Not of what it was told about
// endpoints: one failure would go on to cause the next.

import type { Tx } from '../../platform/db/db.ts'
import { emit } from '../outbox.ts'
import type { Settled } from './settle.ts'

const isAboutEndpoints = (type: string) => /^(endpoint|message)\./.test(type)

/** Those that are told of, of these that died. */
export const worthTelling = (settled: Settled[]): Settled[] =>
  settled.filter(({ due, verdict }) => verdict.state === 'dead' && !isAboutEndpoints(due.type))

/**
 * The endpoint that they were for is not told, except of a gap in the order that it asked for.
 * @param seqs one for each, from takeSequence in the same transaction
 */
export async function tellOfDead(tx: Tx, dead: Settled[], seqs: number[]): Promise<void> {
  const events = dead.map((one, index) => ({
    orgId: one.due.org_id,
    seq: seqs[index] as number,
    conversationId: null,
    data: dataOf(one),
    ...(one.due.ordering_key === null
      ? { type: 'message.exhausted' as const, except: one.due.endpoint_id }
      : { type: 'message.gap' as const }),
  }))
  await emit(tx, events)
}

const dataOf = ({ due, verdict }: Settled) => ({
  endpoint_id: due.endpoint_id,
  delivery_id: due.id,
  event_id: due.event_id,
  event_type: due.type,
  event_seq: due.seq,
  attempts: due.attempt + (verdict.attempt ? 1 : 0),
  last_status_code: verdict.attempt?.status ?? null,
  last_error: verdict.attempt ? verdict.attempt.error : 'why' in verdict ? verdict.why : null,
  ordering_key: due.ordering_key,
  links: { self: `/v1/webhooks/${due.endpoint_id}/deliveries/${due.id}` },
})
