// Diarise: who said what when. Writes the transcript.

import { findOrg } from '../../access/index.ts'
import { changeConversation, putTranscripts } from '../../conversations/index.ts'
import type { Stage } from '../stage.ts'
import { mergeTurns } from '../turns/turns.ts'
import type { AudioFacts } from './decode.ts'
import type { Transcription } from './transcribe.ts'

export const diarise: Stage = async ({ db, conversation, revision, resultOf, agentChannelDefault }) => {
  const audio = await resultOf<AudioFacts>('decode')
  const { engine, speech } = await resultOf<Transcription>('transcribe')
  const { metadata, org_id, id } = conversation
  const org = await findOrg(db, org_id)
  const { participants, turns, warnings } = mergeTurns({
    audio,
    speech,
    metadata,
    agentChannelDefault: org?.settings.agent_channel ?? agentChannelDefault,
  })
  return {
    status: 'ok',
    result: { turns: turns.length, participants: participants.length },
    warnings,
    write: async (tx) => {
      await putTranscripts(tx, [{ org_id, conversation_id: id, revision, source: 'asr', engine, participants, turns }])
      const duration_ms = Math.round(audio.durationMs)
      // What is shown goes together: of one that has findings, the words change when the new findings are there.
      const shown = conversation.rerun ? {} : { transcript_revision: revision }
      await changeConversation(tx, { orgId: org_id, id }, { ...shown, duration_ms })
    },
  }
}
