// Vela's upload paths, all of its history: one handler for each concept, whatever the path and the encoding.

import type { Doors } from '../../ingest/index.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { callAnswerSchema, callBody, chatAnswerSchema, chatBody, ticketAnswer, ticketBody } from './schemas.ts'
import { callAnswer, chatAnswer } from './translate.ts'

const tag = 'Uploads'
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
      auth: 'calls:write',
      bodyKinds: everyKind,
      ...(method === 'POST' ? { body: ticketBody } : {}),
      answers: { 200: { description: 'The ticket', schema: ticketAnswer } },
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
      auth: 'calls:write',
      bodyKinds: everyKind,
      body: callBody,
      answers: { 200: { description: 'Taken in, or a ticket for it', schema: callAnswerSchema } },
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
      auth: 'calls:write',
      bodyKinds: everyKind,
      body: chatBody,
      answers: { 200: { description: 'Taken in', schema: chatAnswerSchema } },
      handle: (call) => doors.takeChat(call, chatAnswer(call.path)),
    }),
  ]
}
