// The answers of the search routes as schemas, for the API reference. A test checks that real answers match them.

import { type TSchema, Type } from 'typebox'

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const oneOf = (...words: string[]) => Type.Union(words.map((word) => Type.Literal(word)))
const text = Type.String()
const id = Type.String({ format: 'uuid' })
const time = Type.String({ format: 'date-time' })
const figure = (description: string) => orNull(Type.Number({ description }))

export const highlightAnswer = Type.Object({
  turn_id: text,
  turn_index: Type.Integer(),
  speaker: oneOf('agent', 'customer', 'bot', 'third_party', 'unknown'),
  start_ms: Type.Number({ description: 'From the start of the recording' }),
  end_ms: Type.Number(),
  text: Type.String({ description: 'As it was said or written; no HTML' }),
  matches: Type.Array(Type.Object({ start: Type.Integer(), end: Type.Integer() }), {
    description: 'What was looked for, in UTF-16 units of `text`, the end not included',
  }),
  is_cut: Type.Boolean({ description: 'There is more of the turn before or behind it' }),
})

const row = Type.Object({
  id,
  channel: oneOf('voice', 'chat'),
  status: oneOf('queued', 'processing', 'completed', 'failed'),
  direction: orNull(oneOf('inbound', 'outbound', 'internal')),
  external_id: orNull(text),
  file_name: orNull(text),
  started_at: time,
  received_at: Type.String({ format: 'date-time', description: 'When it was uploaded' }),
  updated_at: time,
  duration_ms: orNull(Type.Integer()),
  language: orNull(text),
  sentiment: orNull(oneOf('negative', 'neutral', 'positive')),
  sentiment_customer: figure('-1 to 1'),
  agent: Type.Object({ agent_id: orNull(text), name: orNull(text), email: orNull(text) }),
  team: orNull(text),
  department: orNull(text),
  contact: Type.Object({
    number: orNull(Type.String({ description: 'Of the other side: who called, or who was called' })),
    customer_ref: orNull(text),
  }),
  caller_number: orNull(text),
  called_number: orNull(text),
  tags: Type.Array(text),
  reviewed: Type.Boolean(),
  reviewed_at: orNull(time),
  handle_time: figure('Seconds'),
  silence_time: figure('Seconds'),
  silence_ratio: figure('Percent of the duration'),
  response_time: figure('Seconds, chats: mean of the answers of human agents'),
  metrics: Type.Record(text, orNull(Type.Number()), { description: 'Those that `columns` named' }),
  failure: orNull(Type.Object({ code: text, reason: text, stage: orNull(text) })),
  seq: Type.Integer(),
  is_masked: Type.Boolean({ description: 'Personal data was replaced by placeholders' }),
  highlights: Type.Array(highlightAnswer, { description: 'At most 3 turns; none where only what is known fits' }),
})

export const searchAnswer = Type.Object({
  conversations: Type.Array(row),
  total: orNull(Type.Integer({ description: 'How many there are, as far as was counted; null with `after_seq`' })),
  total_is_exact: Type.Boolean({ description: 'False: there are at least `total`' }),
  limit: Type.Integer(),
  next_cursor: orNull(text),
  searched_to: orNull(
    Type.String({ format: 'date-time', description: 'The page is not full: conversations were looked at up to here' }),
  ),
})

export const hitsAnswer = Type.Object({
  conversation_id: id,
  hits: Type.Array(highlightAnswer),
  is_complete: Type.Boolean({ description: 'False: there are more than the 1,000 turns that are shown' }),
})

export const fieldsAnswer = Type.Object({
  fields: Type.Array(
    Type.Object({
      name: text,
      type: oneOf('words', 'text', 'number', 'boolean', 'time', 'list', 'word', 'mixed'),
      description: text,
      operators: Type.Array(text),
      values: Type.Array(text, { description: 'Of a field that is one of few words' }),
      is_sortable: Type.Boolean(),
      is_masked: Type.Boolean({ description: 'You see placeholders in place of it, and find by them alone' }),
    }),
  ),
  time_zone: Type.String({ description: 'Of the organisation: where its days begin and end, in figures too' }),
})

export const valuesAnswer = Type.Object({
  field: text,
  values: Type.Array(text, { description: 'Of the newest conversations that you have access to, the commonest first' }),
})

export const savedSearchAnswer = Type.Object({
  id,
  name: text,
  is_shared: Type.Boolean(),
  is_own: Type.Boolean(),
  may_change: Type.Boolean(),
  q: orNull(text),
  filter: orNull(text),
  sort: orNull(text),
  columns: Type.Array(text),
  revision: Type.Integer({ description: 'For `If-Match`' }),
  created_at: time,
  updated_at: time,
})
