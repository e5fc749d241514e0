// A correction as a whole: who may, of which revision, the new revision, and the run that follows from it. What is
// corrected is corrections.ts.

import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { type Conversation, getConversation } from '../conversations.ts'
import { getTranscript, putTranscripts, requireTranscript, type Transcript } from '../transcripts.ts'
import { type Asking, annotateOne } from './changes.ts'
import type { Correction } from './corrections.ts'
import { type Again, beginRun, type Reanalysis, requireIdle } from './reruns.ts'

export type Correct = (transcript: Transcript, tx: Tx) => Promise<Correction | null> | Correction | null

/**
 * Writes the next revision, shows it at once, and analyses it anew. `basedOn`: the revision that the person looked at;
 * null = whichever it is. A run that an earlier correction began gives way to this one.
 * @throws Problem('forbidden', 'masked'), Problem('conflict', 'changed_meanwhile' | 'under_way' | 'no_transcript_yet')
 */
export async function correct(
  tx: Tx,
  reanalysis: Reanalysis,
  asking: Asking,
  given: { id: string; basedOn: number | null; correct: Correct },
): Promise<Conversation> {
  const { by } = asking
  const seen = await getConversation(tx, by, given.id)
  if (seen?.is_masked) {
    const detail =
      'This conversation is masked for you. Say why you need to see it (POST /v1/conversations/{id}/reveal), then correct it.'
    throw new Problem('forbidden', 'masked', detail)
  }
  const [tag = 0] = await reanalysis.takeTags(tx, by.orgId, [{ channel: seen?.channel ?? 'chat', from: 'analyse' }])
  const begun: Again[] = []
  const after = await annotateOne(tx, asking, given.id, async (conversation) => {
    const transcript = await requireCorrectable(tx, conversation, given.basedOn)
    const correction = await given.correct(transcript, tx)
    if (!correction) return null
    const { org_id, id: conversation_id } = conversation
    const revision = conversation.version + 1
    const edit = { from_revision: transcript.revision, ...correction.edit }
    await putTranscripts(tx, [
      {
        org_id,
        conversation_id,
        revision,
        source: 'edited',
        engine: transcript.engine,
        participants: correction.participants,
        turns: correction.turns,
        created_by: by.actor,
        edit,
      },
    ])
    const { set, again } = beginRun(by, conversation, { from: 'analyse', tag, version: revision, revision })
    begun.push(again)
    return {
      set: { ...set, transcript_revision: revision },
      changed: ['transcript'],
      action: 'transcript.correct',
      data: { revision, ...edit },
    }
  })
  await reanalysis.enqueue(tx, begun)
  return after
}

async function requireCorrectable(tx: Tx, conversation: Conversation, basedOn: number | null): Promise<Transcript> {
  await requireIdle(tx, conversation, { orCorrected: true })
  const { org_id: orgId, id: conversationId, transcript_revision: revision } = conversation
  if (revision === null) {
    throw new Problem('conflict', 'no_transcript_yet', 'There is no transcript to correct.')
  }
  if (basedOn !== null && basedOn !== revision) {
    const detail = `The transcript was changed since you read it: it is at revision ${revision} now. Read it again, and correct that one.`
    throw new Problem('conflict', 'changed_meanwhile', detail, { facts: { revision } })
  }
  return requireTranscript(tx, { orgId, conversationId, revision })
}

/** The words of an earlier revision as they were, under a new number. @throws Problem('invalid', 'unknown_revision') */
export const restoring =
  (revision: number): Correct =>
  async ({ org_id: orgId, conversation_id: conversationId, revision: current }, tx) => {
    if (revision === current) return null
    const earlier = await getTranscript(tx, { orgId, conversationId, revision })
    if (!earlier) {
      throw new Problem('invalid', 'unknown_revision', `There is no revision ${revision} of this transcript.`)
    }
    const { participants, turns } = earlier
    return { participants, turns, edit: { kind: 'restore', from_revision: revision } }
  }
