// Earlier transcripts and analyses of a conversation over REST.

import { Type } from 'typebox'
import { namesOf } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { okWithEtag } from '../../platform/http/etag.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { isUuid } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { turnAnswer } from '../answers.ts'
import { byId, ownId } from '../conversation-id.ts'
import { requireConversation } from '../conversations.ts'
import { getAnalysis, listAnalyses } from '../findings.ts'
import { getTranscript, listRevisions, type Revision } from '../transcripts.ts'

const tag = 'Conversations'
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const text = Type.String()
const time = Type.String({ format: 'date-time' })
const anything = Type.Object({}, { additionalProperties: true })
const query = Type.Object(cursorQuery)

const revisionFields = {
  revision: Type.Integer(),
  is_current: Type.Boolean(),
  source: Type.String({ description: '`asr`: recognised, `import`: sent, `edited`: corrected by a person' }),
  engine: orNull(anything),
  created_at: time,
  created_by: orNull(text),
  created_by_name: orNull(text),
  edit: orNull(
    Type.Object({}, { additionalProperties: true, description: 'What was corrected, and in which revision' }),
  ),
  turn_count: Type.Integer(),
}
const analysisFields = {
  id: Type.String({ format: 'uuid' }),
  is_current: Type.Boolean(),
  transcript_revision: Type.Integer(),
  sentiment: orNull(text),
  provenance: anything,
  created_at: time,
}

const byNumber = cursorPages('r', (value): value is number => Number.isSafeInteger(value))
const byRowId = cursorPages('i', isRowId)

const revisionView = ({ revision, source, engine, created_at, created_by, edit, turn_count }: Revision) => ({
  revision,
  source,
  engine,
  created_at,
  created_by,
  edit,
  turn_count,
})

export function historyRoutes({ db }: { db: Db }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/transcript/revisions'],
      summary: 'List the revisions of a transcript: who made each, and what of',
      tag,
      auth: 'calls:read',
      params: byId,
      query,
      answers: {
        200: {
          description: 'A page, newest first',
          schema: pageAnswer('revisions', Type.Object(revisionFields)),
        },
      },
      async handle(call) {
        const { by } = call
        const { id, transcript_revision } = await requireConversation(db, by, ownId(call.params.id))
        const { rows, next_cursor } = await byNumber(
          call.query,
          ({ limit, last }) => listRevisions(db, { orgId: by.orgId, conversationId: id }, { limit, below: last }),
          ({ revision }) => revision,
        )
        const names = await namesOf(
          db,
          by.orgId,
          rows.flatMap(({ created_by }) => created_by ?? []),
        )
        const revisions = rows.map((one) => ({
          ...revisionView(one),
          is_current: one.revision === transcript_revision,
          created_by_name: names.get(one.created_by ?? '') ?? null,
        }))
        return okWithEtag(call, { revisions, next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/transcript/revisions/:revision'],
      summary: 'Read an earlier revision of a transcript',
      tag,
      auth: 'calls:read',
      params: Type.Object({ ...byId.properties, revision: Type.String({ maxLength: 200, description: 'Its number' }) }),
      answers: {
        200: {
          description: 'The revision with its turns, without findings',
          schema: Type.Object({
            revision: Type.Integer(),
            source: text,
            engine: orNull(anything),
            created_at: time,
            created_by: orNull(text),
            edit: orNull(anything),
            participants: Type.Array(anything),
            turns: Type.Array(turnAnswer),
          }),
        },
      },
      async handle(call) {
        const { by, params } = call
        const { id } = await requireConversation(db, by, ownId(params.id))
        if (!/^\d{1,9}$/.test(params.revision)) throw notFound()
        const revision = Number(params.revision)
        const found = await getTranscript(db, { orgId: by.orgId, conversationId: id, revision })
        if (!found) throw notFound()
        const { org_id: _, conversation_id: _id, ...shown } = found
        return okWithEtag(call, shown)
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/analyses'],
      summary: 'List the analyses of a conversation: what was found each time it was processed',
      tag,
      auth: 'calls:read',
      params: byId,
      query,
      answers: {
        200: {
          description: 'A page, newest first',
          schema: pageAnswer('analyses', Type.Object(analysisFields)),
        },
      },
      async handle(call) {
        const { by } = call
        const { id, analysis_id } = await requireConversation(db, by, ownId(call.params.id))
        const { rows, next_cursor } = await byRowId(
          call.query,
          ({ limit, last }) => listAnalyses(db, { orgId: by.orgId, conversationId: id }, { limit, below: last }),
          (one) => one.id,
        )
        const analyses = rows.map((one) => ({ ...one, is_current: one.id === analysis_id }))
        return okWithEtag(call, { analyses, next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/analyses/:analysis_id'],
      summary: 'Read an earlier analysis',
      tag,
      auth: 'calls:read',
      params: Type.Object({ ...byId.properties, analysis_id: Type.String({ maxLength: 200 }) }),
      answers: {
        200: {
          description: 'The analysis',
          schema: Type.Object({
            id: Type.String({ format: 'uuid' }),
            transcript_revision: Type.Integer(),
            provenance: anything,
            turns: Type.Array(anything),
            languages: Type.Array(anything),
            sentiment: anything,
            keywords: anything,
            summary: anything,
            metrics: Type.Record(Type.String(), anything),
            created_at: time,
          }),
        },
      },
      async handle(call) {
        const { by, params } = call
        const { id } = await requireConversation(db, by, ownId(params.id))
        const found = isUuid(params.analysis_id) ? await getAnalysis(db, by.orgId, id, params.analysis_id) : null
        if (!found) throw notFound()
        const { org_id: _, conversation_id: _id, ...analysis } = found
        return okWithEtag(call, analysis)
      },
    }),
  ]
}
