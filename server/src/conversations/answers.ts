// The answers of the conversation routes as schemas, for the API reference. A test checks that real answers match them.

import { type TSchema, Type } from 'typebox'
import { besideAnswer } from './annotations/beside.ts'

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const text = Type.String()
const time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' })
const seconds = orNull(Type.Number({ description: 'Seconds; null until known' }))
const anything = Type.Object({}, { additionalProperties: true })
const status = Type.Union(
  ['awaiting_upload', 'queued', 'processing', 'completed', 'failed'].map((s) => Type.Literal(s)),
)
const sentiment = orNull(Type.Union(['negative', 'neutral', 'positive'].map((label) => Type.Literal(label))))
const direction = orNull(Type.Union(['inbound', 'outbound', 'internal'].map((way) => Type.Literal(way))))
const failure = orNull(Type.Object({ code: text, reason: text, stage: orNull(text) }))
const seq = Type.Integer({ description: 'Position in the order of change of the organisation' })
const metric = Type.Object({
  value: Type.Union([Type.Number(), text, Type.Boolean(), Type.Null()]),
  status: Type.Union(['ok', 'partial', 'not_computable'].map((one) => Type.Literal(one))),
  formula: Type.String({ examples: ['agent_talk_share@1'] }),
  unit: text,
  reason: Type.Optional(text),
})

const idOf = (noun: 'call' | 'chat'): Record<string, TSchema> => ({
  [`${noun}_id`]: Type.String({
    examples: [`${noun === 'chat' ? 'vela_chat_' : ''}01981f0e-6a53-7c41-9d0b-3f6f2b6f1c55`],
  }),
})

const agent = Type.Object({
  agent_id: orNull(text),
  name: orNull(text),
  email: orNull(text),
  team: orNull(text),
  department: orNull(text),
})

const pageKeys = {
  total: Type.Integer({ description: 'How many there are; counted up to 100,000' }),
  total_is_exact: Type.Boolean({ description: 'False: there are more than `total`' }),
  limit: Type.Integer(),
  offset: Type.Integer(),
  next_cursor: orNull(Type.String({ description: '`cursor` of the next page; null after the last' })),
}

export const listAnswer = (noun: 'call' | 'chat') =>
  Type.Object({
    [`${noun}s`]: Type.Array(
      Type.Object({
        ...idOf(noun),
        agent: orNull(text),
        date: time,
        duration: seconds,
        topic: orNull(text),
        sentiment,
        status,
        direction,
        tags: Type.Array(text),
        external_id: orNull(text),
        updated_at: time,
        seq,
      }),
    ),
    ...pageKeys,
  })

const details = { duration: seconds, silent_time: seconds, topic: orNull(text), sentiment }
const message = Type.Object({
  sender: Type.String({ description: "The client's own word" }),
  role: text,
  message: text,
  timestamp: orNull(time),
  sentiment,
  language: orNull(text),
})

export const detailAnswer = (noun: 'call' | 'chat') =>
  Type.Object({
    ...idOf(noun),
    status,
    agent,
    call_details: Type.Object(noun === 'chat' ? { ...details, response_time: seconds } : details),
    ...(noun === 'chat'
      ? {
          chat_details: Type.Object({ ...details, response_time: seconds }),
          response_time: seconds,
          messages: Type.Array(message),
        }
      : {}),
    transcript: orNull(Type.String({ description: 'One line a turn; null until there is one' })),
    analytics: Type.Object({ keywords: Type.Array(text), intents: Type.Array(text), pain_points: Type.Array(text) }),
    summary: orNull(text),
    date: time,
    direction,
    tags: Type.Array(text),
    metadata: anything,
    warnings: Type.Array(text),
    failure,
    updated_at: time,
    seq,
    links: anything,
  })

const row = {
  id: Type.String({ format: 'uuid' }),
  channel: Type.Union([Type.Literal('voice'), Type.Literal('chat')]),
  direction,
  status,
  source: text,
  external_id: orNull(text),
  version: Type.Integer({
    description: 'Rises when it is sent again with other content, corrected, or transcribed once more',
  }),
  started_at: time,
  ended_at: orNull(time),
  duration_ms: orNull(Type.Integer()),
  language: orNull(text),
  sentiment,
  agent,
  customer: Type.Object({ ref: orNull(text) }),
  caller_number: orNull(text),
  called_number: orNull(text),
  tags: Type.Array(text),
  reviewed_at: orNull(time),
  reviewed_by: orNull(Type.String({ description: '`user:…` or `key:…`' })),
  is_masked: Type.Boolean({ description: 'Personal data was replaced by placeholders; nothing can be corrected' }),
  reprocessing: orNull(
    Type.Object(
      { from: text, at: time, by: text },
      { description: 'It is being analysed once more: what was found before is shown until that is done' },
    ),
  ),
  metadata: anything,
  warnings: Type.Array(text),
  failure,
  received_at: time,
  completed_at: orNull(time),
  updated_at: time,
  seq,
}

export const turnAnswer = Type.Object({
  id: text,
  index: Type.Integer(),
  participant_id: text,
  role: text,
  start_ms: Type.Number(),
  end_ms: Type.Number(),
  text,
  language: orNull(text),
  language_confidence: orNull(Type.Number()),
  confidence: orNull(Type.Number()),
  sentiment: orNull(Type.Object({ label: text, score: Type.Number(), confidence: Type.Number() })),
  edited: Type.Optional(Type.Literal(true, { description: 'A person corrected it' })),
  sentiment_reason: Type.Optional(orNull(Type.String({ description: 'Why `sentiment` is null' }))),
  words: Type.Array(Type.Object({ w: text, s: Type.Number(), e: Type.Number(), c: orNull(Type.Number()) })),
})

export const rowAnswer = Type.Object(row)
export const rowsAnswer = Type.Object({ conversations: Type.Array(Type.Object(row)), ...pageKeys })

export const conversationAnswer = Type.Object({
  ...row,
  participants: Type.Array(anything),
  recording: orNull(anything),
  transcript: orNull(
    Type.Object({ revision: Type.Integer(), source: text, engine: orNull(anything), turns: Type.Array(turnAnswer) }),
  ),
  analysis: orNull(
    Type.Object({
      id: text,
      transcript_revision: Type.Integer({ description: 'Of the transcript that it is about' }),
      provenance: anything,
      languages: Type.Array(Type.Object({ tag: text, share: Type.Number({ description: '0 to 1' }) })),
      sentiment: anything,
      keywords: anything,
      summary: anything,
      created_at: time,
    }),
  ),
  annotations: besideAnswer,
  metrics: Type.Record(Type.String(), metric),
  stages: Type.Array(
    Type.Object({
      name: text,
      status: text,
      attempt: Type.Integer(),
      started_at: time,
      ended_at: orNull(time),
      error: orNull(Type.Object({ code: text, reason: text })),
    }),
  ),
  links: anything,
})
