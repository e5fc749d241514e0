// Reads a chat in every shape in which clients send one, down to a list of messages in their order, and what is said
// about it. Measuring, and finding out who an agent is, come later.
//
// Order: messages stay in the order in which they came; equal times (clients often send whole minutes) change nothing.
// Only a clear mistake is mended, and said: a list with the newest first is turned round, and a list in which some
// message is over a minute older than one before it is sorted by time, equal times staying as they came.

import type { Role } from '../conversations/index.ts'
import { type DateContext, readDate } from '../platform/dates.ts'
import { Problem } from '../platform/problem.ts'
import {
  customFields,
  type Notes,
  type Particulars,
  readParticulars,
  refusal,
  shortText,
  takeNotes,
  velaMetadataErrors,
  withoutMetadata,
} from './call-metadata.ts'
import { type Body, fieldsOf, isNothing, takeOrgId, unwrap } from './flexible-body.ts'
import { readLanguage } from './languages.ts'
import { readSender } from './senders.ts'

export type ChatMessage = {
  text: string
  at: Date
  /** The client's own word, and what it stands for. */
  sender: string
  role: Role
  language: string | null
  languageSent: string | null
}

export type ChatInput = Particulars & {
  orgId: string | null
  /** At least one, in the order in which they are to be read. */
  messages: ChatMessage[]
  sessionId: string | null
  startedAt: Date
  endedAt: Date | null
  custom: Body
  warnings: string[]
}

const sources = ['chat_data', 'chats', 'messages', 'conversation']
const messagesMax = 10_000
const messageBytesMax = 100_000
const findingsMax = 20
const skewMs = 60_000

/**
 * Takes the body of any chat route. The messages come under exactly one of `chat_data`, `chats`, `messages` and
 * `conversation`, as JSON or as JSON text. Anything else is Problem invalid that says what was expected.
 */
export function readChat(body: Body, { ignore = [], ...context }: DateContext & { ignore?: string[] }): ChatInput {
  const { metadata, rest } = withoutMetadata(body)
  const { list, name, around, flat } = findMessages(rest)
  const fields = fieldsOf(metadata, around, flat)
  for (const ignored of ignore) fields.take(ignored)
  const orgId = takeOrgId(fields)
  const notes = takeNotes()
  const particulars = readParticulars(fields, notes)
  const readTime = (field: string, value: unknown): Date | null => {
    if (isNothing(value)) return null
    const reading = readDate(value, context)
    if (!reading.isReadable && particulars.isStrict) throw refusal(velaMetadataErrors.dateOfChat)
    if (!reading.isReadable) notes.warn(`${field} could not be read; the times of the messages were used.`)
    else if (reading.guessed) notes.warn(reading.guessed)
    return reading.isReadable ? reading.at : null
  }
  const start = readTime('start_time', fields.take('start_time', 'chat_date', 'date', 'date_of_chat', 'started_at'))
  const end = readTime('end_time', fields.take('end_time', 'ended_at'))

  const read = readMessages(list, name, { ...context, start, notes })
  const messages = inOrder(read, notes)
  const times = read.filter(({ hasTime }) => hasTime).map(({ at }) => at.getTime())
  const startedAt = start ?? new Date(times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : context.now)
  const lastAt = times.length > 0 ? new Date(times.reduce((a, b) => Math.max(a, b))) : null
  const isBackwards = end !== null && end < startedAt
  if (isBackwards) notes.warn('end_time lies before the start of the chat; the time of its last message was used.')
  const sessionId = shortText(fields.take('session_id'), 'session_id', notes)
  return {
    ...particulars,
    // Vela takes a chat without a direction for an inbound one, and lets a language of the whole override the messages'.
    direction: particulars.direction ?? 'inbound',
    externalId: particulars.externalId ?? sessionId,
    orgId,
    messages: messages.map(({ hasTime, ...message }) => ({
      ...message,
      language: particulars.language ?? message.language,
    })),
    sessionId,
    startedAt,
    endedAt: isBackwards ? lastAt : (end ?? lastAt),
    custom: customFields(fields, notes, particulars),
    warnings: notes.all(),
  }
}

/** The list itself, its name for refusals, what stood around it in its wrapper, and what stood beside that. */
function findMessages(body: Body): { list: unknown[]; name: string; around: Body; flat: Body } {
  const fields = fieldsOf(body)
  const found = sources.map((name) => ({ name, value: fields.take(name) })).filter(({ value }) => value !== undefined)
  const [only, ...others] = found
  if (!only || others.length > 0) {
    const has = only ? `has ${found.map(({ name }) => name).join(' and ')}` : 'has none of them'
    const detail = `Send the messages under exactly one of ${sources.join(', ')}; this request ${has}.`
    throw invalid(only ? 'several_chats' : 'no_chat', detail)
  }
  const value = unwrap(only.value, only.name)
  if (Array.isArray(value)) return { list: value, name: only.name, around: {}, flat: fields.rest() }
  if (typeof value === 'object' && value !== null) {
    const inner = fieldsOf(value as Body)
    const list = unwrap(inner.take('messages', 'chats', 'conversation'), `${only.name}.messages`)
    if (Array.isArray(list)) return { list, name: `${only.name}.messages`, around: inner.rest(), flat: fields.rest() }
  }
  throw invalid(
    'no_messages',
    `${only.name} must be a list of messages, or an object with such a list under "messages".`,
    only.name,
  )
}

type Read = ChatMessage & { hasTime: boolean }

function readMessages(
  list: unknown[],
  name: string,
  context: DateContext & { start: Date | null; notes: Notes },
): Read[] {
  if (list.length === 0) throw invalid('no_messages', `${name} is empty. A chat needs at least one message.`, name)
  if (list.length > messagesMax) {
    throw invalid(
      'too_many_messages',
      `${name} has ${list.length} messages; up to ${messagesMax} are taken in one chat.`,
      name,
    )
  }
  const findings = new Map<string, { first: number; count: number }>()
  let at = context.start ?? context.now
  const messages = list.map((value, index) => {
    const note = (text: string) => {
      const known = findings.get(text)
      if (known) known.count++
      else if (findings.size < findingsMax) findings.set(text, { first: index, count: 1 })
      else context.notes.warn(`${name} gave more than ${findingsMax} kinds of warnings; the others are left out.`)
    }
    const message = readMessage(value, `${name}[${index}]`, { ...context, previous: at, note })
    at = message.at
    return message
  })
  // Before the first time that is known there is no better guess than that one.
  const firstTimed = messages.findIndex(({ hasTime }) => hasTime)
  if (!context.start && firstTimed > 0)
    for (const early of messages.slice(0, firstTimed)) early.at = (messages[firstTimed] as Read).at
  for (const [text, { first, count }] of findings) {
    context.notes.warn(`${name}[${first}]${count > 1 ? ` and ${count - 1} more` : ''}: ${text}`)
  }
  return messages
}

function readMessage(
  value: unknown,
  where: string,
  context: DateContext & { previous: Date; note: (text: string) => void },
): Read {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('invalid_message', `${where} must be an object with a sender, a text and a time.`, where)
  }
  const fields = fieldsOf(value as Body)
  const text = fields.take('content', 'message', 'text', 'body')
  const { sender, role, warning } = readSender(fields.take('sender', 'role', 'from', 'author'))
  const time = fields.take('timestamp', 'time', 'created_at', 'sent_at')
  const language = readLanguage(fields.take('language', 'language_code'))
  const more = Object.keys(fields.rest())

  if (text !== undefined && typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') {
    throw invalid('invalid_message', `${where} must have its text as text, under "message" or "content".`, where)
  }
  if (text === undefined && 'messages' in value) {
    throw invalid('invalid_message', `${where} is a whole chat. Send one chat in each request.`, where)
  }
  if (Buffer.byteLength(String(text ?? '')) > messageBytesMax) {
    throw invalid(
      'message_too_long',
      `${where} is longer than the ${messageBytesMax / 1000} kB that a message may have.`,
      where,
    )
  }
  if (sender.length > 200) throw invalid('invalid_message', `${where} has a sender of more than 200 characters.`, where)
  if (text === undefined) context.note('There is no text; the message is kept empty.')
  if (more.length > 0)
    context.note(`These fields are not kept: ${more.slice(0, 10).join(', ').slice(0, 200).toWellFormed()}.`)
  if (warning) context.note(warning)
  if (language.warning) context.note(language.warning)
  const reading = isNothing(time) ? null : readDate(time, context)
  if (!reading?.isReadable)
    context.note('The time is missing or could not be read; that of the message before it was used.')
  else if (reading.guessed) context.note(reading.guessed)
  return {
    text: String(text ?? ''),
    at: reading?.isReadable ? reading.at : context.previous,
    hasTime: reading?.isReadable ?? false,
    sender,
    role,
    language: language.code,
    languageSent: language.sent,
  }
}

/** See the head of this file. A message without a time of its own proves nothing about the order of the others. */
function inOrder(messages: Read[], notes: Notes): Read[] {
  if (messages.some(({ hasTime }) => !hasTime)) return messages
  const times = messages.map(({ at }) => at.getTime())
  const steps = times.slice(1).map((time, index) => time - (times[index] as number))
  if (
    steps.some((step) => step < 0) &&
    steps.every((step) => step <= 0) &&
    (times[0] as number) - (times.at(-1) as number) > skewMs
  ) {
    notes.warn('The messages came with the newest first; they were turned round.')
    return messages.toReversed()
  }
  let latest = Number.NEGATIVE_INFINITY
  const isMixed = times.some((time) => {
    latest = Math.max(latest, time)
    return latest - time > skewMs
  })
  if (!isMixed) return messages
  notes.warn('The messages were not in the order of their times; they were sorted by time.')
  return messages.toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

function invalid(code: string, detail: string, field?: string): Problem {
  return new Problem('invalid', code, detail, { facts: field ? { field } : {} })
}
