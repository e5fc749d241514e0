// What nobody asks for but everybody needs: old answers, abandoned tickets and half-written files are removed.

import { sql } from 'kysely'
import { forgetOldAnswers } from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import type { Log } from '../platform/log.ts'
import type { Store } from '../storage/index.ts'

const everyMs = 10 * 60_000
const ticketDays = 7
const halfWrittenMs = 24 * 3600_000

export function startHousekeeping({ db, store, log }: { db: Db; store: Store; log: Log }): { stop(): void } {
  const tidy = async () => {
    await forgetOldAnswers(db)
    await sql`
      delete from conversations
      where status = 'awaiting_upload' and received_at < now() - make_interval(days => ${ticketDays})`.execute(db)
    await store.sweep(halfWrittenMs)
  }
  const timer = setInterval(() => tidy().catch((err) => log.error({ err }, 'housekeeping failed')), everyMs)
  return { stop: () => clearInterval(timer) }
}
