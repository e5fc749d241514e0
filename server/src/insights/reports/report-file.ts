// The file of a report: its figures gathered, then drawn as PDF or laid out as tables.

import type { Viewer } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { readFreshness } from '../metrics/freshness.ts'
import { askMetrics, metricOf } from './ask-metrics.ts'
import type { ExportFile } from './export-file.ts'
import { writePdf } from './pdf.ts'
import { grainOf, type Range, rangeOf, wordsOf } from './periods.ts'
import type { ReportFigures } from './report-figures.ts'
import { partsOf } from './report-parts.ts'
import { writeReportCsv, writeReportXlsx } from './report-tables.ts'
import { whereOf } from './selection.ts'
import type { Document, ReportDefinition } from './shapes.ts'
import { topKeywords } from './top-keywords.ts'

const keywordsShown = 20

/** @throws Problem('invalid', 'unknown_metric') */
export const checkMetric = (id: string): void => {
  metricOf(id)
}

type Input = { by: Viewer; document: Document; timeZone: string }

export async function reportFile(db: Db, input: Input): Promise<ExportFile> {
  const report = await reportFigures(db, input)
  const { format } = input.document
  const stream =
    format === 'pdf'
      ? writePdf(report, new Date())
      : format === 'xlsx'
        ? writeReportXlsx(report, input.timeZone)
        : writeReportCsv(report)
  return { stream, told: () => ({ rows: report.n, warnings: report.warnings }) }
}

async function reportFigures(db: Db, { by, document, timeZone }: Input): Promise<ReportFigures> {
  const definition = document.definition as ReportDefinition
  const range = rangeOf(definition.period, { timeZone, at: document.due_at ?? document.created_at })
  const ask = askMetrics(db, by, { range, timeZone, selection: definition })
  const span = { from: range.from.toISOString(), to: range.to.toISOString() }
  const { rows } = await ask(['conversations'], null)
  const n = rows[0]?.figures[0]?.n ?? 0
  const context = {
    ask,
    grain: grainOf(range),
    topKeywords: () => topKeywords(db, by, whereOf(by, span, definition), keywordsShown),
  }
  const { is_behind, as_of } = await readFreshness(db, by.orgId)
  return {
    title: document.name,
    facts: factsOf(document, { by, range, timeZone }),
    n,
    parts: n === 0 ? [] : await partsOf(context, definition),
    warnings: is_behind ? [`Changes after ${as_of ?? 'the first'} were still on their way into the figures.`] : [],
  }
}

function factsOf(document: Document, { by, range, timeZone }: { by: Viewer; range: Range; timeZone: string }) {
  const { channel, departments, teams, agents, include_unassigned, filter } = document.definition
  const facts: [string, string][] = [
    ['Period', `${wordsOf(range, timeZone)} (${timeZone})`],
    ['Conversations', channel === null ? 'calls and chats' : channel === 'voice' ? 'calls' : 'chats'],
  ]
  if (departments.length > 0) facts.push(['Departments', departments.join(', ')])
  if (teams.length > 0) facts.push(['Teams', teams.join(', ')])
  if (agents.length > 0) facts.push(['Agents', `${agents.length} chosen`])
  facts.push(['Without a known agent', include_unassigned ? 'counted' : 'left out'])
  if (filter) facts.push(['Filter', filter])
  if (by.reach !== 'all') facts.push(['Part of the organisation', `what ${by.actor} sees`])
  const made = Temporal.Now.zonedDateTimeISO(timeZone).toPlainDateTime().toString({ smallestUnit: 'minute' })
  facts.push(['Made', `${made.replace('T', ' ')} (${timeZone})`])
  return facts
}
