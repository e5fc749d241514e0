// What the world is told of a conversation: the data of its events, built from its rows.

import type { ConversationEvent, ConversationEventData, ConversationEventType } from '../events/index.ts'
import { chatId } from './conversation-id.ts'
import type { Arrived, Conversation } from './conversations.ts'
import type { Analysis } from './findings.ts'
import { type Agent, agentName } from './people.ts'

const noun = { voice: 'call', chat: 'chat' } as const

export function arrivalEvent(arrived: Arrived, isUpdate: boolean): ConversationEvent {
  const type: ConversationEventType = `${noun[arrived.channel]}.${isUpdate ? 'updated' : 'received'}`
  const started_at = new Date(arrived.started_at)
  const told = { ...arrived, duration_ms: null, failure: null, sentiment: null, started_at }
  const data = dataOf(told, null, null, isUpdate ? ['content'] : [])
  return { orgId: arrived.org_id, seq: arrived.seq, type, conversationId: arrived.id, data }
}

/** `completed` or `failed`, by the conversation's status. */
export function closingEvent(
  conversation: Conversation,
  agent: Agent | null,
  analysis: Analysis | null,
): ConversationEvent {
  const { org_id: orgId, seq, id: conversationId, channel } = conversation
  const status = conversation.status === 'completed' ? 'completed' : 'failed'
  const data = { ...dataOf(conversation, agent, analysis), status }
  return { orgId, seq, type: `${noun[channel]}.${status}`, conversationId, data }
}

/** What of a conversation is another than it was. */
export type Changed = 'transcript' | 'findings' | 'agent' | 'tags' | 'review' | 'warnings'

export function updateEvent(
  conversation: Conversation,
  agent: Agent | null,
  analysis: Analysis | null,
  changed: Changed[],
): ConversationEvent {
  const { org_id: orgId, seq, id: conversationId, channel } = conversation
  const data = dataOf(conversation, agent, analysis, changed)
  return { orgId, seq, type: `${noun[channel]}.updated`, conversationId, data }
}

/** Tells which conversation is gone, and nothing of what was in it. */
export function deletionEvent(conversation: Conversation, seq: number): ConversationEvent {
  const { org_id: orgId, id: conversationId, channel } = conversation
  const nothing = { agent_id: null, agent_given: null, failure: null, sentiment: null }
  const told = { ...conversation, ...nothing, caller_number: null, called_number: null }
  const data = { ...dataOf(told, null, null), status: 'deleted' }
  return { orgId, seq, type: `${noun[channel]}.deleted`, conversationId, data }
}

type Told = Pick<
  Conversation,
  | 'id'
  | 'channel'
  | 'status'
  | 'agent_id'
  | 'agent_given'
  | 'duration_ms'
  | 'failure'
  | 'sentiment'
  | 'started_at'
  | 'caller_number'
  | 'called_number'
>

function dataOf(
  told: Told,
  agent: Pick<Agent, 'name' | 'email'> | null,
  analysis: Analysis | null,
  changed: string[] = [],
): ConversationEventData {
  const { id, failure, duration_ms, agent_given } = told
  const path = `/v1/conversations/${id}`
  const facts = {
    conversation_id: id,
    status: told.status,
    agent: agentName(agent, agent_given),
    agent_id: told.agent_id,
    agent_email: agent?.email ?? agent_given?.email ?? null,
    started_at: told.started_at.toISOString(),
    duration: duration_ms === null ? null : duration_ms / 1000,
    languages: analysis?.languages.map(({ tag }) => tag) ?? [],
    sentiment: told.sentiment,
    sentiment_score: analysis?.sentiment.overall.score ?? null,
    topic: null,
    summary: analysis?.summary.value?.short ?? null,
    keywords: analysis?.keywords.value?.map(({ text }) => text) ?? [],
    failure: failure ? { code: failure.code, message: failure.reason } : null,
    changed,
  }
  const transcript = analysis ? `${path}/transcript` : null
  if (told.channel === 'chat') {
    const response = analysis?.metrics.vela_response_time?.value ?? null
    return {
      chat_id: chatId(id),
      ...facts,
      response_time: typeof response === 'number' ? response : null,
      links: { self: path, transcript },
    }
  }
  const { caller_number, called_number } = told
  return {
    call_id: id,
    ...facts,
    caller_number,
    called_number,
    links: { self: path, transcript, recording: `${path}/recording` },
  }
}
