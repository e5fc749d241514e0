// What the world is told of a conversation: the data of its events, built from its rows.

import type { ConversationEventData, EventType, NewEvent } from '../events/index.ts'
import type { DbOrTx } from '../platform/db/db.ts'
import type { Arrived, Conversation } from './conversations.ts'
import type { Analysis } from './findings.ts'
import type { Agent } from './people.ts'
import { getAgent } from './people.ts'

const noun = { voice: 'call', chat: 'chat' } as const

/** The id as the chat routes show it. */
export const chatId = (id: string): string => `vela_chat_${id}`

/** The id that a client sent back, with or without the prefix of chats. */
export const conversationIdOf = (shown: string): string => shown.replace(/^vela_chat_/, '')

export function arrivalEvent(arrived: Arrived, isUpdate: boolean): NewEvent {
  const type: EventType = `${noun[arrived.channel]}.${isUpdate ? 'updated' : 'received'}`
  const { agent_given } = arrived
  const data = dataOf(
    { ...arrived, duration_ms: null, failure: null, sentiment: null, started_at: new Date(arrived.started_at) },
    { name: agent_given?.name ?? null, email: agent_given?.email ?? null },
    null,
  )
  return { orgId: arrived.org_id, seq: arrived.seq, type, conversationId: arrived.id, data }
}

/** `completed` or `failed`, by the conversation's status; `deleted` when asked for. */
export async function closingEvent(
  db: DbOrTx,
  conversation: Conversation,
  analysis: Analysis | null,
  status: 'completed' | 'failed' | 'deleted' = conversation.status === 'completed' ? 'completed' : 'failed',
): Promise<NewEvent> {
  const { org_id: orgId, seq, id: conversationId, channel, agent_id } = conversation
  const agent = agent_id ? await getAgent(db, orgId, agent_id) : null
  const data = { ...dataOf(conversation, agent ?? conversation.agent_given, analysis), status }
  return { orgId, seq, type: `${noun[channel]}.${status}`, conversationId, data }
}

type Told = Pick<
  Conversation,
  | 'id'
  | 'channel'
  | 'status'
  | 'agent_id'
  | 'duration_ms'
  | 'failure'
  | 'sentiment'
  | 'started_at'
  | 'caller_number'
  | 'called_number'
>

function dataOf(
  told: Told,
  agent: Pick<Partial<Agent>, 'name' | 'email'> | null,
  analysis: Analysis | null,
): ConversationEventData {
  const { id, failure, duration_ms } = told
  const path = `/v1/conversations/${id}`
  const facts = {
    conversation_id: id,
    status: told.status,
    agent: agent?.name ?? agent?.email ?? null,
    agent_id: told.agent_id,
    agent_email: agent?.email ?? null,
    started_at: told.started_at.toISOString(),
    duration: duration_ms === null ? null : duration_ms / 1000,
    languages: analysis?.languages.map(({ tag }) => tag) ?? [],
    sentiment: told.sentiment,
    sentiment_score: analysis?.sentiment.overall.score ?? null,
    topic: null,
    summary: analysis?.summary.value?.short ?? null,
    keywords: analysis?.keywords.value?.map(({ text }) => text) ?? [],
    failure: failure ? { code: failure.code, message: failure.reason } : null,
  }
  const transcript = analysis ? `${path}/transcript` : null
  if (told.channel === 'chat') {
    const response = analysis?.metrics.avg_response_time?.value ?? null
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
