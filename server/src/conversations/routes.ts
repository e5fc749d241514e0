// Reading conversations over REST: calls, chats, and both together. Transcripts as files: transcript-routes.ts; sound: playback-routes.ts.

import { Type } from 'typebox'
import { orgReader, requireNoHold, writeAudit } from '../access/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { okWithEtag } from '../platform/http/etag.ts'
import { pageSize, writeCursor } from '../platform/http/paging.ts'
import { type Answer, type Call, type Route, route } from '../platform/http/route.ts'
import type { Store } from '../storage/index.ts'
import { readBeside } from './annotations/beside.ts'
import { conversationAnswer, detailAnswer, listAnswer, rowsAnswer } from './answers.ts'
import { removeConversation } from './closing.ts'
import { byId, ownId } from './conversation-id.ts'
import {
  type Conversation,
  countConversations,
  listConversations,
  lockConversation,
  requireConversation,
} from './conversations.ts'
import { readDossier } from './dossier.ts'
import { filterOf, type ListQuery, listQuery, nextCursor } from './list-query.ts'
import { agentAsIn } from './masks.ts'
import { type Agent, agentsById } from './people.ts'
import { type CopyPolicy, playabilityOf } from './playable.ts'
import { playbackRoutes } from './playback-routes.ts'
import { getMedia, type MediaKey } from './recording-media.ts'
import { recordingKeys } from './recordings.ts'
import type { Channel } from './shapes.ts'
import { listStages } from './stages.ts'
import { transcriptRoutes } from './transcript-routes.ts'
import { conversationRow, conversationView, detail, listItem } from './views.ts'

const tag = 'Conversations'
const order =
  'Newest first. With `updated_since` or `after_seq`: in order of change, late results included; ask again with ' +
  '`after_seq` = the last `seq` that you have seen. Pages by `cursor` neither repeat nor miss a row while others arrive.'

type Parts = {
  db: Db
  store: Store
  defaultTimeZone: string
  copies: CopyPolicy
  prepareMedia: (tx: Tx, key: MediaKey) => Promise<unknown>
}

export function conversationRoutes({ db, store, defaultTimeZone, copies, prepareMedia }: Parts): Route[] {
  const readOrg = orgReader(db)

  async function list<Item>(
    { by, query }: Call<unknown, ListQuery>,
    channel: Channel | undefined,
    show: (conversation: Conversation, agent: Agent | null) => Item,
  ) {
    const zone = (await readOrg(by.orgId)).settings.time_zone ?? defaultTimeZone
    const limit = pageSize(query.limit)
    const offset = query.offset ?? 0
    const wanted = await filterOf(db, by, query, zone, channel)
    const empty = { items: [] as Item[], page: { total: 0, total_is_exact: true, limit, offset, next_cursor: null } }
    if (!wanted) return empty
    const { filter, after } = wanted
    const [found, { total, isExact }] = await Promise.all([
      // One more than asked for tells whether another page follows.
      listConversations(db, by, filter, { limit: limit + 1, offset, ...(after ? { after } : {}) }),
      countConversations(db, by, filter),
    ])
    const rows = found.slice(0, limit)
    const last = found.length > limit ? rows.at(-1) : undefined
    const agents = await agentsById(db, by.orgId, rows)
    return {
      items: rows.map((one) => show(one, agentAsIn(one, agents.get(one.agent_id ?? '') ?? null))),
      page: {
        total,
        total_is_exact: isExact,
        limit,
        offset,
        next_cursor: last ? writeCursor(nextCursor(filter, last)) : null,
      },
    }
  }

  const listRoute = (noun: 'call' | 'chat', channel: Channel) =>
    route({
      method: 'GET',
      paths: [`/v1/${noun}s`],
      summary: `List ${noun}s`,
      description: order,
      tag,
      auth: 'calls:read',
      query: listQuery,
      answers: { 200: { description: `A page of ${noun}s`, schema: listAnswer(noun) } },
      async handle(call: Call<unknown, ListQuery>) {
        const { items, page } = await list(call, channel, listItem)
        return okWithEtag(call, { [`${noun}s`]: items, ...page })
      },
    })

  const detailRoute = (noun: 'call' | 'chat', channel: Channel) =>
    route({
      method: 'GET',
      paths: [`/v1/${noun}s/:id`],
      summary: `Read one ${noun}`,
      description:
        'Always 200 for a known id: `status` tells how far it is, findings are null or empty until it is done.',
      tag,
      auth: 'calls:read',
      params: byId,
      answers: { 200: { description: `The ${noun} with its findings`, schema: detailAnswer(noun) } },
      handle: async (call) => okWithEtag(call, detail(await readDossier(db, call.by, ownId(call.params.id), channel))),
    })

  return [
    listRoute('call', 'voice'),
    detailRoute('call', 'voice'),
    listRoute('chat', 'chat'),
    detailRoute('chat', 'chat'),
    route({
      method: 'GET',
      paths: ['/v1/conversations'],
      summary: 'List calls and chats together',
      description: order,
      tag,
      auth: 'calls:read',
      query: Type.Object({
        ...listQuery.properties,
        channel: Type.Optional(Type.Union([Type.Literal('voice'), Type.Literal('chat')])),
      }),
      answers: { 200: { description: 'A page of conversations', schema: rowsAnswer } },
      async handle(call: Call<unknown, ListQuery & { channel?: Channel }>) {
        const { items, page } = await list(call, call.query.channel, conversationRow)
        return okWithEtag(call, { conversations: items, ...page })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id'],
      summary: 'Read one conversation with transcript, findings, stages and metrics',
      tag,
      auth: 'calls:read',
      params: byId,
      answers: { 200: { description: 'The conversation', schema: conversationAnswer } },
      async handle(call) {
        const id = ownId(call.params.id)
        const dossier = await readDossier(db, call.by, id)
        const { recording } = dossier
        const [stages, beside, media] = await Promise.all([
          listStages(db, call.by.orgId, id),
          readBeside(db, dossier),
          recording && getMedia(db, recording),
        ])
        const playability = recording && playabilityOf(recording, media, copies)
        return okWithEtag(call, conversationView(dossier, stages, playability, beside))
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/conversations/:id'],
      summary: 'Delete a conversation with its recordings and everything found in it',
      tag,
      auth: 'calls:delete',
      params: byId,
      answers: { 204: { description: 'Deleted' }, 409: { description: 'The organisation is under legal hold' } },
      async handle({ by, params, requestId }): Promise<Answer> {
        const { orgId, actor } = by
        const id = ownId(params.id)
        await db.transaction().execute(async (tx) => {
          await requireNoHold(tx, orgId)
          await lockConversation(tx, { org_id: orgId, id })
          const conversation = await requireConversation(tx, by, id)
          const files = await recordingKeys(tx, orgId, id)
          await removeConversation(tx, conversation)
          await writeAudit(tx, [{ orgId, actor, action: 'conversation.delete', target: id, requestId }])
          // Before the commit: when a file cannot be removed, the rows stay and the request can be sent again.
          for (const key of files) await store.delete(key)
        })
        return { status: 204 }
      },
    }),
    ...transcriptRoutes({ db }),
    ...playbackRoutes({ db, store, copies, prepareMedia }),
  ]
}
