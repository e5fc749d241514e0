// Measure: the figures that need only who spoke or wrote when.

import { changeConversation, requireTranscript } from '../../conversations/index.ts'
import { measureCall, measureChat } from '../metrics/index.ts'
import type { Stage } from '../stage.ts'
import type { AudioFacts } from './decode.ts'

export const measure: Stage = async ({ db, conversation, revision, resultOf }) => {
  const { org_id: orgId, id } = conversation
  const { participants, turns } = await requireTranscript(db, { orgId, conversationId: id, revision })
  if (conversation.channel === 'chat') {
    const durationMs = turns.at(-1)?.start_ms ?? 0
    return {
      status: 'ok',
      result: measureChat({ turns }),
      write: (tx) => changeConversation(tx, { orgId, id }, { transcript_revision: revision, duration_ms: durationMs }),
    }
  }
  const { durationMs, channelCheck, channels } = await resultOf<AudioFacts>('decode')
  return { status: 'ok', result: measureCall({ durationMs, channelCheck, channels, participants, turns, holds: null }) }
}
