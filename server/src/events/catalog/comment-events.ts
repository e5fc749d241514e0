// Events of comments. Emitted by conversations/annotations/. They carry no words of the comment: those who may see the
// conversation read it there.

import { Type } from 'typebox'
import { declare, orNull, text, time, uuid } from './declaration.ts'

const commentData = Type.Object({
  comment_id: uuid,
  conversation_id: uuid,
  channel: Type.String({ description: '`voice` or `chat`' }),
  parent_id: orNull(uuid, 'The comment that it answers'),
  turn_id: orNull(text, 'The turn that it is about; null: the whole conversation'),
  start_ms: orNull(Type.Integer(), 'Where that turn begins'),
  by: Type.String({ description: '`user:…` or `key:…`' }),
  mentions: Type.Array(text, { description: '`user:…` and `agent:…`' }),
  created_at: time,
  links: Type.Object({ self: text, conversation: text }),
})

const comment_id = '0199b1f2-dddd-7abc-8def-00000000000d'
const conversation_id = '0199b1f2-1111-7abc-8def-000000000001'

export const commentEvents = [
  declare({
    type: 'comment.created',
    version: '1',
    scope: 'organisation',
    description: 'Somebody has commented on a call or chat.',
    subject: 'comment_id',
    data: commentData,
    example: {
      comment_id,
      conversation_id,
      channel: 'voice',
      parent_id: null,
      turn_id: 't4',
      start_ms: 18_400,
      by: 'user:0199b1f2-cccc-7abc-8def-00000000000c',
      mentions: ['agent:0199b1f2-3333-7abc-8def-000000000003'],
      created_at: '2026-03-05T10:00:00.000Z',
      links: {
        self: `/v1/conversations/${conversation_id}/comments`,
        conversation: `/v1/conversations/${conversation_id}`,
      },
    },
  }),
] as const
