// Conversations written straight into a test's database, through the slice's own doors, in any state.

import { type Analysis, type Arrived, putArrivals } from '../src/conversations/index.ts'
import { takeSequence } from '../src/events/index.ts'
import type { Db } from '../src/platform/db/db.ts'
import { newId } from '../src/platform/ids.ts'

/** Written in one transaction, in order; what is not given is a queued call of a minute ago. */
export async function arrive(db: Db, orgId: string, given: Partial<Arrived>[] = [{}]): Promise<Arrived[]> {
  return db.transaction().execute(async (tx) => {
    const seqs = await takeSequence(
      tx,
      given.map(() => orgId),
    )
    const arrived = given.map((one, index) => ({ ...plain(orgId), ...one, seq: seqs[index] ?? 0 }))
    await putArrivals(tx, arrived)
    return arrived
  })
}

const plain = (orgId: string): Arrived => ({
  org_id: orgId,
  id: newId(),
  channel: 'voice',
  direction: null,
  source: 'multipart',
  external_id: null,
  content_hash: null,
  agent_id: null,
  agent_given: null,
  customer_ref: null,
  caller_number: null,
  called_number: null,
  team: null,
  department: null,
  tags: [],
  metadata: {},
  warnings: [],
  language: null,
  started_at: new Date(Date.now() - 60_000).toISOString(),
  ended_at: null,
  version: 1,
  status: 'queued',
  seq: 0,
  queue_tag: 0,
  reserved_units: null,
  reserved_month: null,
})

/** An analysis that found nothing but what is given. */
export function analysisOf(
  { org_id, id }: Pick<Arrived, 'org_id' | 'id'>,
  found: Partial<Analysis> & { customerScore?: number } = {},
): Analysis {
  const { customerScore: score, ...rest } = found
  const engine = { name: 'builtin', model: 'none', version: '1' }
  const nothing = { status: 'not_computable', value: null, reason: 'nothing was looked for', engine } as const
  const unknown = { label: null, score: null, reason: 'nothing was looked for' }
  const customer = score === undefined ? unknown : { label: 'neutral' as const, score }
  return {
    org_id,
    conversation_id: id,
    id: newId(),
    transcript_revision: 1,
    provenance: engine,
    turns: [],
    languages: [],
    sentiment: { overall: customer, agent: unknown, customer, trend: null },
    keywords: nothing,
    summary: nothing,
    metrics: {},
    ...rest,
  }
}
