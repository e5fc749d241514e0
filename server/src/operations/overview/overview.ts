// How the installation is doing, in one answer: what each part measures, put together. Counts alone; nothing that people
// said, and no organisation by name.

import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { queueFigures } from '../../platform/jobs/queue-tables.ts'
import { onceIn } from '../once-in.ts'
import { deliveryFigures } from './delivery-figures.ts'
import { listProcesses } from './processes.ts'
import { databaseFigures, limitFigures, storageFigures } from './storage-figures.ts'
import { conversationFigures, ingestFigures, stageFigures, stagesWindowS } from './work-figures.ts'

/** Pages that are left open ask again and again. */
const keptMs = 3000
/** What reads a row for each file. */
const storageKeptMs = 60_000

export function overview({ db, version }: { db: Db; version: string }) {
  const storage = onceIn(storageKeptMs, () => storageFigures(db))
  const look = async () => ({
    generated_at: new Date(),
    version,
    queues: await queueFigures(db),
    conversations: await conversationFigures(db),
    stages: { window_s: stagesWindowS, stages: await stageFigures(db) },
    processes: await listProcesses(db),
    deliveries: await deliveryFigures(db),
    ingest: await ingestFigures(db),
    storage: await storage(),
    database: await databaseFigures(db),
    limits: await limitFigures(db),
    backups: { last_at: null, reason: 'Backups are made outside of the program: docs/operations.md tells how.' },
  })
  // Of the installation: it counts over all organisations.
  return onceIn(keptMs, () => everyOrg(look))
}
