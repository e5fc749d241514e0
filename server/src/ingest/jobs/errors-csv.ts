// The failed items of an ingest job as a CSV: what went wrong, what to do, and what was said of each, so that it can be
// mended in a spreadsheet and sent again.

import { Readable } from 'node:stream'
import { type Separator, writeCsvRows } from '../../platform/csv.ts'
import type { Db } from '../../platform/db/db.ts'
import { sameScope } from '../../platform/db/scope.ts'
import { fieldNames } from './item-figures.ts'
import { listItems } from './items.ts'
import type { IngestItem } from './shapes.ts'

const pageRows = 500
/** Spreadsheets have 16,384; whoever sends more names is mistaken about something else. */
const fieldsMax = 1000
/** Excel cuts a cell that is longer. */
const cellCharsMax = 32_767

/** Of the table itself: batch/call-rows.ts leaves them out when it reads the table again. */
export const errorColumns = ['error_position', 'error_code', 'error_reason', 'error_advice']

/** Names under which a row may say which file it is about. */
const fileNames = ['filename', 'file_name', 'file']

/** As a text/csv, read as fast as it is taken. Every line shows the item's name under `filename`. */
export function errorsCsv(db: Db, job: { orgId: string; jobId: string }, separator: Separator = ','): Readable {
  const here = sameScope()
  async function* pages() {
    const names = await here(() => fieldNames(db, { ...job, state: 'failed' }, fieldsMax))
    const said = names.filter((name) => !fileNames.includes(name.toLowerCase()))
    // A byte order mark tells Excel that it is UTF-8.
    yield `\ufeff${writeCsvRows([[...errorColumns, 'filename', ...said]], separator)}`
    for (let after: number | null = null; ; ) {
      const items = await here(() => listItems(db, job, { states: ['failed'], after, limit: pageRows }))
      const rows = items.map((item) => row(item, said))
      if (rows.length > 0) yield writeCsvRows(rows, separator)
      const last = items.at(-1)
      if (!last || items.length < pageRows) return
      after = last.position
    }
  }
  return Readable.from(pages())
}

function row(item: IngestItem, said: string[]): string[] {
  const { fields, locator, code, reason } = item
  const file = fileNames.map((name) => fields[name]).find((value) => typeof value === 'string')
  const error = [item.position, code, reason, adviceFor(item)]
  const named = 'url' in locator ? locator.url : (file ?? item.name)
  return [...error.map(cell), cell(named), ...said.map((name) => asText(cell(fields[name])))]
}

/** Without the apostrophe a spreadsheet takes the first zero of a telephone number away, and rounds a long id. */
const asText = (text: string) => (/^0\d+$|^\d{16,}$/.test(text) ? `'${text}` : text)

function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.slice(0, cellCharsMax)
}

const advice: Record<string, string> = {
  given_up: 'Retry it: the server could not take it in at the time.',
  never_sent: 'Send it again, naming another open job.',
  upload_expired: 'Send it again, naming another open job.',
  allocation_exceeded: 'Have the allocation raised, or wait for the next month; then retry it.',
  beyond_reach: 'Have it sent by somebody who has access to that team or department.',
  team_required: 'Name the team in its row; or retry it with unknown_people=leave.',
  department_required: 'Name the department in its row; or retry it with unknown_people=leave.',
  may_not_create: 'Have it retried by somebody who may; or retry it with unknown_people=leave.',
  unknown_agent: 'Mend the name, or say in people whom it stands for; or retry it with unknown_people=leave.',
  unknown_team: 'Mend the name, or say in people what it stands for; or retry it with unknown_people=leave.',
  unknown_department: 'Mend the name, or say in people what it stands for; or retry it with unknown_people=leave.',
  no_file: 'Mend the name of the file, or put the file into the ZIP; then send both again.',
  too_large: 'Send a smaller file: compressed (MP3, Opus) or split.',
  object_too_large: 'Send a smaller file: compressed (MP3, Opus) or split.',
}

/** What failed before any try cannot be tried again: its contents are at fault. */
function adviceFor({ code, attempt }: IngestItem): string {
  const general =
    attempt > 0 ? 'Mend what the reason says; then retry it, or send it again.' : 'Mend it, and send it again.'
  return advice[code ?? ''] ?? general
}
