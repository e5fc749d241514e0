// Reports over REST: asked for and made by a job. The hosted service's shape is kept: `POST /v1/reports/generate`.

import { authorise, writeOnce } from '../../access/index.ts'
import type { Answer, Route } from '../../platform/http/route.ts'
import { route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { auditOf, documentView, reportAnswer } from './document-answers.ts'
import { documentRoutes } from './document-routes.ts'
import { askFor, type ExportParts } from './export-routes.ts'
import { rangeOf, wordsOf } from './periods.ts'
import { readReport, reportBody } from './report-fields.ts'
import type { ReportFormat } from './shapes.ts'

const tag = 'Reports'

export function reportRoutes(parts: ExportParts & { checkMetric(id: string): void }): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/reports/generate', '/v1/reports'],
      summary: 'Make a report as a file, in the background',
      description:
        'PDF with charts, CSV or XLSX. `report_type` chooses sections where none are named: `agent_performance`, `team_performance`, or any other for all. `report.ready` tells when it is there; so does GET /v1/reports/{id}.',
      tag,
      auth: 'reports:manage',
      body: reportBody,
      answers: { 202: { description: 'It is being made', schema: reportAnswer } },
      async handle(call) {
        const { by } = call
        authorise(by, 'analytics:read')
        const sent = await call.fields()
        const given = strictFields(reportBody, sent)
        const definition = await readReport(parts, by, given)
        const timeZone = await parts.zoneOf(by.orgId)
        const period = wordsOf(rangeOf(definition.period, { timeZone, at: new Date() }), timeZone)
        const name = given.name?.trim() || `${definition.report_type.replaceAll('_', ' ')} ${period}`
        return writeOnce(parts, call, sent, async (tx) => {
          const created = await askFor(tx, parts.queue(), {
            org_id: by.orgId,
            kind: 'report',
            name,
            format: (given.format ?? 'pdf') as ReportFormat,
            definition,
            created_by: by.actor,
          })
          if (!created) throw new Problem('bug', 'not_created', 'The report was not written down.')
          const answer: Answer = { status: 202, body: documentView(parts, created) }
          return { answer, action: 'report.create', target: created.id, data: auditOf(created) }
        })
      },
    }),
    ...documentRoutes(parts, { kind: 'report', tag, answer: reportAnswer }),
  ]
}
