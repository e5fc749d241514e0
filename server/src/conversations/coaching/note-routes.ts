// Coaching notes over REST. The agent sees those that are shared with them and says that they have read one; others see
// them as they see the agent's figures, and who annotates sees those that are not shared, too. The words are their
// author's: nobody else changes them.

import { Type } from 'typebox'
import { authorise, type Written, writeOnce } from '../../access/index.ts'
import type { Tx } from '../../platform/db/db.ts'
import { etagHeader, requireMatch } from '../../platform/http/etag.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { readWritten } from '../annotations/written-text.ts'
import { ownId } from '../conversation-id.ts'
import { getConversation } from '../conversations.ts'
import { type Agent, findAgent, getAgent } from '../people.ts'
import { isAgent, type NoticeParts, noteNotices } from './note-notices.ts'
import { noteAnswer, noteKind, notesAnswer, noteViews } from './note-views.ts'
import {
  type CoachingNote,
  changeNote,
  createNote,
  deleteNote,
  listNotes,
  type NoteWords,
  readNote,
  replyCharsMax,
  requireNote,
  type Shelf,
  saysTheSame,
  textCharsMax,
} from './notes.ts'

const tag = 'Coaching'
const byAgent = { id: Type.String({ maxLength: 300, description: 'Of the agent: id, external id or e-mail' }) }
const byAgentId = Type.Object(byAgent)
const byNoteId = Type.Object({ ...byAgent, note_id: Type.String({ maxLength: 200 }) })
type ByNote = Call<{ id: string; note_id: string }>

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const words = {
  kind: noteKind,
  text: Type.String({
    maxLength: textCharsMax * 4,
    description: `Plain text of up to ${textCharsMax} characters`,
  }),
  conversation_id: orNull(Type.String({ maxLength: 200, description: 'One of the agent’s, that you see' })),
  at_ms: orNull(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Needs `conversation_id` beside it' }),
  ),
  is_shared: Type.Boolean({ description: 'Whether the agent sees it; true, unless it says false' }),
}
const change = Type.Partial(Type.Object(words))
const newNote = Type.Object(
  { ...change.properties, kind: words.kind, text: words.text },
  { examples: [{ kind: 'praise', text: 'You let the caller finish, and then summed up.', is_shared: true }] },
)
const confirmation = Type.Object(
  { reply: Type.Optional(Type.String({ maxLength: replyCharsMax * 4, description: 'A word of your own' })) },
  { examples: [{ reply: 'I will try that.' }] },
)

const pages = cursorPages('i', isRowId)

export function noteRoutes(parts: NoticeParts): Route[] {
  const { db } = parts
  const { tellAgent, tellAuthor } = noteNotices(parts)

  /** Looked up before a body is read: what is foreign answers as what is unknown, whatever is sent. */
  async function reachShelf({ by, params }: Call<{ id: string }>): Promise<Shelf & { agent: Agent; isSelf: boolean }> {
    const agent = await findAgent(db, by, params.id)
    if (!agent) throw notFound()
    const isSelf = await isAgent(db, by, agent.id)
    if (!isSelf) authorise(by, 'analytics:read')
    return { agent, agentId: agent.id, isSelf, seesUnshared: !isSelf && by.scopes.includes('calls:annotate') }
  }

  async function reachNote(call: ByNote) {
    const shelf = await reachShelf(call)
    return { shelf, note: await requireNote(db, call.by, shelf, requireUuid(call.params.note_id)) }
  }

  const write = (call: Call<{ id: string; note_id?: string }>, content: object, work: (tx: Tx) => Promise<Written>) =>
    writeOnce(parts, call, [call.params.note_id ?? null, content], work)

  async function written(tx: Tx, by: Principal, verb: string, note: CoachingNote, status = 200): Promise<Written> {
    const [body] = await noteViews(tx, by, [note])
    return {
      answer: { status, body, headers: etagHeader(note) },
      action: `coaching_note.${verb}`,
      target: note.id,
      data: factsOf(note),
    }
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/agents/:id/coaching-notes'],
      summary: 'List the coaching notes to an agent, newest first',
      description:
        'Needs `analytics:read`, but for the agent. Notes that are not shared are shown to their author and to whoever has `calls:annotate`, never to the agent.',
      tag,
      auth: 'calls:read',
      params: byAgentId,
      query: Type.Object(cursorQuery),
      answers: { 200: { description: 'A page of notes', schema: notesAnswer } },
      async handle(call) {
        const { by, query } = call
        const shelf = await reachShelf(call)
        const { rows, next_cursor } = await pages(
          query,
          ({ limit, last }) => listNotes(db, by, shelf, { limit, before: last }),
          ({ id }) => id,
        )
        return ok({ coaching_notes: await noteViews(db, by, rows), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/agents/:id/coaching-notes'],
      summary: 'Write a coaching note to an agent, about a moment or about them as such',
      description: 'The person who works as that agent is told by a notice, unless it is kept back.',
      tag,
      auth: 'calls:annotate',
      params: byAgentId,
      body: newNote,
      answers: { 201: { description: 'The note', schema: noteAnswer } },
      async handle(call) {
        const { by } = call
        const { agent } = await reachShelf(call)
        const { kind, text, is_shared = true, ...about } = strictFields(newNote, await call.fields())
        const said = { kind, text: readWritten('text', text, textCharsMax), is_shared }
        return write(call, { ...said, ...about }, async (tx) => {
          const note = await createNote(tx, by, agent.id, { ...said, ...(await readMoment(tx, by, agent.id, about)) })
          if (note.is_shared) await tellAgent(tx, by, agent, note)
          return written(tx, by, 'create', note, 201)
        })
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/agents/:id/coaching-notes/:note_id'],
      summary: 'Change a coaching note of yours, share it or take it back',
      description:
        'With `If-Match`, only if nobody changed it since. Other words than were read are not read yet, and the agent is told of them.',
      tag,
      auth: 'calls:annotate',
      params: byNoteId,
      body: change,
      answers: {
        200: { description: 'The note', schema: noteAnswer },
        403: { description: 'Somebody else wrote it' },
        409: { description: 'It was changed since that revision' },
      },
      async handle(call) {
        const { by } = call
        const { shelf, note } = await reachNote(call)
        requireAuthor(by, note)
        const { text, ...given } = strictFields(change, await call.fields())
        const said = { ...given, ...(text === undefined ? {} : { text: readWritten('text', text, textCharsMax) }) }
        const isPlaced = 'conversation_id' in given || 'at_ms' in given
        return write(call, said, async (tx) => {
          const before = await requireNote(tx, by, shelf, note.id, { isHeld: true })
          requireMatch(call, 'coaching note', before)
          const moment = isPlaced ? await readMoment(tx, by, shelf.agentId, given) : {}
          const after = await changeNote(tx, before, { ...wordsOf(before), ...said, ...moment })
          const isSaidAnew = !before.is_shared || (before.read_at !== null && !saysTheSame(before, after))
          if (after.is_shared && isSaidAnew) await tellAgent(tx, by, shelf.agent, after)
          return written(tx, by, 'change', after)
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/agents/:id/coaching-notes/:note_id'],
      summary: 'Delete a coaching note: its author may, and whoever manages agents',
      tag,
      auth: 'calls:annotate',
      params: byNoteId,
      answers: { 204: { description: 'Deleted' }, 403: { description: 'Somebody else wrote it' } },
      async handle(call) {
        const { by } = call
        const { shelf, note } = await reachNote(call)
        if (!by.scopes.includes('agents:manage')) requireAuthor(by, note)
        return write(call, {}, async (tx) => {
          const before = await requireNote(tx, by, shelf, note.id, { isHeld: true })
          await deleteNote(tx, before)
          return { answer: { status: 204 }, action: 'coaching_note.delete', target: note.id, data: factsOf(before) }
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/agents/:id/coaching-notes/:note_id/read'],
      summary: 'Say that you have read a coaching note to you, with a word of your own if you like',
      description: 'Its author is told of the word by a notice. Sent again, the last word stands.',
      tag,
      auth: 'calls:read',
      params: byNoteId,
      body: confirmation,
      answers: {
        200: { description: 'The note', schema: noteAnswer },
        403: { description: 'It is not to you' },
      },
      async handle(call) {
        const { by } = call
        const { shelf, note } = await reachNote(call)
        if (!shelf.isSelf) {
          throw new Problem('forbidden', 'not_the_agent', 'Only the agent can say that they have read it.')
        }
        const given = strictFields(confirmation, await call.fields())
        const reply = given.reply?.trim() ? readWritten('reply', given.reply, replyCharsMax) : null
        return write(call, { reply }, async (tx) => {
          const before = await requireNote(tx, by, shelf, note.id, { isHeld: true })
          const after = await readNote(tx, before, reply)
          if (after.reply !== before.reply) await tellAuthor(tx, by, shelf.agent, after)
          return written(tx, by, 'read', after)
        })
      },
    }),
  ]
}

/** @throws Problem('invalid', 'unknown_conversation') for one of another agent, too */
async function readMoment(
  tx: Tx,
  by: Principal,
  agentId: string,
  { conversation_id: shown = null, at_ms = null }: { conversation_id?: string | null; at_ms?: number | null },
): Promise<Pick<CoachingNote, 'conversation_id' | 'at_ms'>> {
  if (shown === null && at_ms !== null) throw wrong('at_ms', 'at_ms: needs conversation_id beside it.')
  if (shown === null) return { conversation_id: null, at_ms: null }
  const found = await getConversation(tx, by, ownId(shown))
  // One that came for a duplicate of the agent is theirs.
  const whose = found?.agent_id ? await getAgent(tx, { ...by, reach: 'all' }, found.agent_id) : null
  if (found && whose?.id === agentId) return { conversation_id: found.id, at_ms }
  throw wrong('conversation_id', 'conversation_id: is no conversation of this agent that you see.')
}

const wrong = (field: string, detail: string) =>
  new Problem('invalid', 'unknown_conversation', detail, { facts: { field } })

function requireAuthor(by: Principal, { author }: CoachingNote): void {
  if (author === by.actor) return
  throw new Problem('forbidden', 'not_the_author', 'Only whoever wrote a coaching note can change it.')
}

const wordsOf = ({ kind, text, conversation_id, at_ms, is_shared }: CoachingNote): NoteWords => {
  return { kind, text, conversation_id, at_ms, is_shared }
}

/** For the audit: none of the words. */
const factsOf = ({ agent_id, kind, conversation_id, is_shared, revision }: CoachingNote) => {
  return { agent_id, kind, conversation_id, is_shared, revision }
}
