// How ingest jobs and their items are shown. Nothing of how they are kept leaves by here.

import { type TSchema, Type } from 'typebox'
import type { Pace } from './item-figures.ts'
import { ended } from './jobs.ts'
import type { Counts, IngestItem, IngestJob } from './shapes.ts'

export type Progress = { share: number | null; items_per_second: number | null; estimated_end: string | null }

const path = '/v1/ingest-jobs'

export const jobPath = ({ id }: Pick<IngestJob, 'id'>): string => `${path}/${id}`

export const isEnded = ({ state }: Pick<IngestJob, 'state'>): boolean => ended.includes(state)

const text = Type.String()
const moment = Type.String({ format: 'date-time' })
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const count = Type.Integer({ minimum: 0 })
const similar = Type.Array(
  Type.Object({ name: text, items: count, similar: Type.Array(text, { description: 'Known names it may mean' }) }),
)

export const countsAnswer = Type.Object({
  total: count,
  ok: count,
  failed: count,
  duplicate: count,
  waiting: count,
  cancelled: count,
})

export const progressAnswer = Type.Object({
  share: orNull(Type.Number({ description: '0 to 1; null while it is not known how much there is' })),
  items_per_second: orNull(Type.Number()),
  estimated_end: orNull(moment),
})

export const jobAnswer = Type.Object({
  job_id: Type.String({ format: 'uuid' }),
  name: text,
  source: Type.Enum(['zip', 'list', 'remote_folder', 'watch', 'api']),
  source_id: orNull(Type.String({ description: 'Of the remote folder or the watcher' })),
  state: Type.Enum(['open', 'uploading', 'received', 'expanded', 'planned', 'done', 'partial', 'failed', 'cancelled']),
  is_dry_run: Type.Boolean(),
  options: Type.Object({}, { additionalProperties: true }),
  counts: countsAnswer,
  progress: progressAnswer,
  warnings: Type.Array(text),
  findings: Type.Object(
    {
      agents: Type.Optional(similar),
      teams: Type.Optional(similar),
      departments: Type.Optional(similar),
      rows_without_file: Type.Optional(Type.Array(text)),
      files_without_row: Type.Optional(Type.Array(text)),
      ignored_files: Type.Optional(Type.Array(text)),
    },
    { description: 'Names that are not known yet, rows without a file, files without a row' },
  ),
  failure: Type.Union([Type.Object({ code: text, reason: text }), Type.Null()], {
    description: 'Why nothing of it could be taken in',
  }),
  file_url: orNull(text),
  size_bytes: orNull(Type.Integer({ description: 'Of what is kept of it' })),
  made_by: text,
  sent_by: text,
  created_at: moment,
  updated_at: moment,
  ended_at: orNull(moment),
  links: Type.Object({ self: text, items: text, errors: text, progress: text }),
})

export const itemAnswer = Type.Object({
  position: count,
  name: text,
  kind: Type.Enum(['recording', 'chat']),
  state: Type.Enum(['waiting', 'ok', 'failed', 'duplicate', 'cancelled']),
  code: orNull(text),
  reason: orNull(text),
  warnings: Type.Array(text),
  conversation_id: orNull(text),
  size_bytes: orNull(Type.Integer()),
  attempt: count,
})

export function jobView(job: IngestJob, counts: Counts, pace: Pace | null) {
  const self = jobPath(job)
  return {
    job_id: job.id,
    name: job.name,
    source: job.source,
    source_id: job.source_id,
    state: job.state,
    is_dry_run: job.is_dry_run,
    options: job.options,
    counts,
    progress: progressOf(job, counts, pace),
    warnings: job.warnings,
    findings: job.findings,
    failure: job.failure,
    file_url: job.file_url === null ? null : withoutSecrets(job.file_url),
    size_bytes: job.parts.length > 0 ? job.parts.reduce((sum, part) => sum + part.size_bytes, 0) : null,
    made_by: job.made_by,
    sent_by: job.sent_by.actor,
    created_at: job.created_at,
    updated_at: job.updated_at,
    ended_at: job.ended_at,
    links: { self, items: `${self}/items`, errors: `${self}/errors.csv`, progress: `${self}/progress` },
  }
}

/** Of an open job nobody knows how much will come; of one that is being read, not yet. */
export function progressOf(job: Pick<IngestJob, 'state'>, counts: Counts, pace: Pace | null): Progress {
  if (isEnded(job)) return { share: 1, items_per_second: null, estimated_end: null }
  const isKnown = job.state === 'expanded' && counts.total > 0
  const perSecond = pace && pace.items > 0 ? pace.items / Math.max(1, pace.seconds) : null
  const leftMs = isKnown && perSecond !== null ? (counts.waiting / perSecond) * 1000 : null
  return {
    share: isKnown ? rounded((counts.total - counts.waiting) / counts.total, 4) : null,
    items_per_second: perSecond === null ? null : rounded(perSecond, 2),
    estimated_end: leftMs === null ? null : new Date(Date.now() + leftMs).toISOString(),
  }
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

/** Without user, password and query, where signatures stand. */
function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return url.href
}

export const itemView = (item: IngestItem) => ({
  position: item.position,
  name: item.name,
  kind: item.kind,
  state: item.state,
  code: item.code,
  reason: item.reason,
  warnings: item.warnings,
  conversation_id: item.conversation_id,
  size_bytes: item.size_bytes,
  attempt: item.attempt,
})
