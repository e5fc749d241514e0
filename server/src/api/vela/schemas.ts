// Bodies and answers of the upload routes, for the API reference. Bodies are read more tolerantly than shown here.

import { type TSchema, Type } from 'typebox'

const text = Type.String()
const optional = Type.Optional(text)
const anything = Type.Object({}, { additionalProperties: true })
const orgId = Type.Optional(Type.String({ description: "Absent: the key's organisation" }))
const metadata = Type.Optional(
  Type.Union([anything, text], {
    description: 'An object, or its JSON as a string. Keys that are not known are kept with the conversation.',
  }),
)

export const ticketBody = Type.Object(
  { org_id: orgId, metadata },
  { examples: [{ metadata: { email: 'agent.one@example.com', date_of_call: '15/01/2025, 10:30:00' } }] },
)

export const ticketAnswer = Type.Object(
  {
    fields: Type.Record(Type.String(), Type.String(), {
      description: 'To be posted to `url` before the file: key, policy and the signatures of both versions',
    }),
    url: text,
    call_id: text,
    voice_id: Type.Optional(text),
    warnings: Type.Array(text),
  },
  { additionalProperties: true },
)

export const callBody = Type.Object(
  { org_id: orgId, agent_email: optional, call_date: optional, file_url: optional, metadata },
  {
    examples: [
      {
        agent_email: 'agent.one@example.com',
        call_date: '2025-01-15T10:30:00Z',
        file_url: 'https://recordings.example.com/call.wav',
        metadata: { customer_id: 'customer_789', call_type: 'support' },
      },
    ],
  },
)

const accepted = {
  status: text,
  estimated_completion: Type.String({ format: 'date-time' }),
  duplicate: Type.Boolean({ description: 'The same was sent before; nothing was stored again' }),
  warnings: Type.Array(Type.String({ description: 'What was guessed, or could not be used' })),
}

export const callAnswerSchema = Type.Object({ call_id: text, ...accepted }, { additionalProperties: true })

const messages: TSchema = Type.Optional(Type.Array(anything))

export const chatBody = Type.Object(
  { org_id: orgId, chat_data: Type.Optional(anything), chats: messages, messages, conversation: messages, metadata },
  {
    examples: [
      {
        messages: [
          { sender: 'customer', message: 'Where is my parcel?', timestamp: '2025-01-15T10:30:00Z' },
          { sender: 'agent', message: 'It is on its way.', timestamp: '2025-01-15T10:30:40Z' },
        ],
      },
    ],
  },
)

export const chatAnswerSchema = Type.Object({
  message: text,
  chat_id: Type.String({ examples: ['vela_chat_01981f0e-6a53-7c41-9d0b-3f6f2b6f1c55'] }),
  id: text,
  upload_id: text,
  processing_status: text,
  ...accepted,
})
