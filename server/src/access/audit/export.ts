// The audit as a file: NDJSON, where each line is the canonical JSON of a row with its hash, so that anybody can check
// it; or CSV for spreadsheets. Oldest first, read as fast as it is taken.

import { Readable } from 'node:stream'
import { writeCsvRows } from '../../platform/csv.ts'
import type { Db } from '../../platform/db/db.ts'
import { sameScope } from '../../platform/db/scope.ts'
import { type AuditFilter, type ReadRow, readAudit } from './read.ts'
import { rowText } from './row.ts'

export const exportFormats = ['ndjson', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

export const exportTypes: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

const pageRows = 1000
const columns: (keyof ReadRow)[] = [
  'org_id',
  'seq',
  'at',
  'actor',
  'action',
  'target',
  'result',
  'request_id',
  'address',
  'user_agent',
  'data',
  'prev_hash',
  'hash',
]

export function exportAudit(db: Db, orgId: string, filter: AuditFilter, format: ExportFormat): Readable {
  const here = sameScope()
  async function* pages() {
    if (format === 'csv') yield writeCsvRows([columns])
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = await here(() => readAudit(db, orgId, filter, { limit: pageRows, after }))
      if (rows.length > 0) yield format === 'csv' ? csvOf(rows) : rows.map(lineOf).join('')
      const last = rows.at(-1)
      if (!last || rows.length < pageRows) return
      after = last.seq
    }
  }
  return Readable.from(pages())
}

/** `hash` stands last: the text before it, closed with a brace, is what was hashed. */
const lineOf = ({ prev_hash, hash, ...row }: ReadRow): string =>
  hash === null || prev_hash === null
    ? `${JSON.stringify({ ...row, data: JSON.parse(row.data) })}\n`
    : `${rowText({ ...row, prev_hash }).slice(0, -1)},"hash":"${hash}"}\n`

const csvOf = (rows: ReadRow[]): string => writeCsvRows(rows.map((row) => columns.map((name) => row[name])))
