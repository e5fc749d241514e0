// Builds what there is of reports and exports: routes, the jobs that make and mail them, and the clock of the schedules.

import { orgReader } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { Principal, Route } from '../../platform/http/route.ts'
import type { Job, Worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Store } from '../../storage/index.ts'
import { fileKeysOf } from './documents.ts'
import { startDueSchedules } from './due-schedules.ts'
import { type ExportFile, exportFile } from './export-file.ts'
import { exportRoutes } from './export-routes.ts'
import { makeJob, makeWorker } from './make-document.ts'
import { checkMetric, reportFile } from './report-file.ts'
import { mailJob, reportMails } from './report-mails.ts'
import { reportRoutes } from './report-routes.ts'
import { scheduleRoutes } from './schedule-routes.ts'
import type { Document, ExportDefinition, ExportFormat } from './shapes.ts'
import { velaExportRoutes } from './vela-export.ts'

export const reportJobs: Job<object>[] = [makeJob, mailJob]

export type Reports = {
  routes: Route[]
  workers: Worker[]
  /** In the scope of every organisation. */
  start(): { stop(): Promise<void> }
  /** Before the organisation's rows are deleted, in the same transaction. */
  removeFilesOf(tx: Tx, orgId: string): Promise<void>
}

export function reports(input: {
  db: Db
  store: Store
  secrets: Secrets
  mail: Mail
  log: Log
  queue: () => Queue
  publicUrl: () => string
  removeFiles(tx: Tx, keys: readonly string[]): Promise<void>
  keepDays: number
  /** Of organisations that have none of their own. */
  timeZone: string
}): Reports {
  const { db, store, queue } = input
  const readOrg = orgReader(db)
  const zoneOf = async (orgId: string) => (await readOrg(orgId)).settings.time_zone ?? input.timeZone
  const mails = reportMails(input)
  const parts = { ...input, zoneOf, checkMetric }

  async function fileOf(by: Principal, document: Document): Promise<ExportFile> {
    const timeZone = await zoneOf(by.orgId)
    if (document.kind === 'report') return reportFile(db, { by, document, timeZone })
    const definition = document.definition as ExportDefinition
    const about: [string, string][] = [
      ['Export', document.name],
      ['From', definition.from ?? 'the first'],
      ['To, not included', definition.to ?? 'now'],
      ['Filter', definition.filter ?? 'none'],
      ['Made at', new Date().toISOString()],
      ['Made for', by.actor],
    ]
    return exportFile(db, { by, definition, format: document.format as ExportFormat, timeZone, about })
  }

  return {
    routes: [...exportRoutes(parts), ...velaExportRoutes(parts), ...reportRoutes(parts), ...scheduleRoutes(parts)],
    workers: [makeWorker({ ...input, store, fileOf, mails }), mails.worker],
    start: () => startDueSchedules({ db, queue: queue(), log: input.log, timeZone: input.timeZone }),
    removeFilesOf: async (tx, orgId) => input.removeFiles(tx, await fileKeysOf(tx, orgId)),
  }
}
