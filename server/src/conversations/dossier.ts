// Everything that is known of one conversation, read together: the row, its agent, transcript, findings and recording.

import type { DbOrTx } from '../platform/db/db.ts'
import { type Conversation, requireConversation } from './conversations.ts'
import { getAnalysis, type StoredAnalysis } from './findings.ts'
import { agentAsIn, recordingAsIn } from './masks.ts'
import { type Agent, getAgent } from './people.ts'
import { type Viewer, wholeOrg } from './reach.ts'
import { getRecording, type Recording } from './recordings.ts'
import type { Channel, Turn } from './shapes.ts'
import { getTranscript, type Transcript } from './transcripts.ts'

export type Dossier = {
  conversation: Conversation
  agent: Agent | null
  recording: Recording | null
  transcript: Transcript | null
  analysis: StoredAnalysis | null
  /** The transcript's turns with what was found in each; empty before the transcript is there. */
  turns: Turn[]
}

/**
 * Within the viewer's reach, and as they may see it. Every door that shows a conversation reads it here or in a list.
 * @throws Problem('not_found') as requireConversation does
 */
export async function readDossier(db: DbOrTx, by: Viewer, id: string, channel?: Channel): Promise<Dossier> {
  const { orgId } = by
  const conversation = await requireConversation(db, by, id, channel)
  const { agent_id, analysis_id, transcript_revision, version } = conversation
  // A chat's words are there from the start; a call's come with its transcript.
  const revision = transcript_revision ?? (conversation.channel === 'chat' ? version : null)
  const [agent, recording, transcript, analysis] = await Promise.all([
    agent_id ? getAgent(db, wholeOrg(orgId), agent_id) : null,
    getRecording(db, orgId, id),
    revision === null ? null : getTranscript(db, { orgId, conversationId: id, revision }),
    analysis_id ? getAnalysis(db, orgId, id, analysis_id) : null,
  ])
  return {
    conversation,
    agent: agentAsIn(conversation, agent),
    recording: recordingAsIn(conversation, recording),
    transcript,
    analysis,
    turns: understood(transcript, analysis),
  }
}

function understood(transcript: Transcript | null, analysis: StoredAnalysis | null): Turn[] {
  // What was found in another revision is not said of this one: the same id may be another turn there.
  const found = analysis?.transcript_revision === transcript?.revision ? analysis?.turns : []
  const findings = new Map(found?.map((one) => [one.id, one]))
  return (transcript?.turns ?? []).map((turn) => {
    const found = findings.get(turn.id)
    if (!found) return turn
    return {
      ...turn,
      language: turn.language ?? found.language?.tag ?? null,
      language_confidence: turn.language ? turn.language_confidence : (found.language?.confidence ?? null),
      sentiment: found.sentiment,
      sentiment_reason: found.sentiment_reason,
    }
  })
}
