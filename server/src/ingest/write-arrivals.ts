// Writes what was decided: conversation, recording or transcript, event, audit row and job, in the caller's transaction.

import { type AuditHeads, writeAudit } from '../access/index.ts'
import { arrivalEvent, putArrivals, putRecordings, putTranscripts, settleTags } from '../conversations/index.ts'
import { emit } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { inTurn } from '../platform/db/together.ts'
import type { Decided } from './decide.ts'
import type { NextStep } from './shapes.ts'

export async function writeArrivals(tx: Tx, decided: Decided[], heads: AuditHeads, next: NextStep): Promise<void> {
  if (decided.length === 0) return
  const tags = await settleTags(
    tx,
    decided.map(({ arrived }) => arrived),
  )
  const arrivals = decided.map(({ arrived }, index) => ({ ...arrived, tags: tags[index] ?? [] }))
  const recordings = decided.flatMap(({ submission: { recording }, arrived: { org_id, id } }) =>
    recording ? [{ ...recording, org_id, conversation_id: id }] : [],
  )
  const transcripts = decided.flatMap(({ submission: { transcript }, arrived: { org_id, id, version } }) =>
    transcript
      ? [{ ...transcript, org_id, conversation_id: id, revision: version, source: 'import' as const, engine: null }]
      : [],
  )
  const told = decided.filter(({ submission }) => submission.kind !== 'ticket')
  const events = told.map(({ arrived, accepted }) => arrivalEvent(arrived, accepted.outcome === 'new_version'))
  const audit = decided.map(({ submission, arrived, accepted }) => ({
    orgId: arrived.org_id,
    actor: submission.actor,
    action: submission.kind === 'ticket' ? 'upload_ticket.create' : 'conversation.accept',
    target: arrived.id,
    requestId: submission.requestId,
    data: { source: arrived.source, outcome: accepted.outcome },
  }))
  const begun = told.map(({ submission, arrived }) => ({
    orgId: arrived.org_id,
    conversationId: arrived.id,
    channel: arrived.channel,
    version: arrived.version,
    tag: arrived.queue_tag,
    fetchUrl: submission.fetchUrl,
    allowsDuplicate: submission.allowsDuplicate,
  }))
  const isNew = ({ submission, accepted }: Decided) => accepted.outcome === 'new' && submission.kind !== 'redemption'
  // They are run in this order: the rows of the others refer to those of the first.
  await inTurn(
    () => putArrivals(tx, arrivals, { areNew: decided.every(isNew) }),
    () => putRecordings(tx, recordings),
    () => putTranscripts(tx, transcripts),
    () => emit(tx, events),
    () => writeAudit(tx, audit, heads),
    () => next(tx, begun),
  )
}
