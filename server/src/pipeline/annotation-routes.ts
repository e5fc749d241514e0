// What a player draws over a recording: who speaks, where nobody does, where two do, and who cuts in. Computed from what
// the figures were computed from.

import { Type } from 'typebox'
import { byId, getConversation, ownId, requireTranscript, stageResult } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import { okWithEtag } from '../platform/http/etag.ts'
import { type Route, route } from '../platform/http/route.ts'
import { notFound, Problem } from '../platform/problem.ts'
import { type Spans, spansOf } from './metrics/index.ts'
import type { AudioFacts } from './stages/decode.ts'

const kinds = ['speech', 'silence', 'dead_air', 'hold', 'overtalk', 'interruption'] as const
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const kind = Type.Union(kinds.map((one) => Type.Literal(one)))

const annotationsAnswer = Type.Object({
  conversation_id: Type.String({ format: 'uuid' }),
  revision: Type.Integer({ description: 'Of the transcript that they were computed from' }),
  duration_ms: Type.Integer(),
  annotations: Type.Array(
    Type.Object({
      kind,
      start_ms: Type.Number(),
      end_ms: Type.Number(),
      channel_index: orNull(Type.Integer({ description: '0 = left; null: of no channel alone' })),
      participant_id: orNull(Type.String({ description: 'Who speaks, or cuts in' })),
      turn_ids: Type.Array(Type.String()),
    }),
  ),
  missing: Type.Record(Type.String(), Type.String(), {
    description: 'Why there are none of a kind, where that cannot be known',
  }),
})

export function annotationRoutes({ db }: { db: Db }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/annotations'],
      summary: 'Spans of a recording: speech, silence, dead air, holds, overtalk, interruptions',
      description: 'By the definitions of the metrics. Chats have no recording, and no spans.',
      tag: 'Conversations',
      auth: 'calls:read',
      params: byId,
      query: Type.Object({
        kinds: Type.Optional(Type.String({ maxLength: 200, description: 'Only these, parted by commas' })),
      }),
      answers: {
        200: { description: 'The spans, in order of time', schema: annotationsAnswer },
        409: { description: 'There is no transcript yet' },
      },
      async handle(call) {
        const { by, params, query } = call
        const conversation = await getConversation(db, by, ownId(params.id))
        if (!conversation) throw notFound()
        const { id, transcript_revision: revision, channel, duration_ms } = conversation
        const wanted = readKinds(query.kinds)
        if (revision === null) {
          const detail = `There is no transcript yet: the conversation is ${conversation.status}.`
          throw new Problem('conflict', 'no_transcript_yet', detail)
        }
        const { spans, missing } =
          channel === 'voice' ? await readSpans(db, by.orgId, id, revision) : { spans: [], missing: {} }
        return okWithEtag(call, {
          conversation_id: id,
          revision,
          duration_ms: duration_ms ?? 0,
          annotations: spans.filter((span) => wanted.has(span.kind)),
          missing: Object.fromEntries(Object.entries(missing).filter(([kind]) => wanted.has(kind))),
        })
      },
    }),
  ]
}

function readKinds(text: string | undefined): Set<string> {
  const said = text?.split(',').map((word) => word.trim()) ?? kinds
  const unknown = said.find((word) => !(kinds as readonly string[]).includes(word))
  if (unknown === undefined) return new Set(said)
  const detail = `kinds: there is no "${unknown}". Send some of ${kinds.join(', ')}.`
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field: 'kinds' } })
}

async function readSpans(db: Db, orgId: string, conversationId: string, revision: number): Promise<Spans> {
  const [{ participants, turns }, audio] = await Promise.all([
    requireTranscript(db, { orgId, conversationId, revision }),
    stageResult<AudioFacts | null>(db, orgId, conversationId, 'decode'),
  ])
  if (!audio) throw new Problem('conflict', 'no_transcript_yet', 'The recording has not been looked at yet.')
  return spansOf({ ...audio, participants, turns, holds: null })
}
