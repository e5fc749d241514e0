// From what is stored to what a transcript export needs.

import type { Dossier } from './dossier.ts'
import { agentName } from './people.ts'
import type { TranscriptExport } from './transcript-exports/index.ts'

export function toExport({ conversation, agent, recording, transcript, analysis, turns }: Dossier): TranscriptExport {
  const { id, channel, direction, duration_ms, language } = conversation
  const summary = analysis?.summary
  return {
    conversation: {
      id,
      channel,
      direction,
      started_at: conversation.started_at.toISOString(),
      created_at: conversation.received_at.toISOString(),
      updated_at: conversation.updated_at.toISOString(),
      duration_ms,
      language: analysis?.languages[0]?.tag ?? language,
    },
    participants: (transcript?.participants ?? []).map((participant) => ({
      ...participant,
      name: participant.name ?? (participant.role === 'agent' ? agentName(agent, conversation.agent_given) : null),
      email: participant.role === 'agent' ? (agent?.email ?? null) : null,
      tel: participant.role === 'customer' ? telOf(conversation) : null,
    })),
    turns,
    recording: recording
      ? {
          url: `/v1/conversations/${id}/recording`,
          content_type: recording.content_type,
          filename: recording.file_name,
          hashes: [{ algorithm: 'sha256', hex: recording.sha256 }],
          duration_ms: Number(recording.duration_ms ?? 0),
        }
      : null,
    speech_engine: transcript?.engine ?? null,
    summary: summary?.status === 'ok' ? { text: summary.value.short, engine: summary.engine } : null,
    sentiment_engine: analysis?.provenance ?? null,
  }
}

const telOf = ({ direction, caller_number, called_number }: Dossier['conversation']) =>
  direction === 'outbound' ? called_number : caller_number
