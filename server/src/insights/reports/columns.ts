// The columns of an export: one for everything that is known of a conversation, how it is called, and how it is read from a
// row. Metrics bear the id of their formula; metadata is laid flat, `metadata.order.id` for what was nested.

import type { ExportRow } from '../../conversations/index.ts'
import { listFormulas } from '../../pipeline/index.ts'
import { nearestName } from '../../platform/nearest-name.ts'
import { Problem } from '../../platform/problem.ts'
import { flatten } from './flatten.ts'

export type Cell = string | number | boolean | Date | null

export type Column = {
  id: string
  /** As the first line has it. */
  title: string
  type: 'text' | 'number' | 'date' | 'boolean'
  /** In characters, about. */
  width: number
  /** For people, on the sheet of columns. */
  about: string
  unit?: string
  isFinding?: true
  read(row: ExportRow, flat: Map<string, Cell>): Cell
}

type Read = (row: ExportRow) => Cell | undefined

const column =
  (type: Column['type'], width: number) =>
  (id: string, about: string, read: Read, rest = {}): Column => ({
    id,
    title: id,
    type,
    width,
    about,
    read: (row) => read(row) ?? null,
    ...rest,
  })
const text = column('text', 18)
const long = column('text', 60)
const name = column('text', 24)
const id = column('text', 38)
const date = column('date', 20)
const number = column('number', 12)
const finding = { isFinding: true } as const

const party = (side: 'overall' | 'agent' | 'customer', ending: string): Column[] => [
  text(`sentiment${ending}`, `Sentiment: ${side}`, ({ analysis }) => analysis?.sentiment[side].label, finding),
  number(
    `sentiment_score${ending}`,
    `Sentiment: ${side}, from -1 to 1`,
    ({ analysis }) => analysis?.sentiment[side].score,
    finding,
  ),
]

const fixed: Column[] = [
  id('id', 'Of the conversation', ({ conversation: c }) => c.id),
  text('channel', '`voice` or `chat`', ({ conversation: c }) => c.channel),
  text('direction', 'inbound, outbound or internal', ({ conversation: c }) => c.direction),
  text('status', 'How far it is', ({ conversation: c }) => c.status),
  text('source', 'By which door it came', ({ conversation: c }) => c.source),
  name('external_id', 'As the sender calls it', ({ conversation: c }) => c.external_id),
  number('version', 'How often it was sent', ({ conversation: c }) => c.version),
  date('started_at', 'Start of the conversation', ({ conversation: c }) => c.started_at),
  date('ended_at', 'Its end', ({ conversation: c }) => c.ended_at),
  number('duration_ms', 'Milliseconds', ({ conversation: c }) => c.duration_ms, { unit: 'ms' }),
  id('agent_id', 'Of the agent', ({ agent }) => agent?.id),
  name('agent_name', 'The agent', ({ agentName }) => agentName),
  name('agent_email', 'The agent', ({ agent, conversation: c }) => agent?.email ?? c.agent_given?.email),
  text('agent_external_id', 'The agent', ({ agent }) => agent?.external_id),
  text('team', 'When it came', ({ conversation: c, agent }) => c.team ?? agent?.team),
  text('department', 'When it came', ({ conversation: c, agent }) => c.department ?? agent?.department),
  text('customer_ref', 'The customer', ({ conversation: c }) => c.customer_ref),
  text('caller_number', 'Who called', ({ conversation: c }) => c.caller_number),
  text('called_number', 'Who was called', ({ conversation: c }) => c.called_number),
  name('tags', 'Separated by semicolons', ({ conversation: c }) => c.tags.join('; ') || null),
  text('language', 'BCP 47', ({ conversation: c }) => c.language),
  text(
    'languages',
    'Shares, the largest first',
    ({ analysis }) => analysis?.languages.map((one) => `${one.tag}=${one.share}`).join('; ') || null,
    finding,
  ),
  ...party('overall', ''),
  ...party('agent', '_agent_side'),
  ...party('customer', '_customer_side'),
  text('sentiment_course', 'How it went', ({ analysis }) => analysis?.sentiment.trend, finding),
  long('summary', 'In short', ({ analysis }) => analysis?.summary.value?.short, finding),
  long(
    'keywords',
    'Separated by semicolons',
    ({ analysis }) => analysis?.keywords.value?.map(({ text }) => text).join('; ') || null,
    finding,
  ),
  name(
    'analysed_by',
    'Engine, model and version',
    ({ analysis }) =>
      analysis && `${analysis.provenance.name} ${analysis.provenance.model} ${analysis.provenance.version}`,
    finding,
  ),
  long('warnings', 'What had to be assumed', ({ conversation: c }) => c.warnings.join(' ') || null),
  text('failure_code', 'Why it failed', ({ conversation: c }) => c.failure?.code),
  long('failure_reason', 'Why it failed', ({ conversation: c }) => c.failure?.reason),
  column('boolean', 10)('is_masked', 'Personal data was replaced', ({ conversation: c }) => c.is_masked === true),
  date('received_at', 'When it came', ({ conversation: c }) => c.received_at),
  date('completed_at', 'When it was done', ({ conversation: c }) => c.completed_at),
  date('updated_at', 'When it changed last', ({ conversation: c }) => c.updated_at),
  number('seq', 'Position in the order of change', ({ conversation: c }) => c.seq),
]

const wordUnits = ['class', 'yes/no']

const metrics: Column[] = listFormulas().map(({ id: metric, version, unit, description }) => ({
  id: `metrics.${metric}`,
  title: `${metric}@${version}`,
  type: metric === 'language_mix' || wordUnits.includes(unit) ? 'text' : 'number',
  width: 14,
  about: description,
  unit,
  isFinding: true,
  read({ analysis }) {
    const value = analysis?.metrics[metric]?.value ?? null
    return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
  },
}))

const known = new Map([...fixed, ...metrics].map((one) => [one.id, one]))
const metadataPrefix = 'metadata.'
const wildcards = ['metrics.*', 'metadata.*']

const ofMetadata = (key: string): Column => ({
  id: `${metadataPrefix}${key}`,
  title: `${metadataPrefix}${key}`,
  type: 'text',
  width: 18,
  about: 'As the sender gave it',
  read: (_row, flat) => flat.get(key) ?? null,
})

/** @throws Problem('invalid', 'unknown_column') that names the nearest one */
export function checkColumns(ids: readonly string[]): void {
  for (const one of ids) {
    if (known.has(one) || wildcards.includes(one)) continue
    if (one.startsWith(metadataPrefix) && one.length > metadataPrefix.length) continue
    const nearest = nearestName(one, [...known.keys(), ...wildcards])
    const hint = nearest ? ` Did you mean ${nearest}?` : ''
    const detail = `columns: there is no column ${JSON.stringify(one.slice(0, 60))}.${hint} GET /v1/exports/columns lists them.`
    throw new Problem('invalid', 'unknown_column', detail, { facts: { field: 'columns' } })
  }
}

/** Whether the keys of the metadata must be known before the first row is written. */
export const wantsMetadata = (ids: readonly string[] | null): boolean => ids === null || ids.includes('metadata.*')

/** `metadataKeys`: of those that are exported, in the order of their columns. */
export function columnsOf(ids: readonly string[] | null, metadataKeys: readonly string[]): Column[] {
  const wanted = ids ?? [...known.keys(), 'metadata.*']
  const found = wanted.flatMap((one): Column[] => {
    if (one === 'metrics.*') return metrics
    if (one === 'metadata.*') return metadataKeys.map(ofMetadata)
    const column = known.get(one)
    return column ? [column] : [ofMetadata(one.slice(metadataPrefix.length))]
  })
  return [...new Map(found.map((column) => [column.id, column])).values()]
}

export const describeColumns = () =>
  [...known.values()].map(({ id, title, type, unit, about }) => ({
    id,
    title,
    type,
    unit: unit ?? null,
    about,
  }))

export const cellsOf = (columns: readonly Column[], row: ExportRow): Cell[] => {
  const flat = flatten(row.conversation.metadata)
  return columns.map((column) => column.read(row, flat))
}
