// A line of an NDJSON export: the conversation with its agent and all that was found in it, nested as it is.

import type { ExportRow } from '../../conversations/index.ts'

export function conversationJson({ conversation, agent, agentName, analysis }: ExportRow): Record<string, unknown> {
  const { agent_given, team, department } = conversation
  return {
    id: conversation.id,
    channel: conversation.channel,
    direction: conversation.direction,
    status: conversation.status,
    source: conversation.source,
    external_id: conversation.external_id,
    version: conversation.version,
    started_at: conversation.started_at,
    ended_at: conversation.ended_at,
    duration_ms: conversation.duration_ms,
    language: conversation.language,
    agent: {
      agent_id: agent?.id ?? null,
      name: agentName,
      email: agent?.email ?? agent_given?.email ?? null,
      external_id: agent?.external_id ?? null,
      team: team ?? agent?.team ?? null,
      department: department ?? agent?.department ?? null,
    },
    customer: { ref: conversation.customer_ref },
    caller_number: conversation.caller_number,
    called_number: conversation.called_number,
    tags: conversation.tags,
    metadata: conversation.metadata,
    sentiment: analysis?.sentiment ?? null,
    languages: analysis?.languages ?? [],
    summary: analysis?.summary ?? null,
    keywords: analysis?.keywords ?? null,
    metrics: analysis?.metrics ?? {},
    provenance: analysis?.provenance ?? null,
    warnings: conversation.warnings,
    failure: conversation.failure,
    is_masked: conversation.is_masked === true,
    received_at: conversation.received_at,
    completed_at: conversation.completed_at,
    updated_at: conversation.updated_at,
    seq: conversation.seq,
  }
}
