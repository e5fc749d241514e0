// What a report may be asked to be: read from what clients send, the hosted service's own shape included, and checked.

import { type TObject, Type } from 'typebox'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { ExportParts } from './export-routes.ts'
import { readPeriod } from './periods.ts'
import { readSelection, selectionFields } from './selection.ts'
import {
  type ChartKind,
  charts,
  type ReportDefinition,
  relativePeriods,
  reportFormats,
  type Section,
  sections,
} from './shapes.ts'

const metricsMax = 40
const nameField = Type.String({ minLength: 1, maxLength: 200 })
const dateField = Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()]))
const metricId = Type.String({ minLength: 1, maxLength: 100 })

const { q: _, ...reportSelection } = selectionFields

export const parameterFields = {
  period: Type.Optional(
    Type.Union(
      relativePeriods.map((one) => Type.Literal(one)),
      { description: 'Read anew at each run' },
    ),
  ),
  start_date: dateField,
  end_date: dateField,
  ...reportSelection,
  sections: Type.Optional(
    Type.Array(Type.Union(sections.map((one) => Type.Literal(one))), { maxItems: sections.length }),
  ),
  metrics: Type.Optional(
    Type.Array(
      Type.Union([
        metricId,
        Type.Object({ metric: metricId, chart: Type.Optional(Type.Union(charts.map((one) => Type.Literal(one)))) }),
      ]),
      { maxItems: metricsMax, description: 'Ids as GET /v1/analytics/catalogue lists them; with a chart, or `none`' },
    ),
  ),
}

const format = Type.Union(reportFormats.map((one) => Type.Literal(one)))
const reportType = Type.String({ minLength: 1, maxLength: 60, pattern: '^[a-z][a-z0-9_]*$' })
const parameters = Type.Object(parameterFields)

export const reportBody = Type.Object(
  {
    report_type: Type.Optional(reportType),
    name: Type.Optional(nameField),
    format: Type.Optional(format),
    parameters: Type.Optional(parameters),
  },
  {
    examples: [
      {
        report_type: 'agent_performance',
        format: 'pdf',
        parameters: { start_date: '2026-03-01', end_date: '2026-03-31', metrics: ['call_volume'] },
      },
    ],
  },
)

/** Which sections a report of a known type has, where none are named. */
const sectionsOf: Record<string, Section[]> = {
  agent_performance: ['volume', 'handling', 'sentiment', 'agents', 'trends'],
  team_performance: ['volume', 'handling', 'sentiment', 'teams', 'trends'],
}

type Given = Parameters<typeof readSelection>[2] & {
  period?: string
  start_date?: string | null
  end_date?: string | null
  sections?: Section[]
  metrics?: (string | { metric: string; chart?: ChartKind })[]
}

/** @throws Problem('invalid') for what is not known, or does not fit */
export async function readReport(
  parts: Pick<ExportParts, 'db' | 'zoneOf'> & { checkMetric(id: string): void },
  by: Principal,
  given: { report_type?: string | undefined; parameters?: unknown },
): Promise<ReportDefinition> {
  const params = (given.parameters ?? {}) as Given
  noUnknown(parameters, params)
  const reportType = given.report_type ?? 'overview'
  const metrics = (params.metrics ?? []).map((one) =>
    typeof one === 'string'
      ? { metric: one, chart: 'line' as const }
      : { metric: one.metric, chart: one.chart ?? 'line' },
  )
  for (const { metric } of metrics) parts.checkMetric(metric)
  const timeZone = await parts.zoneOf(by.orgId)
  const wanted = params.sections ?? sectionsOf[reportType] ?? [...sections]
  return {
    ...(await readSelection(parts.db, by, params)),
    report_type: reportType,
    period: readPeriod(params, { timeZone, now: new Date() }),
    sections: sections.filter((one) => wanted.includes(one)),
    metrics: [...new Map(metrics.map((one) => [one.metric, one])).values()],
  }
}

function noUnknown(schema: TObject, given: object): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(schema.properties, name))
  if (unknown === undefined) return
  const names = Object.keys(schema.properties).join(', ')
  const detail = `parameters/${unknown.slice(0, 60)}: is not known here. Send ${names}.`
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field: `parameters/${unknown.slice(0, 60)}` } })
}
