// The transcript of one conversation as a file. Its sound is playback-routes.ts.

import { Type } from 'typebox'
import type { Db } from '../platform/db/db.ts'
import { ok, type Route, route } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { byId, ownId } from './conversation-id.ts'
import { readDossier } from './dossier.ts'
import type { Channel } from './shapes.ts'
import { toExport } from './to-export.ts'
import { exportTranscript, type TranscriptFormat, transcriptFormats } from './transcript-exports/index.ts'

const tag = 'Conversations'

/** `/v1/calls/…` knows calls only, `/v1/chats/…` chats. */
const channelOf = (path: string): Channel | undefined =>
  path.includes('/calls/') ? 'voice' : path.includes('/chats/') ? 'chat' : undefined

const formats = Object.keys(transcriptFormats) as TranscriptFormat[]

export function transcriptRoutes({ db }: { db: Db }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/transcript', '/v1/calls/:id/transcript', '/v1/chats/:id/transcript'],
      summary: 'Export the transcript as text, SRT, VTT, JSON or vCon',
      tag,
      auth: 'calls:read',
      params: byId,
      query: Type.Object({
        format: Type.Optional(
          Type.Union(
            formats.map((name) => Type.Literal(name)),
            { default: 'json' },
          ),
        ),
      }),
      answers: {
        200: {
          description: 'The transcript as a file',
          contentType: formats.map((name) => transcriptFormats[name].contentType),
        },
        409: { description: 'There is no transcript yet' },
      },
      async handle({ by, params, query, path }) {
        const dossier = await readDossier(db, by, ownId(params.id), channelOf(path))
        const { conversation } = dossier
        if (!dossier.transcript) {
          const detail = `There is no transcript yet: the conversation is ${conversation.status}.`
          throw new Problem('conflict', 'no_transcript_yet', detail)
        }
        const format = (query.format ?? 'json') as TranscriptFormat
        const { contentType, extension, body } = exportTranscript(format, toExport(dossier))
        return ok(body, {
          'Content-Type': contentType,
          'Content-Disposition': `inline; filename="${conversation.id}.${extension}"`,
          'X-Content-Type-Options': 'nosniff',
        })
      },
    }),
  ]
}
