// What nobody asks for but everybody needs: old answers, abandoned tickets and half-written files are removed, keys
// that will end soon are warned of, and watchers that have fallen silent are told of.

import { sql } from 'kysely'
import {
  forgetExpiredOauth,
  forgetIdleBuckets,
  forgetOldAnswers,
  forgetOldSignIns,
  forgetOldUsage,
  warnOfExpiry,
} from '../access/index.ts'
import { forgetInboundMessages } from '../connectors/index.ts'
import { forgetReveals } from '../conversations/index.ts'
import { expireHeld, forgetEndedSecrets, keepPartitions } from '../events/index.ts'
import { letArchivesGo, tellSilence, tidyUploads } from '../ingest/index.ts'
import { letDocumentsGo } from '../insights/index.ts'
import type { Db } from '../platform/db/db.ts'
import type { Log } from '../platform/log.ts'
import type { Store } from '../storage/index.ts'
import { forgetOldAlerts } from './alerts/old-alerts.ts'

const everyMs = 10 * 60_000
const ticketDays = 7
const halfWrittenMs = 24 * 3600_000

export function startHousekeeping(input: {
  db: Db
  store: Store
  log: Log
  /** Of events and of what was delivered. */
  keepDays: number
  /** Brings stored secrets under the present keys. */
  rewrapSecrets: () => Promise<unknown>
}): { stop(): void } {
  const { db, store, log } = input
  const tidy = async () => {
    await forgetOldAnswers(db)
    await forgetOldSignIns(db)
    await forgetIdleBuckets(db)
    await forgetExpiredOauth(db)
    await forgetOldUsage(db)
    await forgetReveals(db)
    await forgetEndedSecrets(db)
    await forgetOldAlerts(db)
    await warnOfExpiry(db)
    await keepPartitions(db, { keepDays: input.keepDays })
    await expireHeld(db)
    await letArchivesGo(db, store)
    await tidyUploads({ db, store })
    await letDocumentsGo(db, store)
    await forgetInboundMessages(db)
    await tellSilence(db)
    await sql`
      delete from conversations
      where status = 'awaiting_upload' and received_at < now() - make_interval(days => ${ticketDays})`.execute(db)
    await store.sweep(halfWrittenMs)
    await input.rewrapSecrets()
  }
  const timer = setInterval(() => tidy().catch((err) => log.error({ err }, 'housekeeping failed')), everyMs)
  return { stop: () => clearInterval(timer) }
}
