// How fast, and in how much memory, 100,000 conversations leave as a file: the rows are made by a script, read as the
// program's role, and written as CSV, XLSX and NDJSON to nowhere. What grows with the rows shows as the most memory of the
// second half of a run over that of its first.

import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import { wholeOrg } from '../server/src/conversations/index.ts'
import { exportFile } from '../server/src/insights/reports/export-file.ts'
import { type ExportFormat, exportFormats } from '../server/src/insights/reports/shapes.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { inScope } from '../server/src/platform/db/scope.ts'
import { durableDatabase } from './durable-database.ts'
import { report, round } from './figure.ts'

const rowCount = 100_000
const orgId = randomUUID()
const definition = {
  ...{ channel: null, departments: [], teams: [], agents: [], include_unassigned: true, filter: null, q: null },
  ...{ from: null, to: null, columns: null, separator: ',' as const, page: null },
}
const metrics = Object.fromEntries(
  ['duration', 'handle_time', 'silence_ratio', 'agent_talk_share', 'turn_count', 'sentiment_customer'].map((id) => [
    id,
    { value: 12.5, status: 'ok', formula: `${id}@1`, unit: 's' },
  ]),
)
const analysis = {
  provenance: { name: 'builtin', model: 'lexicon', version: '1' },
  sentiment: {
    ...{ overall: { label: 'neutral', score: 0 }, agent: { label: 'neutral', score: 0 } },
    ...{ customer: { label: 'negative', score: -0.4 }, trend: 'no_change' },
  },
  keywords: { status: 'ok', value: [{ text: 'bill', score: 1, count: 2 }], engine: {} },
  summary: { status: 'ok', value: { short: 'A customer asks about a bill and is helped. '.repeat(4), evidence: [] } },
}

const database = await durableDatabase()
const owner = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
const db = openDb({ url: database.url, connectionsMax: 2 })

async function fill(): Promise<void> {
  await sql`insert into orgs (id, name) values (${orgId}, 'Bench')`.execute(owner)
  await sql`
    insert into conversations (org_id, id, channel, status, source, external_id, caller_number, called_number, metadata,
      tags, started_at, received_at, updated_at, duration_ms, seq, analysis_id, sentiment)
    select ${orgId}, new_id(), 'voice', 'completed', 'multipart', 'call-' || n, '+2782' || n, '+2711' || n,
      jsonb_build_object('queue', 'billing', 'order', jsonb_build_object('id', n)), '{billing}',
      timestamptz '2026-01-01' + n * interval '1 minute', now(), now(), 240000, n, new_id(), 'neutral'
    from generate_series(1, ${rowCount}) n`.execute(owner)
  await sql`
    insert into analyses (org_id, conversation_id, id, transcript_revision, provenance, turns, languages, sentiment,
      keywords, summary, metrics)
    select org_id, id, analysis_id, 1, ${JSON.stringify(analysis.provenance)}::jsonb, '[]', '[{"tag":"en-ZA","share":100}]',
      ${JSON.stringify(analysis.sentiment)}::jsonb, ${JSON.stringify(analysis.keywords)}::jsonb,
      ${JSON.stringify(analysis.summary)}::jsonb, ${JSON.stringify(metrics)}::jsonb
    from conversations where org_id = ${orgId}`.execute(owner)
  await sql`analyze conversations, analyses`.execute(owner)
}

async function run(format: ExportFormat) {
  let bytes = 0
  const rssBytes: number[] = []
  const startedAt = performance.now()
  const about: [string, string][] = []
  const { stream, told } = await inScope([orgId], () =>
    exportFile(db, { by: wholeOrg(orgId), definition, format, timeZone: 'Africa/Johannesburg', about }),
  )
  const watch = setInterval(() => rssBytes.push(process.memoryUsage.rss()), 50)
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done()
    },
  })
  await pipeline(stream, sink)
  clearInterval(watch)
  if (told().rows !== rowCount) throw new Error(`${told().rows} rows were exported`)
  const seconds = (performance.now() - startedAt) / 1000
  const half = Math.floor(rssBytes.length / 2)
  const grown = Math.max(...rssBytes.slice(half)) - Math.max(...rssBytes.slice(0, half))
  const peakMiB = Math.max(...rssBytes) / 2 ** 20
  return { rowsPerS: rowCount / seconds, grownMiB: grown / 2 ** 20, peakMiB, mebibytes: bytes / 2 ** 20 }
}

try {
  await fill()
  const grown: number[] = []
  const words: string[] = []
  for (const format of exportFormats) {
    const { rowsPerS, grownMiB, peakMiB, mebibytes } = await run(format)
    grown.push(grownMiB)
    words.push(`${format} ${round(rowsPerS)} rows/s, ${round(mebibytes)} MiB, at most ${round(peakMiB)} MiB in memory`)
  }
  report({
    name: 'Memory of the second half of an export of 100,000 rows, over that of the first',
    value: Math.max(0, ...grown),
    goal: { atMost: 64 },
    unit: 'MiB',
    from: `The most of CSV, XLSX and NDJSON, every column of each: ${words.join('; ')}.`,
  })
} finally {
  await db.destroy()
  await owner.destroy()
  await database.stop()
}
