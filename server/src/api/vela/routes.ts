// Vela's upload paths, all of its history: one handler for each concept, whatever the path and the encoding.

import { Type } from 'typebox'
import type { Doors } from '../../ingest/index.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { callAnswer, chatAnswer } from './translate.ts'

const tag = 'Uploads'
const metadata = Type.Optional(
  Type.Union([Type.Object({}, { additionalProperties: true }), Type.String()], {
    description: 'An object, or its JSON as a string',
  }),
)
const orgId = Type.Optional(Type.String({ description: "Absent: the key's organisation" }))
const everyKind: Route['bodyKinds'] = ['json', 'urlencoded', 'multipart']

export function velaRoutes({ doors }: { doors: Doors }): Route[] {
  const presigned = (method: 'GET' | 'POST') =>
    route({
      method,
      paths: ['/asr/async/upload/vela'],
      summary: 'Ask for an upload ticket: a URL and the fields to post to it with the file',
      description:
        'Fields of both signature versions are given; either subset is accepted. With a `file` part the recording is taken in at once.',
      tag,
      auth: 'key',
      bodyKinds: everyKind,
      ...(method === 'POST' ? { body: Type.Object({ org_id: orgId, metadata }) } : {}),
      answers: { 200: { description: '`{fields, url, call_id, voice_id, minute_allocation, warnings}`' } },
      handle: (call) => doors.giveTicket(call),
    })

  return [
    presigned('POST'),
    presigned('GET'),
    route({
      method: 'POST',
      paths: ['/v1/calls/upload'],
      summary: 'Send a call by URL, by upload ticket, or as a file',
      description:
        'With `file_url` the recording is fetched in the background through a guarded client. A local path answers an upload ticket. A multipart `file` is taken in at once.',
      tag,
      auth: 'key',
      bodyKinds: everyKind,
      body: Type.Object({
        org_id: orgId,
        agent_email: Type.Optional(Type.String()),
        call_date: Type.Optional(Type.String()),
        file_url: Type.Optional(Type.String()),
        metadata,
      }),
      answers: { 200: { description: '`{call_id, status, estimated_completion, warnings}`' } },
      handle: (call) => doors.takeCall(call, callAnswer),
    }),
    route({
      method: 'POST',
      paths: [
        '/v1/chats/upload',
        '/chat/upload/vela',
        '/chats/upload/vela',
        '/chats/vela',
        '/v1/chat/upload',
        '/api/chats',
      ],
      summary: 'Send a chat',
      description: 'Exactly one of `chat_data`, `chats`, `messages` and `conversation`, as JSON or as a JSON string.',
      tag,
      auth: 'key',
      bodyKinds: everyKind,
      body: Type.Object({
        org_id: orgId,
        chat_data: Type.Optional(Type.Object({}, { additionalProperties: true })),
        chats: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
        messages: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
        metadata,
      }),
      answers: {
        200: {
          description: '`{status, message, chat_id, id, upload_id, processing_status, estimated_completion, warnings}`',
        },
      },
      handle: (call) => doors.takeChat(call, chatAnswer(call.path)),
    }),
  ]
}
