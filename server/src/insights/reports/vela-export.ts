// The hosted service's export of its list: `GET /calls/export/vela` answers with the address of a CSV.

import { setTimeout as delay } from 'node:timers/promises'
import { Type } from 'typebox'
import { authorise, resolveOrgId, writeAudit } from '../../access/index.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { auditOf, documentView } from './document-answers.ts'
import { findDocument } from './documents.ts'
import { askFor, type ExportParts, exportName, readExport } from './export-routes.ts'
import { fileName } from './file-answer.ts'

const waitMsMax = 20_000
const lookEveryMs = 150
const pageDefault = 100_000

const list = (description: string) =>
  Type.Optional(
    Type.Union([Type.String({ maxLength: 4000 }), Type.Array(Type.String({ maxLength: 300 }))], { description }),
  )
const number = Type.Optional(Type.Number())

export const velaExportRoutes = (parts: ExportParts): Route[] => [
  route({
    method: 'GET',
    paths: ['/calls/export/vela'],
    summary: 'Export calls as CSV: the name of the file and where it is',
    description:
      'Waits up to 20 s. `status` is `completed`, or `generating`: then the same address works a little later. Dates as `DD-MM-YYYY` or in any other form.',
    tag: 'Exports',
    auth: 'analytics:read',
    query: Type.Object({
      org_id: Type.Optional(Type.String({ maxLength: 100 })),
      start_date: Type.Optional(Type.String({ maxLength: 200 })),
      end_date: Type.Optional(Type.String({ maxLength: 200 })),
      departments: list('Names or ids, with commas, or repeated'),
      teams: list('Names or ids'),
      agents: list('Ids, external ids or e-mail addresses'),
      min_score: number,
      max_score: number,
      page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'From 1' })),
      count_per_page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    }),
    answers: {
      200: {
        description: 'Where the file is',
        schema: Type.Object({
          file_name: Type.String(),
          presigned_url: Type.String({ description: 'Works without a key for an hour' }),
          status: Type.String({ enum: ['generating', 'completed'] }),
          export_id: Type.String(),
          warnings: Type.Array(Type.String()),
        }),
      },
    },
    async handle({ by, query, requestId, signal }) {
      authorise(by, 'calls:read')
      await resolveOrgId(parts.db, by.orgId, query.org_id)
      const definition = await readExport(parts, by, {
        start_date: query.start_date ?? null,
        end_date: query.end_date ?? null,
        channel: 'voice',
        departments: wordsOf(query.departments),
        teams: wordsOf(query.teams),
        agents: wordsOf(query.agents),
      })
      const limit = query.count_per_page ?? pageDefault
      const isPaged = query.page !== undefined || query.count_per_page !== undefined
      const created = await parts.db.transaction().execute(async (tx) => {
        const document = await askFor(tx, parts.queue(), {
          org_id: by.orgId,
          kind: 'export',
          name: exportName(definition).replace('conversations', 'calls'),
          format: 'csv',
          definition: { ...definition, page: isPaged ? { offset: ((query.page ?? 1) - 1) * limit, limit } : null },
          created_by: by.actor,
        })
        if (!document) throw new Problem('bug', 'not_created', 'The export was not written down.')
        const entry = { action: 'export.create', target: document.id, data: auditOf(document) }
        await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, requestId, ...entry }])
        return document
      })
      const document = (await ended(parts, created, signal)) ?? created
      if (document.state === 'failed') {
        throw new Problem('unavailable', document.failure?.code ?? 'not_made', document.failure?.message ?? '')
      }
      const view = documentView(parts, document)
      const hasScores = query.min_score !== undefined || query.max_score !== undefined
      return ok({
        file_name: fileName(document),
        presigned_url: view.download_url ?? '',
        status: view.status,
        export_id: document.id,
        warnings: [
          ...document.warnings,
          ...(hasScores ? ['min_score and max_score were not used: calls have no scores yet.'] : []),
        ],
      })
    },
  }),
]

type Made = NonNullable<Awaited<ReturnType<typeof findDocument>>>

async function ended({ db }: ExportParts, { org_id, id }: Made, signal: AbortSignal): Promise<Made | null> {
  const until = performance.now() + waitMsMax
  for (;;) {
    const found = await findDocument(db, org_id, id)
    if (!found || !['queued', 'running'].includes(found.state) || performance.now() > until || signal.aborted)
      return found
    await delay(lookEveryMs)
  }
}

const wordsOf = (given: string | string[] | undefined): string[] =>
  [given ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((word) => word.trim())
    .filter(Boolean)
