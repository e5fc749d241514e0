// Analysing a conversation once more: when that may be, and what of its row says so. The stages themselves are the
// pipeline's, which is handed in (Reanalysis). What was found before is shown until the run is done; a run that fails
// changes nothing but the warnings.

import type { Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { rerunFailed } from '../closing.ts'
import type { Conversation, ConversationChange, Rerun } from '../conversations.ts'
import type { Channel } from '../shapes.ts'
import { listStages } from '../stages.ts'
import { requireTranscript } from '../transcripts.ts'
import type { Work } from './changes.ts'

export type From = Rerun['from']

export type Again = {
  orgId: string
  conversationId: string
  channel: Channel
  version: number
  revision: number
  run: string
  from: From
  tag: number
}

export type Reanalysis = {
  /** Places in the queue, in order. First in a transaction, before any conversation is held: who takes in begins there, too. */
  takeTags(tx: Tx, orgId: string, runs: { channel: Channel; from: From }[]): Promise<number[]>
  enqueue(tx: Tx, again: Again[]): Promise<void>
}

/** The row of a conversation that begins a run, and the run. */
export function beginRun(
  by: Principal,
  conversation: Conversation,
  given: { from: From; tag: number; version: number; revision: number },
): { set: ConversationChange; again: Again } {
  const { org_id: orgId, id: conversationId, channel, analysis_id, warnings } = conversation
  const run = newId()
  const { from } = given
  const outdated = (text: string) =>
    text.startsWith(rerunFailed) || (from === 'transcribe' && text.startsWith('Not transcribed: '))
  const set: ConversationChange = {
    version: given.version,
    warnings: warnings.filter((text) => !outdated(text)),
    // Its place among those that wait for a transcription: a run that needs none does not stand there.
    ...(channel === 'chat' || from === 'transcribe' ? { queue_tag: given.tag } : {}),
    ...(analysis_id === null
      ? { status: 'queued' as const, failure: null }
      : { rerun: { id: run, from, at: new Date().toISOString(), by: by.actor } }),
  }
  return { set, again: { orgId, conversationId, channel, run, ...given } }
}

/** @throws Problem('conflict', 'under_way') that says where it is */
export async function requireIdle(tx: Tx, conversation: Conversation, { orCorrected = false } = {}): Promise<void> {
  const { org_id, id, status, rerun } = conversation
  const isIdle = status === 'completed' || status === 'failed'
  if (isIdle && (rerun === null || (orCorrected && rerun.from === 'analyse'))) return
  const running = (await listStages(tx, org_id, id)).find((one) => one.status === 'running')
  const where = running ? `in the stage "${running.name}"` : 'waiting for its turn'
  const detail = `It is being worked on: ${where}. Try again when that is done.`
  throw new Problem('conflict', 'under_way', detail, { facts: { status, stage: running?.name ?? null, rerun } })
}

/**
 * Begun runs are added to `begun`, for whoever enqueues them in the same transaction.
 * @throws Problem('conflict', 'under_way' | 'no_transcript_yet' | 'edited_transcript'),
 *   Problem('invalid', 'nothing_to_transcribe')
 */
export const rerunWork =
  (by: Principal, given: { from: From; replacesEdits: boolean }, tag: () => number, begun: Again[]): Work =>
  async (conversation, tx) => {
    await requireIdle(tx, conversation)
    const { org_id: orgId, id: conversationId, channel, transcript_revision: revision, version } = conversation
    const { from } = given
    if (from === 'transcribe' && channel === 'chat') {
      throw new Problem('invalid', 'nothing_to_transcribe', 'A chat is not transcribed. Send from: analyse.')
    }
    if (revision === null && from === 'analyse') {
      throw new Problem('conflict', 'no_transcript_yet', 'It has no transcript to analyse. Send from: transcribe.')
    }
    if (revision !== null && from === 'transcribe' && !given.replacesEdits) {
      const { source } = await requireTranscript(tx, { orgId, conversationId, revision })
      if (source === 'edited') {
        const detail =
          'People have corrected this transcript. A new one takes its place, though theirs can be restored: send replace_edits: true if that is meant.'
        throw new Problem('conflict', 'edited_transcript', detail, { facts: { revision } })
      }
    }
    // A new transcript is a new revision: none is ever overwritten.
    const next = from === 'transcribe' ? version + 1 : version
    const { set, again } = beginRun(by, conversation, {
      from,
      tag: tag(),
      version: next,
      revision: from === 'transcribe' ? next : (revision as number),
    })
    begun.push(again)
    return { set, changed: [], action: 'conversation.reprocess', data: { from } }
  }
