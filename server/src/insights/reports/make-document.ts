// The job that makes a report or an export: with the rights that whoever asked for it has now, into the store, and told of in
// the transaction that ends it. Run again after a kill it writes the same file anew.

import { authorise, holderNow } from '../../access/index.ts'
import { isUnmasked } from '../../conversations/index.ts'
import { emit, takeSequence } from '../../events/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { JobInterrupted, job, type Worker, type Write, worker } from '../../platform/jobs/job.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import type { Store } from '../../storage/index.ts'
import { changeDocument, fileKey, findDocument } from './documents.ts'
import type { ExportFile } from './export-file.ts'
import type { ReportMails } from './report-mails.ts'
import { contentTypes, type Document } from './shapes.ts'

type Input = { orgId: string; documentId: string }

export const makeJob = job<Input>({ name: 'reports.make', retryLimit: 4, timeoutS: 3600, concurrency: 1 })

const fileBytesMax = 4 * 2 ** 30

export type MakeParts = {
  db: Db
  store: Store
  log: Log
  keepDays: number
  /** The bytes of it, for somebody. */
  fileOf(by: Principal, document: Document): Promise<ExportFile>
  removeFiles(tx: Tx, keys: readonly string[]): Promise<void>
  mails: Pick<ReportMails, 'enqueue' | 'giveUp'>
}

export function makeWorker(parts: MakeParts): Worker {
  const { db, store, log } = parts
  return worker<Input>({
    job: makeJob,
    async handle({ orgId, documentId }, { signal }) {
      const document = await findDocument(db, orgId, documentId)
      if (!document || !isUnfinished(document)) return undefined
      const by = await holderNow(db, orgId, document.created_by)
      try {
        requireRights(by, document)
        await changeDocument(db, document, {
          state: 'running',
          started_at: new Date(),
          made_reach: by.reach,
          made_unmasked: isUnmasked(by),
        })
        const { stream, told } = await parts.fileOf(by, document)
        const contentType = contentTypes[document.format]
        const stored = await store.put(fileKey(document), stream, { sizeBytesMax: fileBytesMax, contentType, signal })
        return ready(parts, document, { sizeBytes: stored.sizeBytes, ...told() })
      } catch (error) {
        if (!isFinal(error)) throw error
        log.info({ err: error, documentId }, 'a document cannot be made')
        return failed(parts, document, failureOf(error))
      }
    },
    postpone: ({ orgId, documentId }, _run, error) =>
      error instanceof JobInterrupted
        ? async () => undefined
        : (tx) => changeDocument(tx, { org_id: orgId, id: documentId }, { failure: failureOf(error) }),
    async bury({ orgId, documentId }) {
      const document = await findDocument(db, orgId, documentId)
      if (!document || !isUnfinished(document)) return undefined
      return failed(parts, document, document.failure ?? failureOf(null))
    },
  })
}

const isUnfinished = ({ state }: Document) => state === 'queued' || state === 'running'

function requireRights(by: Principal | null, { kind }: Document): asserts by is Principal {
  if (!by) {
    const detail = 'Whoever asked for it may not use this organisation any more.'
    throw new Problem('forbidden', 'no_rights', detail)
  }
  authorise(by, kind === 'export' ? 'calls:read' : 'analytics:read')
}

/** Another try would end the same. */
const isFinal = (error: unknown): boolean =>
  error instanceof Problem && ['invalid', 'forbidden', 'not_found', 'too_large', 'conflict'].includes(error.kind)

const failureOf = (error: unknown): NonNullable<Document['failure']> =>
  error instanceof Problem && error.kind !== 'bug'
    ? { code: error.code, message: error.detail }
    : { code: 'not_made', message: 'It could not be made, for a reason that is in the log of the server.' }

const failed =
  ({ mails, removeFiles }: MakeParts, document: Document, failure: NonNullable<Document['failure']>): Write =>
  async (tx) => {
    await changeDocument(tx, document, { state: 'failed', failure, completed_at: new Date() })
    await mails.giveUp(tx, document)
    // An earlier try may have written it.
    await removeFiles(tx, [fileKey(document)])
  }

type Made = { sizeBytes: number; rows: number; warnings: string[] }

const ready =
  ({ keepDays, mails, removeFiles }: MakeParts, document: Document, { sizeBytes, rows, warnings }: Made): Write =>
  async (tx) => {
    const now = Date.now()
    const done = await changeDocument(tx, document, {
      state: 'completed',
      completed_at: new Date(now),
      expires_at: new Date(now + keepDays * 86_400_000),
      size_bytes: sizeBytes,
      row_count: rows,
      warnings: [...document.warnings, ...warnings],
      failure: null,
    })
    // Deleted while it was being made.
    if (!done) return removeFiles(tx, [fileKey(document)])
    await mails.enqueue(tx, done)
    await tell(tx, done)
  }

async function tell(tx: Tx, document: Document): Promise<void> {
  const { org_id: orgId, id, kind } = document
  const [seq = 0] = await takeSequence(tx, [orgId])
  const self = `/v1/${kind}s/${id}`
  const data = {
    name: document.name,
    format: document.format,
    rows: document.row_count,
    size_bytes: document.size_bytes ?? 0,
    warnings: document.warnings,
    created_by: document.created_by,
    expires_at: (document.expires_at ?? new Date()).toISOString(),
    links: { self, file: `${self}/file` },
  }
  const event = { orgId, seq, conversationId: null }
  await (kind === 'report'
    ? emit(tx, [
        { ...event, type: 'report.ready', data: { report_id: id, schedule_id: document.schedule_id, ...data } },
      ])
    : emit(tx, [{ ...event, type: 'export.ready', data: { export_id: id, ...data } }]))
}
