// How conversations are shown over REST: the shapes of the hosted service's reference, extended and never renamed, and
// Indaba's own, fuller one.

import type { Beside } from './annotations/beside.ts'
import { chatId } from './conversation-id.ts'
import type { Conversation, Rerun } from './conversations.ts'
import type { Dossier } from './dossier.ts'
import { placeWith } from './groups.ts'
import { type Agent, agentName } from './people.ts'
import type { Playability } from './playable.ts'
import type { Recording } from './recordings.ts'
import type { Metrics, Turn } from './shapes.ts'
import type { Stage } from './stages.ts'

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000)
const iso = (at: Date | null): string | null => at?.toISOString() ?? null

function agentView(conversation: Conversation, agent: Agent | null) {
  const { agent_given } = conversation
  return {
    agent_id: agent?.id ?? null,
    name: agentName(agent, agent_given),
    email: agent?.email ?? agent_given?.email ?? null,
    ...placeWith(conversation, agent),
  }
}

const idOf = ({ channel, id }: Conversation) => (channel === 'chat' ? { chat_id: chatId(id) } : { call_id: id })

/** One line of `GET /v1/calls` and `GET /v1/chats`. */
export function listItem(conversation: Conversation, agent: Agent | null) {
  return {
    ...idOf(conversation),
    agent: agentName(agent, conversation.agent_given),
    date: conversation.started_at.toISOString(),
    duration: seconds(conversation.duration_ms),
    topic: null,
    sentiment: conversation.sentiment,
    status: conversation.status,
    direction: conversation.direction,
    tags: conversation.tags,
    external_id: conversation.external_id,
    updated_at: conversation.updated_at.toISOString(),
    seq: conversation.seq,
  }
}

/** `GET /v1/calls/{id}` and `/v1/chats/{id}`. Keys of findings are there from the start, null or empty until done. */
export function detail(dossier: Dossier) {
  const { conversation, agent, analysis, turns } = dossier
  const isChat = conversation.channel === 'chat'
  const details = {
    duration: seconds(conversation.duration_ms),
    ...(isChat ? { response_time: figure(analysis?.metrics, 'vela_response_time') } : {}),
    silent_time: figure(analysis?.metrics, 'silence_time'),
    topic: null,
    sentiment: conversation.sentiment,
  }
  return {
    ...idOf(conversation),
    status: conversation.status,
    agent: agentView(conversation, agent),
    ...(isChat ? { chat_details: details, response_time: details.response_time } : {}),
    call_details: details,
    transcript: turns.length > 0 ? spoken(turns) : null,
    ...(isChat ? { messages: turns.map(messageView) } : {}),
    analytics: { keywords: keywordsOf(dossier), intents: [], pain_points: [] },
    summary: analysis?.summary.value?.short ?? null,
    date: conversation.started_at.toISOString(),
    direction: conversation.direction,
    tags: conversation.tags,
    metadata: conversation.metadata,
    warnings: conversation.warnings,
    failure: conversation.failure,
    updated_at: conversation.updated_at.toISOString(),
    seq: conversation.seq,
    links: linksOf(conversation, dossier.recording),
  }
}

function messageView({ sender, role, text, at, sentiment, language }: Turn) {
  return {
    sender: sender ?? role,
    role,
    message: text,
    timestamp: at ?? null,
    sentiment: sentiment?.label ?? null,
    language,
  }
}

export const keywordsOf = ({ analysis }: Dossier): string[] => analysis?.keywords.value?.map(({ text }) => text) ?? []

/** The whole conversation as one text: a line a turn, the speaker's part first where it is known. */
export const spoken = (turns: Turn[]): string =>
  turns.map(({ role, text }) => (role === 'unknown' ? text : `${role}: ${text}`)).join('\n')

function figure(metrics: Metrics | undefined, id: string): number | null {
  const value = metrics?.[id]?.value
  return typeof value === 'number' ? value : null
}

function linksOf({ id }: Conversation, recording: Recording | null) {
  const self = `/v1/conversations/${id}`
  const recorded = recording
    ? { recording: `${self}/recording`, playback: `${self}/recording?variant=playback`, waveform: `${self}/waveform` }
    : { recording: null, playback: null, waveform: null }
  return { self, transcript: `${self}/transcript`, ...recorded }
}

/** `GET /v1/conversations`: the row without what is found in it. */
export function conversationRow(conversation: Conversation, agent: Agent | null) {
  return {
    id: conversation.id,
    channel: conversation.channel,
    direction: conversation.direction,
    status: conversation.status,
    source: conversation.source,
    external_id: conversation.external_id,
    version: conversation.version,
    started_at: conversation.started_at.toISOString(),
    ended_at: iso(conversation.ended_at),
    duration_ms: conversation.duration_ms,
    language: conversation.language,
    sentiment: conversation.sentiment,
    agent: agentView(conversation, agent),
    customer: { ref: conversation.customer_ref },
    caller_number: conversation.caller_number,
    called_number: conversation.called_number,
    tags: conversation.tags,
    reviewed_at: iso(conversation.reviewed_at),
    reviewed_by: conversation.reviewed_by,
    is_masked: conversation.is_masked === true,
    reprocessing: conversation.rerun && reprocessingView(conversation.rerun),
    metadata: conversation.metadata,
    warnings: conversation.warnings,
    failure: conversation.failure,
    received_at: conversation.received_at.toISOString(),
    completed_at: iso(conversation.completed_at),
    updated_at: conversation.updated_at.toISOString(),
    seq: conversation.seq,
  }
}

const reprocessingView = ({ from, at, by }: Rerun) => ({ from, at, by })

/** `GET /v1/conversations/{id}`: everything. */
export function conversationView(dossier: Dossier, stages: Stage[], playability: Playability | null, beside: Beside) {
  const { conversation, agent, recording, transcript, analysis, turns } = dossier
  return {
    ...conversationRow(conversation, agent),
    participants: transcript?.participants ?? [],
    recording: recording ? recordingView(recording, playability) : null,
    transcript: transcript
      ? { revision: transcript.revision, source: transcript.source, engine: transcript.engine, turns }
      : null,
    analysis: analysis
      ? {
          id: analysis.id,
          transcript_revision: analysis.transcript_revision,
          provenance: analysis.provenance,
          languages: analysis.languages,
          sentiment: analysis.sentiment,
          keywords: analysis.keywords,
          summary: analysis.summary,
          created_at: analysis.created_at,
        }
      : null,
    annotations: beside,
    metrics: analysis?.metrics ?? {},
    stages: stages.map(({ name, status, attempt, started_at, ended_at, error }) => ({
      name,
      status,
      attempt,
      started_at,
      ended_at,
      error,
    })),
    links: linksOf(conversation, recording),
  }
}

function recordingView(recording: Recording, playability: Playability | null) {
  const { store_key: _, org_id: _org, conversation_id: _conversation, ...facts } = recording
  return { ...facts, ...playability }
}
