// Events of calls and chats. They are named by channel: `<channel>.received` comes at the door, `completed` or `failed`
// at the end. What fills them in is conversations/announcements.ts.

import { type Static, Type } from 'typebox'
import { declare, oneOf, orNull, text, time, uuid } from './declaration.ts'

/** Every key is always there, null or empty where nothing is known (yet), so that receivers need no checks. */
const conversation = {
  conversation_id: uuid,
  status: Type.String({ description: '`queued`, `completed`, `failed`, `deleted`' }),
  agent: orNull(text, 'Name'),
  agent_id: orNull(text),
  agent_email: orNull(text),
  started_at: orNull(time),
  duration: orNull(Type.Number(), 'Seconds'),
  languages: Type.Array(text, { description: 'BCP 47 tags, the most used first' }),
  sentiment: orNull(oneOf(['negative', 'neutral', 'positive'])),
  sentiment_score: orNull(Type.Number(), '-1 to 1'),
  topic: orNull(text),
  summary: orNull(text),
  keywords: Type.Array(text),
  failure: orNull(Type.Object({ code: text, message: text }), 'Why processing failed, in words for people'),
  changed: Type.Array(text, {
    description:
      'Of `updated`: `content`, `transcript`, `findings`, `agent`, `tags`, `review`, `warnings`; empty in all others',
  }),
}

const links = {
  self: text,
  transcript: orNull(text, 'The transcript travels by reference only'),
}

const callData = Type.Object({
  call_id: uuid,
  ...conversation,
  caller_number: orNull(text),
  called_number: orNull(text),
  links: Type.Object({ ...links, recording: Type.Optional(orNull(text)) }),
})

const chatData = Type.Object({
  chat_id: text,
  ...conversation,
  response_time: orNull(Type.Number(), 'Average, seconds'),
  links: Type.Object(links),
})

export type CallEventData = Static<typeof callData>
export type ChatEventData = Static<typeof chatData>

const id = '0199b1f2-1111-7abc-8def-000000000001'

const common = {
  conversation_id: id,
  status: 'completed',
  agent: 'Agent One',
  agent_id: '0199b1f2-3333-7abc-8def-000000000003',
  agent_email: 'agent.one@example.com',
  started_at: '2026-03-05T09:00:00.000Z',
  languages: ['en'],
  sentiment: 'negative',
  sentiment_score: -0.6,
  topic: null,
  summary: 'The customer asks for a refund.',
  keywords: ['refund', 'invoice'],
  failure: null,
  changed: [],
} as const

const call: CallEventData = {
  call_id: id,
  ...common,
  languages: ['en'],
  keywords: [...common.keywords],
  changed: [],
  duration: 61.5,
  caller_number: '+27215550100',
  called_number: '+27215550199',
  links: {
    self: `/v1/conversations/${id}`,
    transcript: `/v1/conversations/${id}/transcript`,
    recording: `/v1/conversations/${id}/recording`,
  },
}

const chat: ChatEventData = {
  chat_id: `vela_chat_${id}`,
  ...common,
  languages: ['en'],
  keywords: [...common.keywords],
  changed: [],
  duration: 240,
  response_time: 12.5,
  links: { self: `/v1/conversations/${id}`, transcript: `/v1/conversations/${id}/transcript` },
}

/** Before anything was found in it. */
const unknown = {
  status: 'queued',
  agent: null,
  agent_id: null,
  agent_email: null,
  duration: null,
  languages: [],
  sentiment: null,
  sentiment_score: null,
  summary: null,
  keywords: [],
}
const failure = { code: 'no_audio', message: 'The file holds no audio.' }

const when = {
  received: 'has come in and waits for its turn. Nothing is known of its content yet.',
  completed: 'has been analysed: transcript and findings are there.',
  failed: 'could not be analysed; `failure` says why. It can be sent again.',
  updated:
    'has changed; `changed` says what of it. With `content` it was sent once more, and will be analysed anew: `completed` or `failed` follows.',
  deleted: 'was deleted with all that was found in it. What earlier events said of it is not kept.',
}

const aboutCall = <const Name extends string>(type: Name, what: keyof typeof when, example: Partial<CallEventData>) =>
  declare({
    type,
    version: '1',
    scope: 'conversation',
    description: `A call ${when[what]}`,
    subject: 'conversation_id',
    data: callData,
    example: { ...call, ...example },
  })

const aboutChat = <const Name extends string>(type: Name, what: keyof typeof when, example: Partial<ChatEventData>) =>
  declare({
    type,
    version: '1',
    scope: 'conversation',
    description: `A chat ${when[what]}`,
    subject: 'conversation_id',
    data: chatData,
    example: { ...chat, ...example },
  })

const newCall = { ...unknown, links: { ...call.links, transcript: null } }
const newChat = { ...unknown, response_time: null, links: { ...chat.links, transcript: null } }
const goneCall = { ...newCall, status: 'deleted', caller_number: null, called_number: null }

export const conversationEvents = [
  aboutCall('call.received', 'received', newCall),
  aboutCall('call.completed', 'completed', {}),
  aboutCall('call.failed', 'failed', { ...newCall, status: 'failed', failure }),
  aboutCall('call.updated', 'updated', { ...newCall, changed: ['content'] }),
  aboutCall('call.deleted', 'deleted', goneCall),
  aboutChat('chat.received', 'received', newChat),
  aboutChat('chat.completed', 'completed', {}),
  aboutChat('chat.failed', 'failed', { ...newChat, status: 'failed', failure }),
  aboutChat('chat.updated', 'updated', { ...newChat, changed: ['content'] }),
  aboutChat('chat.deleted', 'deleted', { ...newChat, status: 'deleted' }),
] as const
