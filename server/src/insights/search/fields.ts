// The fields by which conversations can be searched: what each holds, and where PostgreSQL finds it, as whoever asks may
// see it. How a comparison with it is made: comparison.ts.

import { type RawBuilder, sql } from 'kysely'
import type { FieldType, FilterFields } from '../../platform/filter/field-check.ts'
import { numberColumns } from '../facts/columns.ts'

/** What a field is read from, besides `c`, the conversation: facts, the words (and what masks show), the agent. */
export type Table = 'f' | 'd' | 'a'

export type Field = {
  type: FieldType
  describes: string
  /** Of fields of words, none: words.ts reads those. */
  column: RawBuilder<unknown>
  /** The same for somebody who sees masks; absent where masks hide nothing of it. */
  masked?: RawBuilder<unknown>
  tables?: readonly Table[]
  isUuid?: true
  /** Conversations can be read in order of their start by an index that begins with it. */
  isIndexed?: true
}

const nothing = sql`null`
/** Older words tell of what the conversation was then: what masks show of it now is not known yet. */
const shown = (name: string, own: string) =>
  sql`case when d.seq = c.seq then coalesce(d.shown ${sql.raw(name)}, ${sql.raw(own)}) end`
const instead = (own: string, placeholder: string) => sql`case when ${sql.raw(own)} is not null then ${placeholder} end`
/** As masks.ts has it. */
const withoutAddresses = (own: string) =>
  sql`regexp_replace(${sql.raw(own)}, ${`[^\\s@<>"'(),;:]{1,64}@[^\\s@<>"'(),;:]{1,255}`}, '[EMAIL_ADDRESS]', 'g')`

const agentName = `coalesce(a.name, c.agent_given ->> 'name')`
const agentEmail = `coalesce(a.email, c.agent_given ->> 'email')`
const fileName = `(select r.file_name from recordings r where r.org_id = c.org_id and r.conversation_id = c.id
  order by r.id desc limit 1)`

const of = (type: FieldType, column: string, describes: string, more: Partial<Field> = {}): Field => ({
  type,
  column: sql.raw(column),
  describes,
  ...more,
})
const words = (describes: string): Field => ({ type: 'words', column: nothing, describes })

const channels = ['voice', 'chat']
const statuses = ['queued', 'processing', 'completed', 'failed']

const known: Record<string, Field> = {
  text: words('Everything: what was said, and what is known beside it'),
  'turn.text': words('What was said or written, by anybody'),
  agent: words('What agents said'),
  customer: words('What customers said'),
  others: words('What bots, others and unknown voices said'),
  id: of('text', 'c.id', 'Its id', { isUuid: true }),
  channel: of(channels, 'c.channel', 'How it was held', { isIndexed: true }),
  direction: of(['inbound', 'outbound', 'internal'], 'c.direction', 'Who began it'),
  status: of(statuses, 'c.status', 'How far it is'),
  source: of('text', 'c.source', 'The door that it came through'),
  external_id: of('text', 'c.external_id', 'The id that it came with', {
    masked: shown(`->> 'external_id'`, 'c.external_id'),
  }),
  file_name: of('text', fileName, 'The name of its recording', { masked: nothing }),
  started_at: of('time', 'c.started_at', 'When it began', { isIndexed: true }),
  hour: of('number', 'f.hour', 'The hour of the day in which it began, in the organisation’s time zone', {
    tables: ['f'],
  }),
  ended_at: of('time', 'c.ended_at', 'When it ended'),
  received_at: of('time', 'c.received_at', 'When it was uploaded'),
  completed_at: of('time', 'c.completed_at', 'When its analysis was done'),
  updated_at: of('time', 'c.updated_at', 'When it last changed'),
  duration_ms: of('number', 'c.duration_ms', 'How long it is'),
  language: of('text', 'c.language', 'Its language, such as zu-ZA'),
  sentiment: of(['negative', 'neutral', 'positive'], 'c.sentiment', 'How it was, on the whole'),
  team: of('text', 'c.team', 'The team that it belongs to'),
  department: of('text', 'c.department', 'The department that it belongs to'),
  tags: of('list', 'c.tags', 'Its tags', {
    masked: shown(`-> 'tags'`, 'to_jsonb(c.tags)'),
  }),
  reviewed: of('boolean', '(c.reviewed_at is not null)', 'Whether somebody has reviewed it'),
  reviewed_at: of('time', 'c.reviewed_at', 'When it was reviewed'),
  seq: of('number', 'c.seq', 'Its position in the order of change'),
  'agent.id': of('text', 'c.agent_id', 'The agent, by id', { isUuid: true, isIndexed: true }),
  'agent.name': of('text', agentName, 'The name of the agent', { tables: ['a'], masked: withoutAddresses(agentName) }),
  'agent.email': of('text', agentEmail, 'The address of the agent', {
    tables: ['a'],
    masked: instead(agentEmail, '[EMAIL_ADDRESS]'),
  }),
  'customer.ref': of('text', 'c.customer_ref', 'What the client calls the customer', {
    masked: instead('c.customer_ref', '[CUSTOMER]'),
  }),
  caller_number: of('text', 'c.caller_number', 'The number that called', {
    masked: instead('c.caller_number', '[PHONE_NUMBER]'),
  }),
  called_number: of('text', 'c.called_number', 'The number that was called', {
    masked: instead('c.called_number', '[PHONE_NUMBER]'),
  }),
  metadata: of('mixed', 'c.metadata', 'What the client said about it, by name', {
    masked: shown(`-> 'metadata'`, 'c.metadata'),
  }),
}

const metric = (column: string): Field => of('number', `f.${column}`, `Metric ${column}`, { tables: ['f'] })

/** Of one side: `customer.sentiment_end` and `agent.talk_time` are written as one would say them. */
function sided(column: string): [string, Field][] {
  const [, name, side] = /^(.*)_(agent|customer)$/.exec(column) ?? []
  if (name && side) return [[`${side}.${name}`, metric(column)]]
  return /^(sentiment|negative_turn)_/.test(column) ? [[`customer.${column}`, metric(column)]] : []
}

export const fields: Readonly<Record<string, Field>> = {
  ...known,
  ...Object.fromEntries(numberColumns.map((column) => [column, metric(column)])),
  ...Object.fromEntries(numberColumns.flatMap(sided)),
}

export const fieldTypes: FilterFields = Object.fromEntries(
  Object.entries(fields).map(([name, { type }]) => [name, type]),
)

/** The field that a path leads to or into, and what is left of the path. */
export function fieldAt(path: readonly string[]): { field: Field; inner: string[] } {
  const whole = fields[path.join('.')]
  if (whole) return { field: whole, inner: [] }
  return { field: fields[path[0] as string] as Field, inner: path.slice(1) }
}

/** As the viewer may see it. */
export function columnOf(field: Field, isUnmasked: boolean): { column: RawBuilder<unknown>; tables: readonly Table[] } {
  const { column, masked, tables = [] } = field
  return isUnmasked || !masked ? { column, tables } : { column: masked, tables: [...tables, 'd'] }
}
