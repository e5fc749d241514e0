// What the routes say of a document, as schemas and as values. A report's keys are those of the hosted service, and more.

import { type TSchema, Type } from 'typebox'
import type { Secrets } from '../../platform/secrets.ts'
import { fileLink, linkHours } from './links.ts'
import {
  type Document,
  type DocumentKind,
  documentStates,
  type ExportDefinition,
  type ReportDefinition,
} from './shapes.ts'

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
export const text = Type.String()
export const time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' })
const anything = Type.Object({}, { additionalProperties: true })

const common = {
  name: text,
  format: text,
  status: Type.String({
    enum: ['generating', 'completed', 'failed', 'expired'],
    description: '`generating` until it is there; `expired` once its file was removed',
  }),
  state: Type.String({ enum: [...documentStates] }),
  rows: orNull(Type.Integer({ description: 'Conversations that it tells of' })),
  size_bytes: orNull(Type.Integer()),
  warnings: Type.Array(text),
  failure: orNull(Type.Object({ code: text, message: text })),
  created_by: text,
  created_at: time,
  started_at: orNull(time),
  completed_at: orNull(time),
  expires_at: orNull(time),
  download_url: orNull(
    Type.String({
      description: 'Works without a key for an hour, once it is completed. Each reading gives a new one.',
    }),
  ),
  links: Type.Object({ self: text, file: text }),
}

export const exportAnswer = Type.Object({ export_id: text, ...common, definition: anything })

export const reportAnswer = Type.Object({
  report_id: text,
  report_type: text,
  ...common,
  definition: anything,
  schedule_id: orNull(text),
  estimated_completion: orNull(time),
})

type Parts = { secrets: Pick<Secrets, 'hash'>; publicUrl: () => string }

const iso = (at: Date | null) => at?.toISOString() ?? null
const reportSeconds = 10

export function documentView({ secrets, publicUrl }: Parts, document: Document) {
  const self = `/v1/${document.kind}s/${document.id}`
  const { state } = document
  const isThere = state !== 'failed' && state !== 'expired'
  const { url } = fileLink(secrets, document, { publicUrl: publicUrl(), hours: linkHours.answer })
  const facts = {
    name: document.name,
    format: document.format,
    status: state === 'queued' || state === 'running' ? 'generating' : state,
    state,
    rows: document.row_count,
    size_bytes: document.size_bytes,
    warnings: document.warnings,
    failure: document.failure,
    created_by: document.created_by,
    created_at: document.created_at.toISOString(),
    started_at: iso(document.started_at),
    completed_at: iso(document.completed_at),
    expires_at: iso(document.expires_at),
    download_url: isThere ? url : null,
    links: { self, file: `${self}/file` },
    definition: document.definition,
  }
  if (document.kind === 'export') return { export_id: document.id, ...facts }
  return {
    report_id: document.id,
    report_type: (document.definition as ReportDefinition).report_type,
    ...facts,
    schedule_id: document.schedule_id,
    estimated_completion: state === 'queued' || state === 'running' ? estimate(document) : null,
  }
}

const estimate = ({ created_at }: Document) =>
  new Date(Math.max(created_at.getTime(), Date.now()) + reportSeconds * 1000).toISOString()

/** For the audit: no names of people, no words that were searched for. */
export const auditOf = (document: Pick<Document, 'format' | 'definition'> & { kind: DocumentKind }) => {
  const { channel, filter, q, departments, teams, agents } = document.definition as ExportDefinition | ReportDefinition
  return {
    format: document.format,
    channel,
    has_filter: filter !== null || q !== null,
    departments: departments.length,
    teams: teams.length,
    agents: agents.length,
  }
}
