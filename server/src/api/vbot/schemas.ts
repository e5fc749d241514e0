// Bodies and answers of vBot's routes, for the API reference. What may be in a body is decided by customer-fields.ts.

import { type TSchema, Type } from 'typebox'
import { overlapHoursMax } from '../../access/index.ts'

const text = Type.String()
const optional = Type.Optional(text)
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const callBody = Type.Object({
  file: Type.String({ format: 'binary', description: 'The recording, in any accepted audio format' }),
  caller_number: optional,
  called_number: optional,
})

export const callAnswer = Type.Object(
  { status: text, message: text, call_id: Type.String({ format: 'uuid' }) },
  {
    examples: [
      { status: 'success', message: 'Call processing started', call_id: '01981f0e-6a53-7c41-9d0b-3f6f2b6f1c55' },
    ],
  },
)

export const resultAnswer = Type.Object({
  call_id: text,
  caller_number: text,
  called_number: text,
  transcription: text,
  summary: text,
  sentiment: Type.String({ description: 'negative, neutral, positive, or empty until known' }),
  keywords: Type.String({ description: 'Separated by a comma and a space' }),
  timestamp: text,
  customer_id: Type.Integer(),
  status: text,
  failure: orNull(Type.Object({}, { additionalProperties: true })),
})

const customerFields = {
  name: text,
  company_name: optional,
  email: optional,
  is_active: Type.Optional(Type.Boolean()),
  webhook_url: optional,
  webhook_secret: optional,
  former_ids: Type.Optional(Type.Array(text, { description: 'What a hosted service called it; taken as `org_id`' })),
  settings: Type.Optional(
    Type.Object({
      time_zone: Type.Optional(Type.String({ examples: ['Africa/Johannesburg'] })),
      agent_channel: Type.Optional(Type.Integer({ minimum: 0, maximum: 1 })),
      creates_agents: Type.Optional(Type.Boolean()),
      unknown_people: Type.Optional(
        Type.Enum(['create_or_leave', 'create', 'leave', 'refuse'], {
          description: 'Of bulk loads that do not say it themselves',
        }),
      ),
      minutes_per_month: Type.Optional(orNull(Type.Integer({ minimum: 0 }))),
      chats_per_month: Type.Optional(orNull(Type.Integer({ minimum: 0 }))),
      legal_hold: Type.Optional(
        Type.Union([Type.Boolean(), text, Type.Null()], {
          description: 'While it is set, the customer cannot be deleted; a text says why',
        }),
      ),
    }),
  ),
}

export const newCustomerBody = Type.Object(customerFields, {
  examples: [{ name: 'Support', company_name: 'Example Ltd', email: 'support@example.com' }],
})

export const customerBody = Type.Object({ ...customerFields, name: optional }, { examples: [{ is_active: false }] })

export const rotationBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Number({ minimum: 0, maximum: overlapHoursMax, default: 24, description: 'The key before works so long' }),
    ),
  },
  { examples: [{ overlap_hours: 48 }] },
)

export const customerAnswer = Type.Object(
  {
    id: Type.Integer(),
    name: text,
    company_name: orNull(text),
    email: orNull(text),
    api_key: Type.String({ description: 'In clear right after it was made, masked ever after' }),
    is_active: Type.Boolean(),
    created_at: text,
    updated_at: text,
    org_id: text,
    former_ids: Type.Array(text),
    settings: Type.Object({}, { additionalProperties: true }),
  },
  { additionalProperties: true },
)

export const customersAnswer = Type.Object({ customers: Type.Array(customerAnswer) })
