// Exports over REST: asked for and made by a job, or streamed as they are read.

import { Type } from 'typebox'
import { authorise, writeAudit, writeOnce } from '../../access/index.ts'
import { readRange } from '../../platform/dates.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Answer, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import { Problem } from '../../platform/problem.ts'
import { checkColumns, describeColumns } from './columns.ts'
import { auditOf, documentView, exportAnswer } from './document-answers.ts'
import { type DocumentParts, documentRoutes, nameField } from './document-routes.ts'
import { createDocument } from './documents.ts'
import { exportFile } from './export-file.ts'
import { fileHeaders } from './file-answer.ts'
import { makeJob } from './make-document.ts'
import { readSelection, selectionFields } from './selection.ts'
import { type Document, type ExportDefinition, type ExportFormat, exportFormats } from './shapes.ts'

const tag = 'Exports'
const columnsMax = 500
const dateField = Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()]))

const fields = {
  start_date: dateField,
  end_date: dateField,
  ...selectionFields,
  columns: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: columnsMax,
      description: 'As GET /v1/exports/columns lists them, `metrics.*` and `metadata.*`; absent: all',
    }),
  ),
  separator: Type.Optional(Type.Union([Type.Literal(','), Type.Literal(';')])),
}

const exportBody = Type.Object(
  { format: Type.Union(exportFormats.map((one) => Type.Literal(one))), name: Type.Optional(nameField), ...fields },
  { examples: [{ format: 'xlsx', start_date: '2026-03-01', end_date: '2026-03-31', channel: 'voice' }] },
)

const column = Type.Object({
  id: Type.String(),
  title: Type.String({ description: 'As the first line of a file has it: metrics with the version of their formula' }),
  type: Type.String({ enum: ['text', 'number', 'date', 'boolean'] }),
  unit: Type.Union([Type.String(), Type.Null()]),
  about: Type.String(),
})

export type ExportParts = DocumentParts & { queue: () => Queue; zoneOf(orgId: string): Promise<string> }

type Given = Record<string, unknown> &
  Parameters<typeof readSelection>[2] & {
    start_date?: string | null
    end_date?: string | null
    columns?: string[]
    separator?: ',' | ';'
  }

/** @throws Problem('invalid') for dates, columns, people and filters that cannot be read */
export async function readExport(parts: ExportParts, by: Principal, given: Given): Promise<ExportDefinition> {
  const timeZone = await parts.zoneOf(by.orgId)
  const range = readRange(given.start_date, given.end_date, { timeZone, now: new Date() })
  if (given.columns) checkColumns(given.columns)
  return {
    ...(await readSelection(parts.db, by, given)),
    // An export has no default period: what is absent is open.
    from: given.start_date ? range.from.toISOString() : null,
    to: given.end_date ? range.to.toISOString() : null,
    columns: given.columns ?? null,
    separator: given.separator ?? ',',
    page: null,
  }
}

/** Written down and queued, in the caller's transaction. */
export async function askFor(
  tx: Tx,
  queue: Queue,
  document: Parameters<typeof createDocument>[1],
): Promise<Document | null> {
  const created = await createDocument(tx, document)
  if (created) {
    const { org_id: orgId, id: documentId } = created
    await queue.enqueue(tx, makeJob, [{ input: { orgId, documentId }, group: orgId }])
  }
  return created
}

export const exportName = ({ from, to }: Pick<ExportDefinition, 'from' | 'to'>): string =>
  ['conversations', from?.slice(0, 10), to?.slice(0, 10)].filter(Boolean).join('_')

export function exportRoutes(parts: ExportParts): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/exports'],
      summary: 'Export conversations, one row each, as a file that is made in the background',
      description:
        'Within your reach and masked as you see them, when it is made. `export.ready` tells when it is there; so does GET /v1/exports/{id}.',
      tag,
      auth: 'reports:manage',
      body: exportBody,
      answers: { 202: { description: 'It is being made', schema: exportAnswer } },
      async handle(call) {
        const { by } = call
        authorise(by, 'calls:read')
        const sent = await call.fields()
        const given = strictFields(exportBody, sent)
        const definition = await readExport(parts, by, given as Given)
        const format = given.format as ExportFormat
        const name = given.name?.trim() || exportName(definition)
        return writeOnce(parts, call, sent, async (tx) => {
          const created = await askFor(tx, parts.queue(), {
            org_id: by.orgId,
            kind: 'export',
            name,
            format,
            definition,
            created_by: by.actor,
          })
          if (!created) throw new Problem('bug', 'not_created', 'The export was not written down.')
          const answer: Answer = { status: 202, body: documentView(parts, created) }
          return { answer, action: 'export.create', target: created.id, data: auditOf(created) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/exports/columns'],
      summary: 'List the columns that an export can have',
      description: 'Besides these `metadata.<name>` for every name that your metadata has.',
      tag,
      auth: 'reports:manage',
      answers: { 200: { description: 'The columns', schema: Type.Object({ columns: Type.Array(column) }) } },
      handle: async () => ok({ columns: describeColumns() }),
    }),
    streamRoute(parts),
    ...documentRoutes(parts, { kind: 'export', tag, answer: exportAnswer }),
  ]
}

const list = (description: string) => Type.Optional(Type.String({ maxLength: 4000, description }))

const streamRoute = (parts: ExportParts) =>
  route({
    method: 'GET',
    paths: ['/v1/exports/stream'],
    summary: 'Export conversations as they are read',
    description:
      'The oldest first, no faster than you take them. A stream that breaks off was not all of it: the connection ends without the last chunk.',
    tag,
    auth: 'reports:manage',
    query: Type.Object({
      format: Type.Optional(Type.Union([Type.Literal('ndjson'), Type.Literal('csv')], { default: 'ndjson' })),
      start_date: list('From; any date format'),
      end_date: list('To; a date alone includes its whole day'),
      channel: list('`voice`, `chat` or `all`'),
      departments: list('Separated by commas'),
      teams: list('Separated by commas'),
      agents: list('Separated by commas'),
      include_unassigned: Type.Optional(Type.Boolean()),
      columns: list('Separated by commas'),
      separator: list('`,` or `;`'),
      filter: list('In the filter language'),
      q: list('Words to be found'),
    }),
    answers: { 200: { description: 'The file', contentType: ['application/x-ndjson', 'text/csv'] } },
    async handle({ by, query, requestId }) {
      authorise(by, 'calls:read')
      const words = (text: string | undefined) =>
        text
          ?.split(',')
          .map((one) => one.trim())
          .filter(Boolean)
      const definition = await readExport(parts, by, {
        ...query,
        departments: words(query.departments),
        teams: words(query.teams),
        agents: words(query.agents),
        columns: words(query.columns),
        separator: query.separator === ';' ? ';' : ',',
      } as Given)
      const format = (query.format ?? 'ndjson') as ExportFormat
      const timeZone = await parts.zoneOf(by.orgId)
      const { stream } = await exportFile(parts.db, { by, definition, format, timeZone, about: [] })
      const data = auditOf({ kind: 'export', format, definition })
      const entry = { orgId: by.orgId, actor: by.actor, action: 'export.stream', target: null, requestId, data }
      await parts.db.transaction().execute((tx) => writeAudit(tx, [entry]))
      return ok(stream, fileHeaders({ name: exportName(definition), format }))
    },
  })
