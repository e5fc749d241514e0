// What a stream says besides events, and what a WebSocket's client may say, as schemas for asyncapi.json.

import { Type } from 'typebox'

const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const controlMessage = {
  name: 'control',
  title: 'Of the stream itself',
  summary:
    'As server-sent events they are named by `control`; `position`, `subscribed`, `pong` and `error` come over a WebSocket alone.',
  contentType: 'application/json',
  payload: Type.Object({
    control: Type.Enum(['gap', 'position', 'subscribed', 'pong', 'error', 'end']),
    after: Type.Optional(Type.Integer({ description: 'Of a gap: from where you asked' })),
    oldest_seq: Type.Optional(
      Type.Union([Type.Integer(), Type.Null()], { description: 'Of a gap: the oldest that is kept' }),
    ),
    resume_after: Type.Optional(Type.Integer({ description: 'Of a gap: from where the stream goes on' })),
    seq: Type.Optional(Type.Integer({ description: 'Of a position: you have heard of everything up to here' })),
    reason: Type.Optional(Type.String({ description: 'Of an end' })),
    retry: Type.Optional(Type.Boolean({ description: 'Of an end: whether to come back with your last id' })),
    code: Type.Optional(Type.String({ description: 'Of an error' })),
    message: Type.Optional(Type.String({ description: 'In words for people' })),
  }),
  examples: [{ name: 'gap', payload: { control: 'gap', after: 4, oldest_seq: 91, resume_after: 90 } }],
}

export const requestMessage = {
  name: 'request',
  title: 'Of a client, over a WebSocket',
  summary: 'Changes what it hears of from now on, or asks for a sign of life. At most 60 a minute, of at most 16 KiB.',
  contentType: 'application/json',
  payload: Type.Object({
    types: Type.Optional(orNull('As in the address; null for all. A list is fine too')),
    filter: Type.Optional(orNull('As in the address; null for none')),
    conversation_id: Type.Optional(orNull('As in the address; null for all')),
    ping: Type.Optional(Type.Unknown({ description: 'Comes back in a `pong`' })),
  }),
  examples: [{ name: 'filter', payload: { filter: 'sentiment = negative' } }],
}
