// Reading conversations over REST: calls, chats, both together, transcripts and recordings.

import { Type } from 'typebox'
import { orgReader, writeAudit } from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import { okWithEtag } from '../platform/http/etag.ts'
import { pageSize, writeCursor } from '../platform/http/paging.ts'
import { type Answer, type Call, ok, type Route, route } from '../platform/http/route.ts'
import { isUuid } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import type { Store } from '../storage/index.ts'
import { conversationIdOf } from './announcements.ts'
import { removeConversation } from './closing.ts'
import {
  type Conversation,
  countConversations,
  listConversations,
  lockConversation,
  requireConversation,
} from './conversations.ts'
import { readDossier } from './dossier.ts'
import { listStages } from './findings.ts'
import { filterOf, type ListQuery, listQuery, nextCursor } from './list-query.ts'
import { agentsById } from './people.ts'
import { sendRecording } from './recording-stream.ts'
import { getRecording } from './recordings.ts'
import type { Channel } from './shapes.ts'
import { toExport } from './to-export.ts'
import { exportTranscript, type TranscriptFormat, transcriptFormats } from './transcript-exports/index.ts'
import { conversationRow, conversationView, detail, listItem } from './views.ts'

const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const tag = 'Conversations'

export function conversationRoutes({
  db,
  store,
  defaultTimeZone,
}: {
  db: Db
  store: Store
  defaultTimeZone: string
}): Route[] {
  const readOrg = orgReader(db)

  async function list(call: Call<unknown, ListQuery>, channel: Channel | undefined) {
    const { orgId } = call.by
    const zone = (await readOrg(orgId)).settings.time_zone ?? defaultTimeZone
    const limit = pageSize(call.query.limit)
    const offset = call.query.offset ?? 0
    const wanted = await filterOf(db, orgId, call.query, zone, channel)
    if (!wanted) return { items: [] as Conversation[], total: 0, limit, offset, next: null }
    const { filter, after } = wanted
    const [items, total] = await Promise.all([
      listConversations(db, orgId, filter, { limit, offset, ...(after ? { after } : {}) }),
      countConversations(db, orgId, filter),
    ])
    const cursor = nextCursor(filter, items, limit)
    return { items, total, limit, offset, next: cursor ? writeCursor(cursor) : null }
  }

  const listRoute = (noun: 'calls' | 'chats', channel: Channel) =>
    route({
      method: 'GET',
      paths: [`/v1/${noun}`],
      summary: `List ${noun}`,
      description:
        'Newest first. With `updated_since` or `after_seq`: in order of change, so that late results are never missed.',
      tag,
      auth: 'key',
      query: listQuery,
      answers: { 200: { description: `A page of ${noun}` } },
      async handle(call: Call<unknown, ListQuery>) {
        const { items, total, limit, offset, next } = await list(call, channel)
        const agents = await agentsById(db, call.by.orgId, items)
        const shown = items.map((one) => listItem(one, agents.get(one.agent_id ?? '') ?? null))
        return okWithEtag(call, { [noun]: shown, total, limit, offset, next_cursor: next })
      },
    })

  const detailRoute = (noun: 'calls' | 'chats', channel: Channel) =>
    route({
      method: 'GET',
      paths: [`/v1/${noun}/:id`],
      summary: `Read one ${noun.slice(0, -1)}`,
      description:
        'Always 200 for a known id: `status` tells how far it is, findings are null or empty until it is done.',
      tag,
      auth: 'key',
      params: byId,
      answers: { 200: { description: 'The conversation with its findings' } },
      handle: async (call) =>
        okWithEtag(call, detail(await readDossier(db, call.by.orgId, ownId(call.params.id), channel))),
    })

  return [
    listRoute('calls', 'voice'),
    detailRoute('calls', 'voice'),
    listRoute('chats', 'chat'),
    detailRoute('chats', 'chat'),
    route({
      method: 'GET',
      paths: ['/v1/conversations'],
      summary: 'List calls and chats together',
      description: 'Newest first, or in order of change with `updated_since` or `after_seq`.',
      tag,
      auth: 'key',
      query: Type.Object({
        ...listQuery.properties,
        channel: Type.Optional(Type.Union([Type.Literal('voice'), Type.Literal('chat')])),
      }),
      answers: { 200: { description: 'A page of conversations' } },
      async handle(call: Call<unknown, ListQuery & { channel?: Channel }>) {
        const { items, total, limit, next } = await list(call, call.query.channel)
        const agents = await agentsById(db, call.by.orgId, items)
        const conversations = items.map((one) => conversationRow(one, agents.get(one.agent_id ?? '') ?? null))
        return okWithEtag(call, { conversations, total, limit, next_cursor: next })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id'],
      summary: 'Read one conversation with transcript, findings, stages and metrics',
      tag,
      auth: 'key',
      params: byId,
      answers: { 200: { description: 'The conversation' } },
      async handle(call) {
        const id = ownId(call.params.id)
        const dossier = await readDossier(db, call.by.orgId, id)
        return okWithEtag(call, conversationView(dossier, await listStages(db, call.by.orgId, id)))
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/conversations/:id'],
      summary: 'Delete a conversation with its recording and everything found in it',
      tag,
      auth: 'key',
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle({ by, params, requestId }): Promise<Answer> {
        const conversation = await requireConversation(db, by.orgId, ownId(params.id))
        const recording = await getRecording(db, by.orgId, conversation.id)
        await db.transaction().execute(async (tx) => {
          await lockConversation(tx, conversation)
          await removeConversation(tx, conversation)
          await writeAudit(tx, [
            { orgId: by.orgId, actor: by.actor, action: 'conversation.delete', target: conversation.id, requestId },
          ])
        })
        if (recording) await store.delete(recording.store_key)
        return { status: 204 }
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/transcript', '/v1/calls/:id/transcript', '/v1/chats/:id/transcript'],
      summary: 'Export the transcript as text, SRT, VTT, JSON or vCon',
      tag,
      auth: 'key',
      params: byId,
      query: Type.Object({
        format: Type.Optional(
          Type.Union(
            Object.keys(transcriptFormats).map((name) => Type.Literal(name)),
            { default: 'json' },
          ),
        ),
      }),
      answers: { 200: { description: 'The transcript as a file' }, 409: { description: 'There is no transcript yet' } },
      async handle({ by, params, query }) {
        const dossier = await readDossier(db, by.orgId, ownId(params.id))
        if (!dossier.transcript) {
          const detail = `There is no transcript yet: the conversation is ${dossier.conversation.status}.`
          throw new Problem('conflict', 'no_transcript_yet', detail)
        }
        const format = (query.format ?? 'json') as TranscriptFormat
        const { contentType, extension, body } = exportTranscript(format, toExport(dossier))
        const fileName = `${dossier.conversation.id}.${extension}`
        return ok(body, { 'Content-Type': contentType, 'Content-Disposition': `inline; filename="${fileName}"` })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/recording', '/v1/calls/:id/recording'],
      summary: 'Listen to the recording; Range requests are answered',
      tag,
      auth: 'key',
      params: byId,
      answers: {
        200: { description: 'The recording as it was sent', contentType: 'audio/*' },
        206: { description: 'A part of it', contentType: 'audio/*' },
        416: { description: 'The range lies outside of the recording' },
      },
      async handle(call) {
        const conversation = await requireConversation(db, call.by.orgId, ownId(call.params.id), 'voice')
        const recording = await getRecording(db, call.by.orgId, conversation.id)
        if (!recording) throw new Problem('not_found', 'no_recording', 'This call has no recording yet.')
        return sendRecording(store, recording, call.headers)
      },
    }),
  ]
}

/** The id that a client names, in either spelling. What cannot be an id is unknown. */
function ownId(shown: string): string {
  const id = conversationIdOf(shown)
  if (!isUuid(id)) throw new Problem('not_found', 'not_found', 'Resource not found')
  return id
}
