// What a list of conversations shows of each, read for a page at once: the row, its agent, its figures, and where the
// words stand that were looked for. Everything as the viewer may see it.

import { type RawBuilder, sql } from 'kysely'
import { type ExportRow, readExportRows, type Turn, type Viewer } from '../../conversations/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { FilterNode } from '../../platform/filter/syntax-tree.ts'
import type { NumberColumn } from '../facts/columns.ts'
import { type Highlight, highlightsIn, soughtIn } from './highlights.ts'

const highlightsMax = 3
const highlightCharsMax = 240

export type RowsWanted = { ids: string[]; columns: readonly NumberColumn[]; sought: FilterNode | null }

/** In the order of the ids; those that are gone by now are left out. */
export async function readRows(db: DbOrTx, by: Viewer, { ids, columns, sought }: RowsWanted) {
  if (ids.length === 0) return []
  const [found, figures, names, marked] = await Promise.all([
    readExportRows(db, by, {
      where: sql`id = any(${ids}::uuid[])`,
      after: null,
      limit: ids.length,
      withFindings: false,
    }),
    readFigures(db, by, ids, columns),
    readFileNames(db, by, ids),
    readHighlights(db, by, ids, sought),
  ])
  const rows = new Map(found.map((one) => [one.conversation.id, one]))
  return ids.flatMap((id) => {
    const row = rows.get(id)
    return row ? [view(row, figures.get(id), columns, names.get(id) ?? null, marked.get(id) ?? [])] : []
  })
}

type Figures = Partial<Record<NumberColumn, number | null>>
const always = ['handle_time', 'silence_time', 'silence_ratio', 'avg_response_time', 'sentiment_customer'] as const

function view(
  { conversation, agent, agentName }: ExportRow,
  figures: Figures | undefined,
  columns: readonly NumberColumn[],
  fileName: string | null,
  highlights: Highlight[],
) {
  const { direction, caller_number, called_number } = conversation
  const figure = (name: NumberColumn) => figures?.[name] ?? null
  return {
    id: conversation.id,
    channel: conversation.channel,
    status: conversation.status,
    direction,
    external_id: conversation.external_id,
    // Files are often named by the number of who called.
    file_name: conversation.is_masked ? null : fileName,
    started_at: conversation.started_at.toISOString(),
    received_at: conversation.received_at.toISOString(),
    updated_at: conversation.updated_at.toISOString(),
    duration_ms: conversation.duration_ms,
    language: conversation.language,
    sentiment: conversation.sentiment,
    sentiment_customer: figure('sentiment_customer'),
    agent: {
      agent_id: agent?.id ?? null,
      name: agentName,
      email: agent?.email ?? conversation.agent_given?.email ?? null,
    },
    team: conversation.team ?? agent?.team ?? null,
    department: conversation.department ?? agent?.department ?? null,
    contact: {
      number: direction === 'outbound' ? called_number : caller_number,
      customer_ref: conversation.customer_ref,
    },
    caller_number,
    called_number,
    tags: conversation.tags,
    reviewed: conversation.reviewed_at !== null,
    reviewed_at: conversation.reviewed_at?.toISOString() ?? null,
    handle_time: figure('handle_time'),
    silence_time: figure('silence_time'),
    silence_ratio: figure('silence_ratio'),
    response_time: figure('avg_response_time'),
    metrics: Object.fromEntries(columns.map((name) => [name, figure(name)])),
    failure: conversation.failure,
    seq: conversation.seq,
    is_masked: conversation.is_masked ?? false,
    highlights,
  }
}

async function readFigures(db: DbOrTx, { orgId }: Viewer, ids: string[], columns: readonly NumberColumn[]) {
  const names = sql.join([...new Set([...always, ...columns])].map((name) => sql.ref(name)))
  const { rows } = await sql<Figures & { id: string }>`
    select conversation_id as id, ${names} from conversation_facts
    where org_id = ${orgId} and conversation_id = any(${ids}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

async function readFileNames(db: DbOrTx, { orgId }: Viewer, ids: string[]): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ id: string; name: string | null }>`
    select distinct on (conversation_id) conversation_id as id, file_name as name from recordings
    where org_id = ${orgId} and conversation_id = any(${ids}::uuid[])
    order by conversation_id, id desc`.execute(db)
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** The words of those that the viewer may see: they are named by a list that was read within the reach. */
async function readHighlights(db: DbOrTx, { orgId }: Viewer, ids: string[], sought: FilterNode | null) {
  const words = sought ? soughtIn(sought) : []
  if (words.length === 0) return new Map<string, Highlight[]>()
  const { rows } = await sql<{ id: string; turns: Turn[] }>`
    select c.id, t.turns from conversations c
    join transcripts t on t.org_id = c.org_id and t.conversation_id = c.id and t.revision = ${revisionOf}
    where c.org_id = ${orgId} and c.id = any(${ids}::uuid[])`.execute(db)
  return new Map(rows.map(({ id, turns }) => [id, highlightsIn(turns, words, highlightsMax, highlightCharsMax)]))
}

/** A chat's words are there from the start; a call's come with its transcript. */
const revisionOf: RawBuilder<number> = sql`coalesce(c.transcript_revision, case c.channel when 'chat' then c.version end)`
