// What clients say about a conversation besides its content: who, when, which way, under which labels. Read from every
// historic name and type. Looking people and teams up is for others; nothing that was sent is dropped without a word.

import type { AgentGiven, Direction } from '../conversations/index.ts'
import { type DateContext, readDate } from '../platform/dates.ts'
import { Problem } from '../platform/problem.ts'
import { type Body, type Fields, fieldsOf, isNothing, looseObject, takeOrgId, unwrapIfJson } from './flexible-body.ts'
import { readLanguage } from './languages.ts'

/** What Vela answers, with status 400, when `validate_metadata` is set; the look-ups are made by the caller. */
export const velaMetadataErrors = {
  agent: 'Could not find agent with the provided metadata',
  team: 'Team not found',
  department: 'Department not found',
  direction: 'Invalid interaction direction. Options are outbound or inbound',
  tags: 'Invalid interaction tags. Tags must be an array.',
  contact: 'Invalid contact. Contact must be a string or number',
  notifyEmail: 'Invalid notify email',
  dateOfCall: 'Invalid date of call. Correct format is DD/MM/YYYY, HH:mm:ss',
  dateOfChat: 'Invalid date of chat. Correct format is DD/MM/YYYY, HH:mm:ss',
}

/** Common to calls and chats. */
export type Particulars = {
  agent: AgentGiven | null
  direction: Direction | null
  tags: string[]
  /** The number or name under which the customer was reached. */
  contact: string | null
  /** The client's own id of the customer (not a tenant of this server). */
  customerId: string | null
  /** The client's own id of the conversation (`interaction_id`). */
  externalId: string | null
  team: string | null
  department: string | null
  /** Normal form, and the client's own word for it. */
  language: string | null
  languageSent: string | null
  notifyEmails: string[]
  /** The client asked for 400 instead of warnings. */
  isStrict: boolean
  /** The client wants it analysed even if the same content is here already. */
  allowsDuplicate: boolean
}

export type CallMetadata = Particulars & {
  orgId: string | null
  /** Now, when no date was sent or it could not be read. */
  startedAt: Date
  callerNumber: string | null
  calledNumber: string | null
  /** The channel of a stereo recording that holds the agent: 0 left, 1 right. */
  agentChannel: 0 | 1 | null
  /** Every other field, under the client's own name for it; `team` and `department` again, to be searched. */
  custom: Body
  warnings: string[]
}

const shortCharsMax = 500
const tagsMax = 100
const customBytesMax = 64 * 1024

/**
 * Reads the whole body of an upload: flat fields, and `metadata` as an object or as JSON text, which counts more.
 * `ignore` names fields that the route itself has read. With `validate_metadata`, what cannot be read is Problem
 * invalid with Vela's own text as `detail`; otherwise it is a warning.
 */
export function readCallMetadata(
  body: Body,
  { ignore = [], ...context }: DateContext & { ignore?: string[] },
): CallMetadata {
  const { metadata, rest } = withoutMetadata(body)
  const fields = fieldsOf(metadata, rest)
  for (const name of ignore) fields.take(name)
  const orgId = takeOrgId(fields)
  const notes = takeNotes()
  const particulars = readParticulars(fields, notes)
  const date = fields.take('date_of_call', 'call_date', 'date', 'started_at', 'start_time')
  const reading = isNothing(date) ? null : readDate(date, context)
  if (reading && !reading.isReadable && particulars.isStrict) throw refusal(velaMetadataErrors.dateOfCall)
  if (reading?.guessed) notes.warn(reading.guessed)
  return {
    ...particulars,
    orgId,
    startedAt: reading?.at ?? context.now,
    callerNumber: shortText(fields.take('caller_number'), 'caller_number', notes),
    calledNumber: shortText(fields.take('called_number'), 'called_number', notes),
    agentChannel: readAgentChannel(fields.take('agent_channel'), notes),
    custom: customFields(fields, notes, particulars),
    warnings: notes.all(),
  }
}

/** `metadata` under any case, apart from the rest of the body. */
export function withoutMetadata(body: Body): { metadata: Body; rest: Body } {
  const fields = fieldsOf(body)
  const metadata = looseObject(fields.take('metadata', 'meta_data'), 'metadata')
  return { metadata, rest: fields.rest() }
}

/** What was found wanting on the way: warnings for people, and values that stay as they came. */
export type Notes = { warn(text: string): void; keep(name: string, value: unknown): void; all(): string[]; kept: Body }

export function takeNotes(): Notes {
  const warnings = new Set<string>()
  const kept: Body = {}
  return {
    warn: (text) => void warnings.add(text),
    keep: (name, value) =>
      void Object.defineProperty(kept, name, { value, enumerable: true, configurable: true, writable: true }),
    all: () => [...warnings],
    kept,
  }
}

export function readParticulars(fields: Fields, notes: Notes): Particulars {
  const isStrict = isTrue(fields.take('validate_metadata'))
  const language = readLanguage(fields.take('language', 'language_code'))
  if (language.warning) notes.warn(language.warning)
  return {
    isStrict,
    allowsDuplicate: isTrue(fields.take('allow_duplicate', 'allow_duplicates')),
    agent: readAgent(fields, notes),
    direction: readDirection(fields, isStrict, notes),
    tags: readTags(fields.take('tags', 'tag'), isStrict, notes),
    contact: readContact(fields.take('contact'), isStrict, notes),
    customerId: shortText(fields.take('customer_id'), 'customer_id', notes),
    externalId: shortText(fields.take('interaction_id', 'external_id'), 'interaction_id', notes),
    team: shortText(fields.take('team'), 'team', notes),
    department: shortText(fields.take('department'), 'department', notes),
    language: language.code,
    languageSent: language.sent,
    notifyEmails: readNotifyEmails(fields.take('notify_email'), isStrict, notes),
  }
}

/** What nobody has read, with what was read but is searched for as well. Limited, as it is kept with every call. */
export function customFields(fields: Fields, notes: Notes, { team, department }: Particulars): Body {
  const custom = { ...fields.rest(), ...notes.kept, ...(team ? { team } : {}), ...(department ? { department } : {}) }
  if (Buffer.byteLength(JSON.stringify(custom)) > customBytesMax) {
    const detail = `The metadata is larger than the ${customBytesMax / 1024} KiB that are kept with a conversation.`
    throw new Problem('invalid', 'metadata_too_large', detail, { facts: { field: 'metadata' } })
  }
  return custom
}

export function refusal(detail: string): Problem {
  return new Problem('invalid', 'invalid_metadata', detail)
}

/** Text or a number, up to 500 characters; anything else stays among the custom fields, with a warning. */
export function shortText(value: unknown, name: string, notes: Notes): string | null {
  if (isNothing(value)) return null
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : null
  if (text !== null && text.length <= shortCharsMax) return text
  notes.keep(name, value)
  notes.warn(`${name} was not short text; it is kept as a custom field and has no effect.`)
  return null
}

/** `agent` may be an e-mail address (Vela), a name, an id, or an object of those. */
function readAgent(fields: Fields, notes: Notes): AgentGiven | null {
  const whole = unwrapIfJson(fields.take('agent'))
  const isObject = typeof whole === 'object' && whole !== null && !Array.isArray(whole)
  const inner = isObject ? fieldsOf(whole as Body) : null
  const text = (value: unknown, name: string) => shortText(value, name, notes) ?? undefined
  const agent: AgentGiven = {
    id: text(inner?.take('id', 'agent_id', 'external_id') ?? fields.take('agent_id'), 'agent_id'),
    email: text(inner?.take('email', 'agent_email') ?? fields.take('agent_email', 'email'), 'agent_email'),
    name: text(inner?.take('name', 'agent_name') ?? fields.take('agent_name'), 'agent_name'),
  }
  const more = inner?.rest() ?? {}
  if (Object.keys(more).length > 0) notes.keep('agent', more)
  const named = isObject ? undefined : text(whole, 'agent')
  if (agent.email && !isEmail(agent.email)) {
    notes.warn(
      `The agent's e-mail address ${JSON.stringify(agent.email.slice(0, 40))} is not one; it was taken as a name or id.`,
    )
    place(agent, agent.email, notes)
    agent.email = undefined
  }
  if (named) place(agent, named, notes)
  const given = Object.entries(agent).filter(([, value]) => value !== undefined)
  return given.length > 0 ? Object.fromEntries(given) : null
}

/** A word that may be any of the three goes where its look says, unless that place is taken. */
function place(agent: AgentGiven, word: string, notes: Notes): void {
  const kind = isEmail(word) ? 'email' : /\s/.test(word) ? 'name' : 'id'
  if (agent[kind] === undefined) agent[kind] = word
  else if (agent[kind] !== word) notes.keep('agent', word)
}

const directions = new Map<string, Direction>([
  ...['inbound', 'in', 'incoming'].map((word) => [word, 'inbound'] as const),
  ...['outbound', 'out', 'outgoing'].map((word) => [word, 'outbound'] as const),
  ['internal', 'internal'],
])

/** undefined for what names none. */
export const directionOf = (value: unknown): Direction | undefined =>
  typeof value === 'string' ? directions.get(value.trim().toLowerCase()) : undefined

/** `call_type` and `chat_type` are the client's own words; where they name a direction, and nothing else does, they count. */
function readDirection(fields: Fields, isStrict: boolean, notes: Notes): Direction | null {
  const value = fields.take('direction', 'call_direction')
  const types = ['call_type', 'chat_type']
    .map((name) => ({ name, type: fields.take(name) }))
    .filter(({ type }) => type !== undefined)
  for (const { name, type } of types) notes.keep(name, type)
  if (isNothing(value)) return types.map(({ type }) => directionOf(type)).find(Boolean) ?? null
  const direction = directionOf(value)
  if (direction) return direction
  if (isStrict) throw refusal(velaMetadataErrors.direction)
  notes.keep('direction', value)
  notes.warn('direction is neither inbound nor outbound nor internal; it is kept as a custom field and has no effect.')
  return null
}

/** A list, JSON text of one (all that a form can send), or words between `;` or `,`. */
function readTags(value: unknown, isStrict: boolean, notes: Notes): string[] {
  if (isNothing(value)) return []
  const list = unwrapIfJson(value)
  if (isStrict && !Array.isArray(list)) throw refusal(velaMetadataErrors.tags)
  const words = Array.isArray(list) ? list : typeof list === 'string' ? list.split(/[;,]/) : [list]
  const isTag = (word: unknown) => typeof word === 'string' || typeof word === 'number'
  const tags = [...new Set(words.filter(isTag).map((word) => String(word).trim()))].filter((tag) => tag !== '')
  const fitting = tags.filter((tag) => tag.length <= shortCharsMax).slice(0, tagsMax)
  if (!words.every(isTag) || fitting.length < tags.length) {
    notes.keep('tags', value)
    notes.warn(
      `Some tags were not used: up to ${tagsMax}, each text of up to ${shortCharsMax} characters. All are kept as a custom field.`,
    )
  }
  return fitting
}

function readContact(value: unknown, isStrict: boolean, notes: Notes): string | null {
  const isOfType = isNothing(value) || typeof value === 'string' || typeof value === 'number'
  if (!isOfType && isStrict) throw refusal(velaMetadataErrors.contact)
  return shortText(value, 'contact', notes)
}

function readNotifyEmails(value: unknown, isStrict: boolean, notes: Notes): string[] {
  if (isNothing(value)) return []
  const list = unwrapIfJson(value)
  const words = Array.isArray(list) ? list : typeof list === 'string' ? list.split(/[;,]/) : [list]
  const emails = words.filter((word) => typeof word === 'string').map((word) => word.trim())
  const good = [...new Set(emails.filter(isEmail))].slice(0, 20)
  if (good.length < words.length) {
    if (isStrict) throw refusal(velaMetadataErrors.notifyEmail)
    notes.keep('notifyEmail', value)
    notes.warn('notifyEmail holds something that is no e-mail address; it is kept as a custom field.')
  }
  return good
}

function readAgentChannel(value: unknown, notes: Notes): 0 | 1 | null {
  if (isNothing(value)) return null
  const word = String(value).trim().toLowerCase()
  if (word === '0' || word === 'left') return 0
  if (word === '1' || word === 'right') return 1
  notes.keep('agent_channel', value)
  notes.warn('agent_channel is neither 0 or left nor 1 or right; it is kept as a custom field and has no effect.')
  return null
}

/** Forms can only send words. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^\s*(true|1|yes)\s*$/i.test(value))
}

/** Only the shape that any address has (RFC 5321 §4.1.2): one @, no spaces, no more than 254 characters. */
function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text)
}
